"""Files of Python 2, as students wrote them in 2016: told by what Python 3 refuses, and run as they were meant.

What does not parse goes through lib2to3, which Python has up to 3.12. The meaning is kept at run time: `int / int`
floors, `map` gives a list, `d.iteritems()` is there.
"""

import ast
import functools
import importlib
import itertools
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np

_FIXERS = "except exec long ne numliterals paren print raise repr throw tuple_params"
_METHODS = {"iteritems": "items", "iterkeys": "keys", "itervalues": "values"}
_LISTS = frozenset({"items", "keys", "values"})
_MODULES = "cPickle cStringIO StringIO Queue urllib2 ConfigParser __builtin__ HTMLParser copy_reg"
_DIVIDE, _DIVIDE_BY, _OLD_METHOD, _AS_LIST = (
    "_py2_divide",
    "_py2_divide_by",
    "_py2_method",
    "_py2_list",
)


_LOOKS_OLD = re.compile(
    r"\bprint\s+[^\s(=]|\bexcept\s+[\w.]+\s*,\s*\w+\s*:|\braise\s+[\w.]+\s*,|`|<>|\b\d+[lL]\b|\b0\d+\b"
)


class CannotConvert(SyntaxError):
    """Python 2, and this interpreter has nothing to convert it with."""


def converted(text: str) -> str:
    r"""The text with the syntax of Python 3, line by line where it was.

    Raises:
        SyntaxError: it is not Python 2 either.
        CannotConvert: it looks like Python 2 and lib2to3 is gone.

    >>> converted("print 'a', 1\nraise ValueError, `x`\n")
    "print('a', 1)\nraise ValueError(repr(x))\n"
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            refactor = importlib.import_module("lib2to3.refactor")
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        if not _LOOKS_OLD.search(text):
            raise SyntaxError("neither Python 3 nor Python 2") from None
        message = f"this may be Python 2, which Python {version} can no longer convert (3.12 and earlier can)"
        raise CannotConvert(message) from None
    tool = refactor.RefactoringTool([f"lib2to3.fixes.fix_{name}" for name in _FIXERS.split()])
    try:
        tree = tool.refactor_string(text if text.endswith("\n") else text + "\n", "submission")
    except Exception as error:  # its own ParseError, and whatever its fixers stumble over
        raise SyntaxError(f"neither Python 3 nor Python 2: {error}") from None
    return str(tree)


def untabbed(text: str) -> str:
    """Python 2 takes a tab in an indentation for as much as leads to the next multiple of eight."""
    return "\n".join(map(_untabbed, text.split("\n")))


def _untabbed(line: str) -> str:
    code = line.lstrip(" \t")
    return line[: len(line) - len(code)].expandtabs(8) + code


def evidence(nodes: Collection[ast.AST], bound_elsewhere: Iterable[str] = ()) -> list[str]:
    r"""What runs under Python 2 only, in a text that parses under Python 3.

    >>> evidence(list(ast.walk(ast.parse("for i in xrange(3): d.iteritems()"))))
    ['xrange', '.iteritems']
    >>> evidence(list(ast.walk(ast.parse("from past.builtins import xrange\nxrange(3)"))))
    []
    """
    bound, guarded = set(bound_elsewhere), set[ast.AST]()
    for node in nodes:
        bound |= _bound(node)
        if isinstance(node, ast.Try | ast.If):  # code for both versions
            guarded |= set(ast.walk(node))
    found: dict[str, None] = {}
    for node in nodes:
        match node:
            case ast.Name(id=name) if name in ONLY_IN_2 and name not in bound:
                found[name] = None
            case ast.Call(func=ast.Attribute(attr=name), args=[]) if name in _METHODS:
                found["." + name] = None
            case ast.Import() if node not in guarded:
                found.update(
                    (alias.name, None) for alias in node.names if alias.name in _MODULES.split()
                )
            case ast.ImportFrom(module=str(name)) if (
                name in _MODULES.split() and node not in guarded
            ):
                found[name] = None
    return list(found)


def _bound(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.arg(arg=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name for alias in names}
    return set()


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that a text gives a meaning to, wherever."""
    return set().union(*(_bound(node) for node in nodes))


