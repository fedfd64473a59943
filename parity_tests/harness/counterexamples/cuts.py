"""Cuts a definition out of its module's text: no docstrings, no annotations, no methods that nobody calls."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

# What is written for the fields of dataclasses and tuples, which need an annotation.
ARRAY, ANY = "np.ndarray", "object"
BUILTINS = {"int", "float", "bool", "str", "tuple", "None"}


@dataclass(frozen=True, slots=True)
class Live:
    """The names and attributes that a definition uses when it is run."""

    names: dict[str, None]
    attributes: set[str]


def live(node: ast.AST, needed: set[str]) -> Live:
    """What is used in what is left of a definition; of a class with the methods in ``needed``."""
    nodes = list(_walk(node, needed))
    names = dict.fromkeys(n.id for n in nodes if isinstance(n, ast.Name))
    if _has_array_fields(node):
        names["np"] = None
    return Live(names, {n.attr for n in nodes if isinstance(n, ast.Attribute)})


def load_time(node: ast.AST, needed: set[str]) -> list[str]:
    """The names that are used while the definition is made: by bases, decorators, defaults, values."""
    parts: list[ast.AST] = [*getattr(node, "decorator_list", []), *getattr(node, "bases", [])]
    if isinstance(node, ast.FunctionDef):
        parts += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    elif isinstance(node, ast.ClassDef):
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                return_names = load_time(item, needed)
                parts += [ast.Name(name) for name in return_names]
            elif not _is_docstring(item):
                parts.append(item)
    else:
        parts.append(node)
    return [n.id for part in parts for n in _walk(part, needed) if isinstance(n, ast.Name)]


def is_method(method: FunctionType, owner: Any) -> bool:
    """Whether a method stands in the text of its class, and was not put there afterwards."""
    return method.__qualname__ == f"{owner.__qualname__}.{method.__name__}" and (
        method.__module__ == owner.__module__
    )


def _walk(node: ast.AST, needed: set[str]) -> Iterator[ast.AST]:
    """All nodes but docstrings, annotations and methods that are not needed."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_dropped(node, child, needed):
                yield from _walk(child, needed)


def _is_dropped(parent: ast.AST, child: ast.AST, needed: set[str]) -> bool:
    if isinstance(parent, ast.ClassDef) and isinstance(child, ast.FunctionDef):
        return child.name not in needed and not child.name.startswith("__")
    return _is_docstring(child)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_record(node: ast.AST) -> bool:
    """Whether the annotations of a class body make its fields."""
    if not isinstance(node, ast.ClassDef):
        return False
    text = [ast.unparse(part) for part in (*node.decorator_list, *node.bases)]
    return any("dataclass" in part or "NamedTuple" in part for part in text)


def _is_class_variable(item: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.unparse(item.annotation)


def _has_array_fields(node: ast.AST) -> bool:
    fields = getattr(node, "body", []) if _is_record(node) else []
    return any(isinstance(f, ast.AnnAssign) and _plain(f.annotation) == ARRAY for f in fields)


def _plain(annotation: ast.expr) -> str:
    """An annotation that needs no import."""
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)}
    if "Array" in names:
        return ARRAY
    return ast.unparse(annotation) if names <= BUILTINS else ANY


