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

from parity_tests.homework.worker import (
    notebook,
    old_arrays,
    old_numpy,
    python2,
    whole_floats,
    years,
)

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
    floats_for: frozenset[str] = frozenset()  # where whole floats pass for integers
    definitions_only: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def bound(self) -> set[str]:
        return set().union(*(python2.bound(part.nodes) for part in self.parts))

    def only_in_python2(self, bound_elsewhere: set[str]) -> bool:
        """Whether Python 3 refuses it, now or when it gets there."""
        elsewhere = bound_elsewhere if any(map(_imports_all, self.parts)) else set[str]()
        bound = self.bound | elsewhere
        found = self._neighbours() or any(
            python2.evidence(part.nodes, bound) for part in self.parts
        )
        return self.converted or bool(found)

    def _neighbours(self) -> list[str]:
        """What it imports from its own folder as Python 2 alone allowed."""
        if self._is_new():
            return []
        names = (years.python2_imports(self.path, self.text, part.tree) for part in self.parts)
        return [name for each in names for name in each]

    def _is_new(self) -> bool:
        return any(python2.only_python3(part.nodes) for part in self.parts)

    def settle(self, *, python2_around: bool) -> None:
        """Decides for Python 2 or 3: its own text does; if that runs under both, what it was handed in with."""
        self.is_python2 = self.converted or (python2_around and not self._is_new())
        if names := self._neighbours():
            told = f"{self.path} imports {', '.join(names)} from beside it, as only Python 2 does"
            self._remark(told)
        for part in self.parts:
            for remark in old_numpy.remarks(part.nodes):
                self._remark(remark)
        self._settle_floats()

    def _settle_floats(self) -> None:
        """Files of 2016 and 2017 have whole floats as sizes and indices, which ran then."""
        old = years.is_2016_or_2017(self.text)
        if not old and (not self.is_python2 or years.is_later(self.text)):
            return
        divides = not self._floors()
        kinds = (whole_floats.wanted(part.tree, divides=divides) for part in self.parts)
        only_sizes = self.is_python2 or self._is_new()
        self.floats_for = frozenset().union(*kinds) - (
            {whole_floats.RANGE} if only_sizes else set()
        )
        if self.floats_for:
            self._remark(whole_floats.remark(self.path, self.floats_for))

    def _remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)

    def _floors(self) -> bool:
        """Whether `/` between integers gives an integer."""
        return self.is_python2 and not any(python2.divides_truly(part.tree) for part in self.parts)

    def codes(self, *, definitions_only: bool = False) -> Iterator[types.CodeType]:
        """The code of each part.

        Raises:
            SyntaxError: what only the compiler sees, such as a `return` outside of a function.
        """
        for part in self.parts:
            tree = ast.parse(part.text)
            if definitions_only or self.definitions_only:
                tree = notebook.definitions(tree)
            yield self._compiled(tree, part.file)

    def _compiled(self, tree: ast.Module, file: str) -> types.CodeType:
        if self.is_python2:
            tree = python2.Meaning(floors=self._floors()).visit(tree)
        if self.floats_for:
            tree = whole_floats.Rewriting(self.floats_for).visit(tree)
        tree = old_arrays.Rewriting().visit(tree)
        return compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)

    @property
    def builtins(self) -> dict[str, Any]:
        """What its code sees as builtins."""
        ours = {**vars(builtins), **old_arrays.BUILTINS, **whole_floats.BUILTINS}
        return {**ours, **python2.BUILTINS} if self.is_python2 else ours


def _imports_all(part: Part) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in part.tree.body
    )


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