def only_python3(nodes: Iterable[ast.AST]) -> bool:
    """Whether there is something that Python 2 refuses: f-strings, `@`, annotations, `nonlocal`."""
    new = (
        ast.JoinedStr,
        ast.AnnAssign,
        ast.Nonlocal,
        ast.AsyncFunctionDef,
        ast.NamedExpr,
        ast.MatMult,
    )
    return any(isinstance(node, new) or _is_new(node) for node in nodes)


def _is_new(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(args=arguments, returns=returns):
            return bool(arguments.kwonlyargs or returns is not None)
        case ast.Call(func=ast.Name(id="print"), keywords=[_, *_]):
            return True
    return False


def divides_truly(tree: ast.Module) -> bool:
    """Whether the text says `from __future__ import division`."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "division" for alias in node.names)
        for node in tree.body
    )


class Meaning(ast.NodeTransformer):
    """Puts the meaning of Python 2 in: division, methods of dictionaries."""

    def __init__(self, *, floors: bool) -> None:
        self.floors = floors

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if self.floors and isinstance(node.op, ast.Div):
            return _call(_DIVIDE, node, node.left, node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not self.floors or not isinstance(node.op, ast.Div):
            return node
        before = ast.parse(ast.unparse(node.target), mode="eval").body  # the same place, read
        for part in ast.walk(before):
            ast.copy_location(part, node)
        value = _call(_DIVIDE_BY, node, before, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[], keywords=[]):
                if name in _METHODS:
                    return _call(
                        _OLD_METHOD, node, owner, ast.copy_location(ast.Constant(name), node)
                    )
                if name in _LISTS:
                    return _call(_AS_LIST, node, node)
            case ast.Call(func=ast.Attribute(value=owner, attr="has_key"), args=[key]):
                return ast.copy_location(ast.Compare(key, [ast.In()], [owner]), node)
        return node


def _call(name: str, place: ast.expr | ast.stmt, *arguments: ast.expr) -> ast.Call:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, list(arguments), []), place)


def _whole(value: object) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biu"
    return isinstance(value, int)


def _divide(a: Any, b: Any) -> Any:
    return a // b if _whole(a) and _whole(b) else a / b


def _divide_by(a: Any, b: Any) -> Any:
    if _whole(a) and _whole(b):
        a //= b
    else:
        a /= b
    return a


def _old_method(owner: Any, name: str) -> Any:
    return (
        getattr(owner, name)() if hasattr(owner, name) else iter(getattr(owner, _METHODS[name])())
    )


def _as_list(value: Any) -> Any:
    return (
        list(value)
        if type(value) in (type({}.items()), type({}.keys()), type({}.values()))
        else value
    )


def _listed(function: Callable[..., Iterable[Any]]) -> Callable[..., list[Any]]:
    return lambda *arguments: list(function(*arguments))


def _round(number: Any, digits: int = 0) -> float:
    """Halves go away from zero."""
    scale = 10.0**digits
    return float(np.trunc(number * scale + np.copysign(0.5, number)) / scale)


def _cmp(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


ONLY_IN_2: dict[str, Any] = {
    "xrange": range,
    "unicode": str,
    "basestring": str,
    "long": int,
    "unichr": chr,
    "raw_input": input,
    "reduce": functools.reduce,
    "cmp": _cmp,
    "execfile": None,
}
BUILTINS: dict[str, Any] = {
    **ONLY_IN_2,
    "range": _listed(range),
    "map": _listed(map),
    "filter": _listed(filter),
    "zip": _listed(zip),
    "round": _round,
    _DIVIDE: _divide,
    _DIVIDE_BY: _divide_by,
    _OLD_METHOD: _old_method,
    _AS_LIST: _as_list,
}
"""What a module of Python 2 sees as builtins, beside those of this interpreter."""


def provide() -> None:
    """Names that modules of the standard library had."""
    for name, value in {
        "izip": zip,
        "imap": map,
        "ifilter": filter,
        "izip_longest": itertools.zip_longest,
    }.items():
        setattr(itertools, name, value)
    setattr(sys, "maxint", sys.maxsize)  # noqa: B010 mypy knows no such attribute
