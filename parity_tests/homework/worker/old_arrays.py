"""What arrays of NumPy could do and can no more: put into the text that asks for it.

From the release notes of NumPy 1.20 to 2.4 (https://numpy.org/doc/stable/release.html).
"""

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

_SET, _CHANGE, _SCALAR, _METHOD = "_np_set", "_np_change", "_np_scalar", "_np_method"
_LOST_METHODS: dict[str, Callable[..., Any]] = {
    "ptp": np.ptp,
    "tostring": lambda a, *order: a.tobytes(*order),
    "newbyteorder": lambda a, order="S": a.view(a.dtype.newbyteorder(order)),
    "itemset": lambda a, *index_and_value: a.__setitem__(
        index_and_value[0] if len(index_and_value) == 2 else (0,) * a.ndim, index_and_value[-1]
    ),
}
_IN_PLACE = {
    name: getattr(operator, function)
    for name, function in {
        "Add": "iadd", "Sub": "isub", "Mult": "imul", "Div": "itruediv", "FloorDiv": "ifloordiv", "Mod": "imod",
        "Pow": "ipow", "MatMult": "imatmul", "BitAnd": "iand", "BitOr": "ior", "BitXor": "ixor",
    }.items()
}  # fmt: skip


class Rewriting(ast.NodeTransformer):
    """What arrays could do and can no more.

    `a[i, j] = b` and `float(b)` took an array of one number until NumPy 2.4 refused it; `a.ptp()` and other methods
    went with 2.0; `np.array(b, copy=False)` was a copy where one was needed; `newshape=` became `shape=`.
    """

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Assign(targets=[ast.Subscript() as target]) if _is_element(target):
                return _statement(_SET, node, target.value, target.slice, node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        kind = type(node.op).__name__
        match node.target:
            case ast.Subscript() as target if _is_element(target) and kind in _IN_PLACE:
                which = ast.copy_location(ast.Constant(kind), node)
                return _statement(_CHANGE, node, target.value, target.slice, which, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="float" | "int"), args=[_], keywords=[]):
                return _call(_SCALAR, node, node.func, node.args[0])
            case ast.Call(func=ast.Attribute(attr="array"), keywords=keywords):
                for keyword in keywords:
                    if (
                        keyword.arg == "copy"
                        and isinstance(keyword.value, ast.Constant)
                        and not keyword.value.value
                    ):
                        keyword.value.value = None
            case ast.Call(func=ast.Attribute(attr="reshape"), keywords=keywords):
                for keyword in keywords:
                    keyword.arg = "shape" if keyword.arg == "newshape" else keyword.arg
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if (
                name in _LOST_METHODS and not node.keywords
            ):
                if not (isinstance(owner, ast.Name) and owner.id in ("np", "numpy")):
                    text = ast.copy_location(ast.Constant(name), node)
                    return _call(_METHOD, node, owner, text, *node.args)
        return node


def _is_element(target: ast.Subscript) -> bool:
    index = target.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return not any(
        isinstance(part, ast.Slice | ast.Starred)
        or (isinstance(part, ast.Constant) and not isinstance(part.value, int))
        for part in parts
    )


def _call(name: str, place: ast.expr | ast.stmt, *arguments: ast.expr) -> ast.Call:
    for argument in arguments:
        if isinstance(argument, ast.Tuple | ast.Subscript | ast.Name | ast.Attribute):
            argument.ctx = ast.Load()
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, list(arguments), []), place)


def _statement(name: str, place: ast.stmt, *arguments: ast.expr) -> ast.Expr:
    return ast.copy_location(ast.Expr(_call(name, place, *arguments)), place)


def _set(owner: Any, index: Any, value: Any) -> None:
    if (
        isinstance(value, np.ndarray)
        and value.ndim
        and value.size == 1
        and isinstance(owner, np.ndarray)
    ):
        try:
            owner[index] = value
        except (ValueError, TypeError):
            owner[index] = value.reshape(())
    else:
        owner[index] = value


def _change(owner: Any, index: Any, kind: str, value: Any) -> None:
    _set(owner, index, _IN_PLACE[kind](owner[index], value))


def _scalar(type_: Any, value: Any) -> Any:
    one = (
        isinstance(value, np.ndarray)
        and value.ndim
        and value.size == 1
        and value.dtype.kind in "biuf"
    )
    return type_(value.item() if one else value)


def _method(owner: Any, name: str, *arguments: Any) -> Any:
    if isinstance(owner, np.ndarray) and not hasattr(owner, name):
        return _LOST_METHODS[name](owner, *arguments)
    return getattr(owner, name)(*arguments)


BUILTINS: dict[str, Any] = {_SET: _set, _CHANGE: _change, _SCALAR: _scalar, _METHOD: _method}
"""What a rewritten text needs beside the builtins."""
