"""Operators on what a function returns: the gradients themselves.

They are tied to arrays by the function's annotation; what may be None keeps its None.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from parity_tests.strength.site import Site, changed

TINY = 1e-12
"""A relative error far above float64's rounding and far below what any hand-set tolerance sees."""


def returned_exchanged(site: Site) -> Iterator[ast.AST]:
    """Two neighbouring results the wrong way round."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        elements = node.value.elts
        for i in range(len(elements) - 1):
            one, two = elements[i : i + 2]
            if not isinstance(one, ast.Starred) and not isinstance(two, ast.Starred):
                other = [*elements[:i], two, one, *elements[i + 2 :]]
                yield changed(node, value=changed(node.value, elts=other))


def returned_negated(site: Site) -> Iterator[ast.AST]:
    """A result with the other sign."""
    yield from _each_array(site, lambda e: ast.UnaryOp(ast.USub(), e))


def returned_zero(site: Site) -> Iterator[ast.AST]:
    """Zeros for a result."""
    yield from _each_array(site, lambda e: ast.BinOp(e, ast.Mult(), ast.Constant(0)))


def precision_lost(site: Site) -> Iterator[ast.AST]:
    """A result that is off by a relative error of 1e-12."""
    yield from _each_array(site, lambda e: ast.BinOp(e, ast.Mult(), ast.Constant(1 + TINY)))


def dtype_lost(site: Site) -> Iterator[ast.AST]:
    """A result in float64, whatever the input is."""

    def in_float64(element: Any) -> Any:
        return ast.Call(ast.Attribute(element, "astype", ast.Load()), [ast.Name("float")], [])

    yield from _each_array(site, in_float64)


def _each_array(site: Site, spoil: Callable[[Any], Any]) -> Iterator[ast.AST]:
    """The return statement with one of its arrays spoilt."""
    node = site.node
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if not isinstance(node.value, ast.Tuple):
        if "Array" in _annotations(site)[0]:
            yield changed(node, value=_spoilt(node.value, spoil, _annotations(site)[0]))
        return
    elements = node.value.elts
    for i, (element, annotation) in enumerate(zip(elements, _annotations(site), strict=False)):
        if isinstance(element, ast.Starred):
            return
        if "Array" in annotation:
            spoilt = _spoilt(element, spoil, annotation)
            other = [*elements[:i], spoilt, *elements[i + 1 :]]
            yield changed(node, value=changed(node.value, elts=other))


def _spoilt(element: Any, spoil: Callable[[Any], Any], annotation: str) -> Any:
    if isinstance(element, ast.IfExp) and ast.unparse(element.orelse) == "None":
        return changed(element, body=spoil(element.body))
    if "None" in annotation:
        is_none = ast.Compare(element, [ast.Is()], [ast.Constant(None)])
        return ast.IfExp(is_none, ast.Constant(None), spoil(element))
    return spoil(element)


def _annotations(site: Site) -> list[str]:
    """What is said of each result; of a bare ``tuple`` that it begins with an array."""
    returns = site.function.returns
    if isinstance(returns, ast.Subscript) and ast.unparse(returns.value) == "tuple":
        inner = returns.slice
        return [ast.unparse(e) for e in (inner.elts if isinstance(inner, ast.Tuple) else [inner])]
    text = "" if returns is None else ast.unparse(returns)
    if text.startswith(("list", "dict", "Iterator")):
        return [""]
    return ["Array" if text == "tuple" else text]
