"""Error rules of NumPy's functions that move, select and make, for :mod:`parity_tests.harness.bounds`."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.array import FUNCTIONS, Analysis, Bounded, operand

# They move elements and compute nothing: done to values and to errors alike.
MOVES = (
    np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
    np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.flip, np.fliplr, np.flipud,
    np.roll, np.rot90, np.repeat, np.tile, np.broadcast_to, np.ravel, np.copy, np.atleast_1d,
    np.atleast_2d, np.take_along_axis, np.take, np.split, np.array_split, np.diagonal,
    np.lib.stride_tricks.sliding_window_view, np.ascontiguousarray, np.triu, np.tril,
)  # fmt: skip
# Their answer is no number of the computation, or is read off the values.
QUESTIONS = (
    np.shape, np.ndim, np.size, np.any, np.all, np.nonzero, np.argsort, np.count_nonzero,
    np.array_equal, np.isclose, np.allclose, np.may_share_memory, np.shares_memory, np.result_type,
)  # fmt: skip


def _pick(tree: Any, part: str) -> Any:
    """One part of every bounded array in nested arguments; plain arrays have no error."""
    if isinstance(tree, Bounded):
        return getattr(tree, part)
    if isinstance(tree, tuple | list):
        return type(tree)(_pick(item, part) for item in tree)
    if isinstance(tree, dict):
        return {key: _pick(item, part) for key, item in tree.items()}
    return tree


def _move(function: Any) -> Callable[..., Any]:
    def rule(analysis: Analysis, *args: Any, **keywords: Any) -> Any:
        value, error, size = (
            function(*_pick(args, part), **_pick(keywords, part))
            for part in ("value", "error", "magnitude")
        )
        if isinstance(value, list):
            pieces = zip(value, error, size, strict=True)
            return [Bounded(one, analysis, *rest) for one, *rest in pieces]
        return Bounded(value, analysis, error, size)

    return rule


def _question(function: Any) -> Callable[..., Any]:
    return lambda analysis, *args, **keywords: function(
        *_pick(args, "value"), **_pick(keywords, "value")
    )


def _where(analysis: Analysis, condition: Any, a: Any, b: Any) -> Bounded:
    """In an undecided run, candidates within their errors of each other may have been exchanged."""
    a, b = operand(a, analysis), operand(b, analysis)
    condition = condition.value if isinstance(condition, Bounded) else condition
    value, error, size = (
        np.where(condition, getattr(a, part), getattr(b, part))
        for part in ("value", "error", "magnitude")
    )
    if analysis.undecided:
        gap = np.abs(a.value - b.value)
        close = gap <= 2 * (a.error + b.error)
        error = np.where(close & (gap > 0), gap + 2 * (a.error + b.error), error)
    return Bounded(value, analysis, error, size)


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
    like = x.value if isinstance(x, Bounded) else x
    if isinstance(fill, Bounded):
        value, error = (
            np.full_like(like, part, dtype=dtype, shape=shape) for part in (fill.value, fill.error)
        )
        return Bounded(value, analysis, error)
    value = np.full_like(like, fill, dtype=dtype, shape=shape)
    if value.dtype.kind != "f":
        return value
    # A Python number may need rounding; an array is exact.
    return Bounded(value, analysis, np.full_like(value, operand(fill, analysis).error))


def _zeros_like(analysis: Analysis, x: Any, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
    """Zeros are no terms of the sum that may be collected in them."""
    made = _full_like(analysis, x, 0.0, dtype, shape)
    if not isinstance(made, Bounded):
        return made
    zeros = (np.zeros_like(made.value) for _ in range(3))
    return Bounded(made.value, analysis, made.error, *zeros)


def _ones_like(analysis: Analysis, x: Any, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
    return _full_like(analysis, x, 1.0, dtype, shape)


def _put_along_axis(analysis: Analysis, x: Bounded, index: Any, new: Any, axis: int) -> None:
    moved = operand(new, analysis)
    x.expanded = x.carried = x.terms = None
    np.put_along_axis(x.value, index, moved.value, axis)
    np.put_along_axis(x.error, index, moved.error, axis)


def _clip(analysis: Analysis, x: Any, low: Any, high: Any, **_: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


FUNCTIONS |= {function: _move(function) for function in MOVES}
FUNCTIONS |= {function: _question(function) for function in QUESTIONS}
FUNCTIONS |= {
    np.where: _where,
    np.pad: _pad,
    np.clip: _clip,
    np.full_like: _full_like,
    np.zeros_like: _zeros_like,
    np.ones_like: _ones_like,
    np.empty_like: _zeros_like,
    np.put_along_axis: _put_along_axis,
}
