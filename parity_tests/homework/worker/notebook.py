"""The code cells of a notebook: as texts to be imported, and the files that cells write (`%%writefile`)."""

import ast
import json
import re
from dataclasses import dataclass, field
from typing import Any

MOST_CELLS = 5_000
_KEPT_MAGIC = frozenset({"%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3"})
_WRITES = re.compile(r"%%(?:writefile|file)[ \t]+(-a[ \t]+)?(\S.*)")
_LINE = re.compile(r"^([ \t]*)(?:[%!?]|\S+\?+[ \t]*$)")
_ASSIGNED = re.compile(r"^([ \t]*)([\w, \t]+)=[ \t]*[%!]")
_SAFE_CALLS = (
    "abs bool complex dict enumerate filter float frozenset int len list map max min range reversed round set "
    "slice sorted str sum super tuple type zip partial namedtuple"
)

_QUICK_MODULES = frozenset(
    {"collections", "functools", "itertools", "math", "numpy", "operator", "typing"}
)


class NotebookError(ValueError):
    """No notebook that can be read."""


@dataclass
class Notebook:
    """Code cells as (number, text) from 1, as they are counted with all cells; written files by the name given."""

    cells: list[tuple[int, str]] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def read(data: bytes) -> Notebook:
    r"""Reads formats 3 (with worksheets) and 4.

    Raises:
        NotebookError: not JSON, or JSON of another kind.

    >>> read(b'{"cells": [{"cell_type": "code", "source": ["%pylab\\n", "x = 1"]}]}').cells
    [(1, 'pass\nx = 1')]
    """
    try:
        content = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"not a notebook: {error}") from None
    notebook = Notebook()
    for number, cell in enumerate(_cells(content), 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        _take(notebook, number, text.replace("\r\n", "\n"))
    return notebook


def _cells(content: Any) -> list[Any]:
    if not isinstance(content, dict):
        raise NotebookError("not a notebook: no object of JSON")
    sheets = content.get("worksheets")
    sheets = sheets if isinstance(sheets, list) else []
    found: list[Any] = []
    for part in (content, *sheets):
        cells = part.get("cells", []) if isinstance(part, dict) else []
        found += cells if isinstance(cells, list) else []
    if "cells" not in content and "worksheets" not in content:
        raise NotebookError("not a notebook: it has no cells")
    return found[:MOST_CELLS]


def _take(notebook: Notebook, number: int, text: str) -> None:
    first, _, rest = text.lstrip().partition("\n")
    if match := _WRITES.match(first):
        name = match[2].strip().strip("'\"")
        notebook.written[name] = (notebook.written.get(name, "") if match[1] else "") + rest
    elif not first.startswith("%%"):
        notebook.cells.append((number, without_magic(text)))
    elif first.split()[0] in _KEPT_MAGIC:
        notebook.cells.append((number, "\n" + without_magic(rest)))


def without_magic(text: str) -> str:
    r"""The text without lines for IPython or the shell; the others keep their numbers.

    >>> without_magic("%matplotlib inline\nfiles = !ls\nnp.sum?\nx = 5 % 3")
    'pass\nfiles = None\npass\nx = 5 % 3'
    """
    try:
        ast.parse(text)
        return text  # also where a line that goes on begins with %
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(map(_without, text.split("\n")))


def _without(line: str) -> str:
    if found := _ASSIGNED.match(line):
        return f"{found[1]}{found[2].rstrip()} = None"
    return f"{found[1]}pass" if (found := _LINE.match(line)) else line


def definitions(tree: ast.Module) -> ast.Module:
    r"""What only defines: imports, functions, classes, and names for values that are had at once.

    Training, plots and the loading of data are left out: they take hours, or the data that is not there.

    >>> text = "import numpy as np\nk = np.ones(3)\nmodel = Net()\nfor i in k: print(i)\ndef f(x): return k"
    >>> print(ast.unparse(definitions(ast.parse(text))))
    import numpy as np
    k = np.ones(3)
    <BLANKLINE>
    def f(x):
        return k
    """
    modules = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        or (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] in _QUICK_MODULES
        )
        for alias in node.names
    }
    kept = [node for node in tree.body if _defines(node, modules.union(_SAFE_CALLS.split()))]
    return ast.Module(kept, [])


def _defines(node: ast.stmt, callable_: set[str]) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.AugAssign(value=value):
            return value is None or _at_once(value, callable_)
        case ast.If() | ast.Try() | ast.With():
            inside = [*node.body, *getattr(node, "orelse", [])]
            return all(_defines(each, callable_) or isinstance(each, ast.Pass) for each in inside)
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def _at_once(value: ast.expr, callable_: set[str]) -> bool:
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            root: ast.expr = node.func
            while isinstance(root, ast.Attribute | ast.Call | ast.Subscript):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name) and root.id not in callable_:
                return False
    return True