class Cuts:
    """The edits that take a definition out of its module.

    Args:
        text: the module's text.
        node: the definition in it.
        needed: the methods that stay.
    """

    def __init__(self, text: str, node: ast.stmt, needed: set[str]) -> None:
        self.lines = [line.encode() for line in text.splitlines(keepends=True)]
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.bytes = b"".join(self.lines)
        self.node, self.needed = node, needed
        self.edits: dict[tuple[int, int], str] = {}

    def text(self, renamed: dict[str, str], name: str) -> str:
        """What is left, under a name and with other definitions under theirs."""
        self._cut(self.node, None)
        self._rename(self.node, renamed, frozenset())
        start, end = self._first_line(self.node), self._end(self.node)
        out, at = [], start
        for (left, right), new in sorted(self.edits.items()):
            if left >= at:
                out += [self.bytes[at:left], new.encode()]
                at = right
        out.append(self.bytes[at:end])
        text = b"".join(out).decode()
        text = re.sub(r" *# (type: ignore|noqa)[^\n]*", "", text)
        if isinstance(self.node, ast.ClassDef | ast.FunctionDef):
            text = re.sub(
                rf"^(class|def) {self.node.name}\b", rf"\1 {name}", text, count=1, flags=re.M
            )
        # A signature that no comma at its end keeps open goes back to one line, as a formatter has it.
        text = re.sub(r"\(\n +([^()\n]*[^,\n])\n +\):", r"(\1):", text)
        text = re.sub(r"\n{3,}", "\n\n", re.sub(r":\n\n+( +\S)", r":\n\1", text))
        return text.rstrip()

    def _cut(self, node: ast.AST, parent: ast.AST | None) -> None:
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef):
            self._signature(node)
        if isinstance(node, ast.AnnAssign):
            self._annotation(node, parent)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and body:
            left = [item for item in body if not self._is_gone(node, item)]
            for item in body:
                if item not in left:
                    self._remove(item, "" if left else "pass\n")
                    left = left or [item]
        for child in ast.iter_child_nodes(node):
            if not _is_dropped(node, child, self.needed):
                self._cut(child, node)

    def _is_gone(self, parent: ast.AST, item: ast.AST) -> bool:
        declared = isinstance(item, ast.AnnAssign) and item.value is None
        return _is_dropped(parent, item, self.needed) or (declared and not _is_record(parent))

    def _signature(self, node: ast.FunctionDef) -> None:
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        gap = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [
            *[None] * gap,
            *arguments.defaults,
            *arguments.kw_defaults,
        ]
        pairs: list[tuple[ast.arg | None, ast.expr | None]] = [
            *zip([*positional, *arguments.kwonlyargs], defaults, strict=True),
            (arguments.vararg, None),
            (arguments.kwarg, None),
        ]
        for argument, default in pairs:
            if argument is not None and argument.annotation is not None:
                name_end = self._start(argument) + len(argument.arg.encode())
                end = self._end(argument.annotation) if default is None else self._start(default)
                self.edits[name_end, end] = "" if default is None else "="
        if node.returns is not None:
            arrow = self.bytes.rindex(b"->", 0, self._start(node.returns))
            while self.bytes[arrow - 1 : arrow].isspace():
                arrow -= 1
            self.edits[arrow, self._end(node.returns)] = ""

    def _annotation(self, node: ast.AnnAssign, parent: ast.AST | None) -> None:
        if _is_record(parent or node) and not _is_class_variable(node):
            span = self._start(node.annotation), self._end(node.annotation)
            self.edits[span] = _plain(node.annotation)
        elif node.value is not None:
            self.edits[self._end(node.target), self._end(node.annotation)] = ""

    def _remove(self, node: ast.stmt, instead: str) -> None:
        start, line = self._first_line(node), node.end_lineno or node.lineno
        while line < len(self.lines) and not self.lines[line].strip() and not instead:
            line += 1
        indent = " " * node.col_offset if instead else ""
        self.edits[start, self.starts[line]] = indent + instead

    def _rename(self, node: ast.AST, renamed: dict[str, str], own: frozenset[str]) -> None:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            bound = {n.arg for n in ast.walk(node.args) if isinstance(n, ast.arg)}
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            own = own | bound | {n.id for n in inner if isinstance(n.ctx, ast.Store)}
        if isinstance(node, ast.Name) and node.id in renamed and node.id not in own:
            self.edits[self._start(node), self._end(node)] = renamed[node.id]
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST) and not _is_dropped(node, child, self.needed):
                        self._rename(child, renamed, own)

    def _first_line(self, node: ast.AST) -> int:
        decorators = getattr(node, "decorator_list", [])
        return self.starts[min([node.lineno, *(d.lineno for d in decorators)]) - 1]  # type: ignore[attr-defined]

    def _start(self, node: ast.expr | ast.arg | ast.stmt) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        return self.starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
