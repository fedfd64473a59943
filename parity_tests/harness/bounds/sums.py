"""Error rules of sums and products of matrices, for :mod:`parity_tests.harness.bounds`."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.array import (
    FUNCTIONS,
    REDUCTIONS,
    STEPS,
    UFUNCS,
    Analysis,
    Bounded,
    Unanalysed,
    operand,
)
from parity_tests.harness.bounds.ufuncs import sum_of


def _sum(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Bounded:
    """The terms of sums that are added up are terms of one sum: it may be bracketed in any way."""
    carried, _size, terms = x.addends
    value, carried, expanded, terms = (
        np.sum(part, axis=axis, keepdims=keepdims)
        for part in (x.value, carried, x.magnitude, terms)
    )
    return sum_of(analysis, value, carried, expanded, terms, STEPS + _count(x, axis))


def _count(x: Any, axis: Any) -> int:
    axes = range(np.ndim(x)) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    return math.prod(np.shape(x)[axis] for axis in axes)


def _mean(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Any:
    return _sum(analysis, x, axis, keepdims) / _count(x, axis)


def _max(
    analysis: Analysis, x: Bounded, axis: Any = None, keepdims: bool = False, **_: Any
) -> Bounded:
    """The largest error of any element that may be the maximum."""
    value = np.max(x.value, axis=axis, keepdims=keepdims)
    certain = np.max(x.value - 2 * x.error, axis=axis, keepdims=True)
    may_win = x.value + 2 * x.error >= certain
    error = np.max(np.where(may_win, x.error, 0), axis=axis, keepdims=keepdims)
    return Bounded(value, analysis, error)


def _argmax(analysis: Analysis, x: Bounded, axis: Any = None, **keywords: Any) -> Any:
    """Undecided where another element comes within the errors of the largest, and is not the same."""
    if axis is None:
        x, axis = x.ravel(), 0
    if np.any(x.error > 0):
        top = np.max(x.value, axis=axis, keepdims=True)
        reach = np.take_along_axis(x.error, np.argmax(x.value, axis, keepdims=True), axis)
        if np.any((x.value != top) & (x.value + 2 * (x.error + reach) >= top)):
            analysis.undecided = True
    return np.argmax(x.value, axis=axis, **keywords)


def _matmul(analysis: Analysis, a: Any, b: Any) -> Bounded:
    return _contraction(analysis, np.matmul, a, b, np.shape(a)[-1])


def _contraction(
    analysis: Analysis, multiply: Callable[..., Array], a: Any, b: Any, terms: int
) -> Bounded:
    """A bilinear function that adds ``terms`` products for each element, fused or not."""
    a, b = operand(a, analysis), operand(b, analysis)
    expanded = multiply(a.largest, b.largest)
    carried = analysis.unit * expanded + terms * analysis.format.spacing_below / 2
    if np.any(a.error):
        carried = carried + multiply(a.error, np.abs(b.value) + 2 * b.error)
    if np.any(b.error):
        carried = carried + multiply(np.abs(a.value) + a.error, b.error)
    value = multiply(a.value, b.value)
    counts = np.full_like(value, terms)
    # A product is itself rounded before it is added: at most 1 + u times as large.
    expanded = expanded * (1 + analysis.unit)
    return sum_of(analysis, value, carried, expanded, counts, STEPS + terms)


def _einsum(analysis: Analysis, subscripts: str, *operands: Any, **_: Any) -> Bounded:
    """One or two operands; the number of terms is the same sum over ones."""
    if len(operands) > 2:
        raise Unanalysed("np.einsum of more than two operands: multiply them in two steps")
    ones = [np.ones(np.shape(x)) for x in operands]
    terms = int(np.max(np.einsum(subscripts, *ones), initial=0))
    if len(operands) == 2:
        return _contraction(
            analysis, lambda a, b: np.einsum(subscripts, a, b), *operands, terms=terms
        )
    (x,) = operands
    carried, _size, counts = x.addends
    value, carried, expanded, counts = (
        np.einsum(subscripts, part) for part in (x.value, carried, x.magnitude, counts)
    )
    return sum_of(analysis, value, carried, expanded, counts, STEPS + terms)


UFUNCS[np.matmul] = _matmul
REDUCTIONS |= {np.add: _sum, np.maximum: _max}
FUNCTIONS |= {
    np.sum: _sum,
    np.mean: _mean,
    np.max: _max,
    np.amax: _max,
    np.argmax: _argmax,
    np.einsum: _einsum,
    np.dot: _matmul,
}
