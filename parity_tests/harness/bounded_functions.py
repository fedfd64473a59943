"""Error rules of NumPy's functions and reductions, for :class:`parity_tests.harness.bounded.Bounded`."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounded import Analysis, Bounded, Unanalysed, parts
from parity_tests.harness.bounded_ufuncs import matmul, product

# They move elements and compute nothing: done to values and to errors alike.
MOVES = {
    np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
    np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.flip, np.fliplr, np.flipud,
    np.roll, np.rot90, np.repeat, np.tile, np.broadcast_to, np.ravel, np.copy, np.atleast_1d,
    np.atleast_2d, np.take_along_axis, np.take, np.split, np.array_split, np.diagonal,
    np.lib.stride_tricks.sliding_window_view, np.ascontiguousarray, np.triu, np.tril,
}  # fmt: skip
# Their answer is no number of the computation, or is read off the values.
QUESTIONS = {
    np.shape, np.ndim, np.size, np.any, np.all, np.nonzero, np.argsort, np.count_nonzero,
    np.array_equal, np.isclose, np.allclose, np.may_share_memory, np.shares_memory, np.result_type,
}  # fmt: skip


def apply_function(
    analysis: Analysis, function: Any, args: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """Dispatch of ``__array_function__``."""
    if function in RULES:
        return RULES[function](analysis, *args, **keywords)
    if function in MOVES:
        return _move(analysis, function, args, keywords)
    if function in QUESTIONS:
        return function(*_pick(args, 0), **_pick(keywords, 0))
    raise Unanalysed(f"no error rule for np.{getattr(function, '__name__', function)}")


def reduce_ufunc(analysis: Analysis, ufunc: np.ufunc, x: Any, keywords: dict[str, Any]) -> Any:
    """``np.add.reduce`` and ``np.maximum.reduce``, as methods and functions call them."""
    reductions = {np.add: _sum, np.maximum: _max}
    if ufunc not in reductions:
        raise Unanalysed(f"no error rule for np.{ufunc.__name__}.reduce")
    axis, keepdims = keywords.get("axis", 0), keywords.get("keepdims", False)
    return reductions[ufunc](analysis, x, axis=axis, keepdims=keepdims)


def _pick(tree: Any, part: int) -> Any:
    """The values (0) or errors (1) in nested arguments; plain arrays have error 0."""
    if isinstance(tree, Bounded):
        return tree.value if part == 0 else tree.error
    if isinstance(tree, tuple | list):
        return type(tree)(_pick(item, part) for item in tree)
    if isinstance(tree, dict):
        return {key: _pick(item, part) for key, item in tree.items()}
    return tree


def _move(
    analysis: Analysis, function: Any, args: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    value = function(*_pick(args, 0), **_pick(keywords, 0))
    error = function(*_pick(args, 1), **_pick(keywords, 1))
    if isinstance(value, list):
        return [Bounded(v, analysis, e) for v, e in zip(value, error, strict=True)]
    return Bounded(value, analysis, error)


def _terms(x: Any, axis: Any) -> int:
    axes = range(np.ndim(x)) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    return math.prod(np.shape(x)[axis] for axis in axes)


def _sum(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Bounded:
    value = np.sum(x.value, axis=axis, keepdims=keepdims)
    magnitude = np.sum(np.abs(x.value), axis=axis, keepdims=keepdims)
    carried = np.sum(x.error, axis=axis, keepdims=keepdims)
    rounding = max(_terms(x.value, axis) - 1, 0) * analysis.unit * magnitude
    return Bounded(value, analysis, carried + rounding)


def _mean(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Any:
    return _sum(analysis, x, axis, keepdims) / _terms(x.value, axis)


def _max(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Bounded:
    value = np.max(x.value, axis=axis, keepdims=keepdims)
    return Bounded(value, analysis, np.max(x.error, axis=axis, keepdims=keepdims))


def _argmax(analysis: Analysis, x: Bounded, axis: Any = None, **keywords: Any) -> Any:
    """Undecided where another element comes within the errors of the largest, and is not the same."""
    if axis is None:
        x, axis = x.ravel(), 0
    if np.any(x.error > 0):
        top = np.max(x.value, axis=axis, keepdims=True)
        reach = np.take_along_axis(x.error, np.argmax(x.value, axis, keepdims=True), axis)
        if np.any((x.value != top) & (x.value + x.error + reach >= top)):
            analysis.undecided = True
    return np.argmax(x.value, axis=axis, **keywords)


def _where(analysis: Analysis, condition: Any, a: Any, b: Any) -> Bounded:
    (va, ea), (vb, eb) = parts(a, analysis), parts(b, analysis)
    condition = condition.value if isinstance(condition, Bounded) else condition
    return Bounded(np.where(condition, va, vb), analysis, np.where(condition, ea, eb))


def _pad(
    analysis: Analysis, x: Bounded, width: Any, mode: Any = "constant", **keywords: Any
) -> Bounded:
    """What is padded with is exact."""
    value: Array = np.pad(x.value, width, mode, **keywords)
    error: Array = np.pad(x.error, width, mode, **({} if mode == "constant" else keywords))
    return Bounded(value, analysis, error)


def _full_like(
    analysis: Analysis, x: Any, fill: Any, dtype: Any = None, shape: Any = None, **_: Any
) -> Any:
    value = np.full_like(parts(x, analysis)[0], fill, dtype=dtype, shape=shape)
    return Bounded(value, analysis) if value.dtype.kind == "f" else value


def _filled(number: float) -> Callable[..., Any]:
    def like(analysis: Analysis, x: Any, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
        return _full_like(analysis, x, number, dtype, shape)

    return like


def _einsum(analysis: Analysis, subscripts: str, *operands: Any, **_: Any) -> Bounded:
    """One or two operands; the number of terms is the same sum over ones."""
    if len(operands) > 2:
        raise Unanalysed("np.einsum of more than two operands: multiply them in two steps")
    ones = [np.ones(np.shape(x)) for x in operands]
    terms = int(np.max(np.einsum(subscripts, *ones), initial=0))
    if len(operands) == 2:
        return product(
            analysis, lambda a, b: np.einsum(subscripts, a, b), (operands[0], operands[1]), terms
        )
    (x,) = operands
    rounding = max(terms - 1, 0) * analysis.unit * np.einsum(subscripts, np.abs(x.value))
    return Bounded(
        np.einsum(subscripts, x.value), analysis, np.einsum(subscripts, x.error) + rounding
    )


def _put_along_axis(analysis: Analysis, x: Bounded, index: Any, new: Any, axis: int) -> None:
    value, error = parts(new, analysis)
    np.put_along_axis(x.value, index, value, axis)
    np.put_along_axis(x.error, index, error, axis)


def _clip(analysis: Analysis, x: Any, low: Any, high: Any, **_: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


RULES: Mapping[Any, Callable[..., Any]] = {
    np.sum: _sum,
    np.mean: _mean,
    np.max: _max,
    np.amax: _max,
    np.argmax: _argmax,
    np.where: _where,
    np.pad: _pad,
    np.clip: _clip,
    np.full_like: _full_like,
    np.zeros_like: _filled(0.0),
    np.ones_like: _filled(1.0),
    np.empty_like: _filled(0.0),
    np.einsum: _einsum,
    np.dot: matmul,
    np.put_along_axis: _put_along_axis,
}
