"""One file or notebook of a submission, from its bytes to code that can be run."""

import ast
import builtins
import codecs
import io
import tokenize
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from parity_tests.homework.worker import notebook, old_arrays, old_numpy, python2

PARSE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)


def decoded(data: bytes) -> str:
    r"""The text of a file: by its mark or its coding line, else UTF-8, else Latin-1, with `\n` between lines.

    >>> decoded(b"# coding: latin-1\r\nx = '\xe9'")
    "# coding: latin-1\nx = 'é'"
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            text = data.decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError):
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class Part:
    """A file, or one cell of a notebook, under the name that tracebacks show."""

    file: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))


@dataclass
class Source:
    """What was read; `error` if it is no Python at all."""

    path: str
    text: str
    parts: list[Part] = field(default_factory=list)
    error: SyntaxError | None = None
    converted: bool = False  # from the syntax of Python 2
    is_python2: bool = False
    definitions_only: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def bound(self) -> set[str]:
        return set().union(*(python2.bound(part.nodes) for part in self.parts))

    def only_in_python2(self, bound_elsewhere: set[str]) -> bool:
        """Whether Python 3 refuses it, now or when it gets there."""
        elsewhere = bound_elsewhere if any(map(_imports_all, self.parts)) else set[str]()
        bound = self.bound | elsewhere
        return self.converted or any(python2.evidence(part.nodes, bound) for part in self.parts)

    def settle(self, *, python2_around: bool) -> None:
        """Decides for Python 2 or 3: its own text does; if that runs under both, what it was handed in with."""
        new = any(python2.only_python3(part.nodes) for part in self.parts)
        self.is_python2 = self.converted or (python2_around and not new)
        for part in self.parts:
            self.remarks += [r for r in old_numpy.remarks(part.nodes) if r not in self.remarks]

    def codes(self, *, definitions_only: bool = False) -> Iterator[types.CodeType]:
        """The code of each part.

        Raises:
            SyntaxError: what only the compiler sees, such as a `return` outside of a function.
        """
        floors = self.is_python2 and not any(
            python2.divides_truly(part.tree) for part in self.parts
        )
        for part in self.parts:
            tree = ast.parse(part.text)
            if definitions_only or self.definitions_only:
                tree = notebook.definitions(tree)
            yield _compiled(tree, part.file, self.is_python2, floors)

    @property
    def builtins(self) -> dict[str, Any]:
        """What its code sees as builtins."""
        ours = {**vars(builtins), **old_arrays.BUILTINS}
        return {**ours, **python2.BUILTINS} if self.is_python2 else ours


def _imports_all(part: Part) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in part.tree.body
    )


def _compiled(tree: ast.Module, file: str, is_python2: bool, floors: bool) -> types.CodeType:
    if is_python2:
        tree = python2.Meaning(floors=floors).visit(tree)
    tree = old_arrays.Rewriting().visit(tree)
    return compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)


def from_python(path: str, text: str, file: str) -> Source:
    """A file of Python."""
    source = Source(path, text, definitions_only="get_ipython()" in text)
    try:
        part, source.converted = _parsed(text, file)
        source.parts = [part]
    except PARSE_ERRORS as error:
        source.error = _as_syntax_error(error)
    return source


def from_notebook(path: str, cells: list[tuple[int, str]], file: str) -> Source:
    """The cells of a notebook. One that does not parse is left out."""
    source = Source(path, "\n".join(text for _, text in cells), definitions_only=True)
    for number, text in cells:
        try:
            part, converted = _parsed(text, f"{file}, cell {number}")
        except PARSE_ERRORS as error:
            source.remarks.append(
                f"{path}: cell {number} is left out, it is no Python: {error}"[:300]
            )
            continue
        source.converted |= converted
        source.parts.append(part)
    return source


def _parsed(text: str, file: str) -> tuple[Part, bool]:
    """The text as it parses, and whether it took a conversion from Python 2."""
    try:
        return Part(file, text, ast.parse(text)), False
    except TabError:
        text = python2.untabbed(text)
    except SyntaxError as error:
        try:
            text = python2.untabbed(python2.converted(python2.untabbed(text)))
            return Part(file, text, ast.parse(text)), True
        except python2.CannotConvert as cannot:
            raise _told(error, str(cannot)) from None
        except PARSE_ERRORS:
            raise error from None
    part, _ = _parsed(text, file)  # there may be more of Python 2 in it
    return part, True


def _told(error: SyntaxError, more: str) -> SyntaxError:
    return SyntaxError(f"{error.msg}: {more}", (None, error.lineno, None, None))


def _as_syntax_error(error: BaseException) -> SyntaxError:
    if isinstance(error, SyntaxError):
        return error
    return SyntaxError(f"cannot be read as Python: {type(error).__name__}: {error}")
