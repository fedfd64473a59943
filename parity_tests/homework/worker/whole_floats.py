"""Whole floats as sizes and indices, and as what `range` counts to: in files of 2016 and 2017.

NumPy took them as sizes, indices and limits of slices before 1.12 (January 2017). `range` never did in Python 3, but
where a text may have been Python 2, a quotient of integers was an integer. What runs without this means the same with
it: `d[2.0]` is `d[2]` for a dictionary, and everything else raised.
"""

import ast
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

SIZES, RANGE = "sizes and indices", "range"
_SAID = {
    SIZES: "a whole float passes as a size or an index, as in NumPy before 1.12",
    RANGE: "range takes a whole float, which in Python 2 was an integer",
}
_WHOLE = "_np_whole"
_FILLED = frozenset({"zeros", "ones", "empty", "full"})  # the first argument is a size
_DRAWN = frozenset({"rand", "randn", "reshape"})  # all arguments are
_MADE = _FILLED | {"zeros_like", "ones_like", "empty_like"}
_ROUNDED = frozenset({"floor", "ceil", "rint", "round", "trunc"})
_KEPT = frozenset({"arange", "abs", "maximum", "minimum", "max", "min", "prod"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def wanted(tree: ast.Module, *, divides: bool) -> frozenset[str]:
    r"""For what a float may be used where an integer belongs: `SIZES`, `RANGE`.

    Args:
        tree: of the text.
        divides: whether `/` between integers gives a float in it.

    >>> text = "def f(x, n):\n    k = len(x) / n\n    return x[:k]"
    >>> wanted(ast.parse(text), divides=True), wanted(ast.parse(text), divides=False)
    (frozenset({'sizes and indices'}), frozenset())
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    floats = _Floats(divides)
    for _ in range(2):  # a function may call one that stands below it
        for function in functions:
            floats.learn(function)
    return frozenset(
        kind
        for function in functions
        for kind, used in _uses(function)
        if floats.may_be(used, floats.names(function))
    )


def remark(path: str, purposes: Collection[str]) -> str:
    """What was assumed of a file, in one line."""
    assumed = "; ".join(said for purpose, said in _SAID.items() if purpose in purposes)
    return f"{path} is taken to be of 2016 or 2017: {assumed}"


def _uses(function: Function) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript):
            yield from ((SIZES, part) for part in _parts(node.slice))
        elif isinstance(node, ast.Call):
            yield from ((SIZES, node.args[i]) for i in _sizes(node))
            if _counts(node):
                yield from ((RANGE, argument) for argument in node.args)


def _parts(index: ast.expr) -> Iterator[ast.expr]:
    for part in index.elts if isinstance(index, ast.Tuple) else [index]:
        if isinstance(part, ast.Slice):
            yield from (limit for limit in (part.lower, part.upper, part.step) if limit)
        else:
            yield part


def _sizes(call: ast.Call) -> range:
    """Which of the arguments are sizes."""
    match call.func:
        case ast.Attribute(attr=name) if name in _FILLED:
            return range(min(len(call.args), 1))
        case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="reshape"):
            return range(1, len(call.args))
        case ast.Attribute(attr=name) if name in _DRAWN:
            return range(len(call.args))
    return range(0)


def _counts(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("range", "xrange")


class _Floats:
    """What may be a float, or an array of floats made for integers: more than what is, never a comparison."""

    def __init__(self, divides: bool) -> None:
        self.divides = divides
        self.functions: set[str] = set()
        self.handed_on: set[str] = set()  # in a cache

    def names(self, function: Function) -> set[str]:
        """Names that are given such a value anywhere in a function."""
        names, before = set[str](), -1
        while len(names) > before:
            before = len(names)
            for node in ast.walk(function):
                names |= self._given(node, names)
        return names

    def _given(self, node: ast.AST, names: Collection[str]) -> set[str]:
        match node:
            case ast.Assign(targets=[ast.Tuple() as target], value=ast.Name()):
                return self.handed_on & {each.id for each in _elements(target)}
            case ast.Assign(targets=targets, value=value) if self.may_be(value, names):
                return {each.id for target in targets for each in _elements(target)}
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                quotient = self.divides and isinstance(op, ast.Div)
                return {name} if quotient or self.may_be(value, names) else set()
            case (
                ast.For(target=target, iter=steps) | ast.comprehension(target=target, iter=steps)
            ) if self.may_be(steps, names):
                return {each.id for each in _elements(target)}
        return set()

    def learn(self, function: Function) -> None:
        """Remembers what a function may give to others: returned, or in a tuple such as its cache."""
        names = self.names(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value and self.may_be(node.value, names):
                self.functions.add(function.name)
            if isinstance(node, ast.Tuple):
                self.handed_on |= names & {each.id for each in _elements(node)}

    def may_be(self, node: ast.expr, names: Collection[str]) -> bool:
        """Whether an expression may be such a value, if these names are."""
        match node:
            case ast.Constant(value=value):
                return isinstance(value, float) and value.is_integer()
            case ast.Name(id=name):
                return name in names
            case ast.BinOp(op=ast.Div()) if self.divides:
                return True
            case ast.Call():
                return self._called(node, names)
            case ast.Subscript(value=owner):
                return self.may_be(owner, names)
            case ast.BinOp() | ast.UnaryOp() | ast.Tuple() | ast.List() | ast.Starred():
                return any(
                    self.may_be(part, names)
                    for part in ast.iter_child_nodes(node)
                    if isinstance(part, ast.expr)
                )
        return False

    def _called(self, call: ast.Call, names: Collection[str]) -> bool:
        match call.func:
            case ast.Name(id="float"):
                return True
            case ast.Name(id=name) if name in self.functions:
                return True
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if name in _ROUNDED:
                return owner != "math"  # whose `floor` gives integers
            case ast.Attribute(attr=name) if name in _MADE:
                return len(call.args) < 2 and all(k.arg != "dtype" for k in call.keywords)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _KEPT:
                return any(self.may_be(argument, names) for argument in call.args)
        return False


def _elements(target: ast.expr) -> list[ast.Name]:
    each = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [name for name in each if isinstance(name, ast.Name)]


class Rewriting(ast.NodeTransformer):
    """Lets whole floats pass where the text uses them for these purposes."""

    def __init__(self, purposes: Collection[str]) -> None:
        self.purposes = purposes

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if SIZES not in self.purposes:
            return node
        if isinstance(node.slice, ast.Tuple):
            node.slice.elts = [_index(part) for part in node.slice.elts]
        else:
            node.slice = _index(node.slice)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if SIZES in self.purposes:
            for i in _sizes(node):
                node.args[i] = _passed(node.args[i])
        if RANGE in self.purposes and _counts(node):
            node.args = [_passed(argument) for argument in node.args]
        return node


def _index(part: ast.expr) -> ast.expr:
    if not isinstance(part, ast.Slice):
        return _passed(part)
    limits = [limit and _passed(limit) for limit in (part.lower, part.upper, part.step)]
    return ast.copy_location(ast.Slice(*limits), part)


def _passed(value: ast.expr) -> ast.expr:
    if isinstance(value, ast.Constant) and not isinstance(value.value, float):
        return value
    if isinstance(value, ast.Starred):
        return ast.copy_location(ast.Starred(_passed(value.value), value.ctx), value)
    function = ast.copy_location(ast.Name(_WHOLE, ast.Load()), value)
    return ast.copy_location(ast.Call(function, [value], []), value)


def _whole(value: Any) -> Any:
    """Integers for whole floats, alone or in a tuple, a list or an array; anything else as it is."""
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() else value
    if type(value) in (tuple, list):
        return type(value)(map(_whole, value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        whole = np.isfinite(value) & (value == np.trunc(value))
        return value.astype(np.intp) if whole.all() else value
    return value


BUILTINS: dict[str, Any] = {_WHOLE: _whole}
"""What a rewritten text needs beside the builtins."""
