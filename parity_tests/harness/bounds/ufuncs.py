"""Error rules of NumPy's elementwise functions, for :mod:`parity_tests.harness.bounds`.

In each rule a and b are the operands with errors E_a, E_b; A = |a| + 2 E_a bounds the exact value
and any computed one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.array import (
    OWN_UNIT,
    STEPS,
    UFUNCS,
    Analysis,
    Bounded,
    operand,
)

Slope = Callable[[Array, Array, Array], Array]


def _add(analysis: Analysis, a: Any, b: Any, in_place: bool = False) -> Bounded:
    """Terms of a longer sum are charged for any order in which all of them may be added."""
    a, b = operand(a, analysis), operand(b, analysis)
    return _total(analysis, a.value + b.value, a, b, in_place)


def _subtract(analysis: Analysis, a: Any, b: Any) -> Bounded:
    a, b = operand(a, analysis), operand(b, analysis)
    return _total(analysis, a.value - b.value, a, b, False)


def _total(analysis: Analysis, value: Array, a: Bounded, b: Bounded, in_place: bool) -> Bounded:
    (carried_a, size_a, terms_a), (carried_b, size_b, terms_b) = a.addends, b.addends
    carried, expanded = carried_a + carried_b, size_a + size_b
    if a.terms is None and b.terms is None and not in_place:
        error = analysis.outward(carried + analysis.unit * expanded)
        return Bounded(value, analysis, error, expanded)
    terms = terms_a + terms_b
    return sum_of(analysis, value, carried, expanded, terms, STEPS)


def sum_of(
    analysis: Analysis, value: Array, carried: Array, expanded: Array, terms: Any, steps: int
) -> Bounded:
    """A sum of so many terms: every one of them takes part in at most terms - 1 additions."""
    error = carried + analysis.gamma(np.maximum(terms - 1, 0)) * expanded
    carried, expanded = analysis.outward(carried, steps), analysis.outward(expanded, steps)
    return Bounded(value, analysis, analysis.outward(error, steps), expanded, carried, terms)


def _multiply(analysis: Analysis, a: Any, b: Any) -> Bounded:
    exact = exact_factor(a) or exact_factor(b)
    a, b = operand(a, analysis), operand(b, analysis)
    # One bracket is multiplied out: what the other one loses is common to all terms.
    expanded = np.maximum(a.magnitude * b.largest, a.largest * b.magnitude)
    expanded = analysis.outward(expanded)
    error = carried_by_product(a, b)
    if not exact:
        error = error + analysis.unit * expanded
    error = error + _underflow(analysis, a.value * b.value, a, b)
    return Bounded(a.value * b.value, analysis, analysis.outward(error), expanded)


def carried_by_product(a: Bounded, b: Bounded) -> Array:
    """|a' b' - a b| for a', b' within their errors."""
    return (np.abs(a.value) + a.error) * b.error + a.error * (np.abs(b.value) + 2 * b.error)


def exact_factor(x: Any) -> bool:
    """Masks and powers of two scale without rounding."""
    if np.ndim(x) or isinstance(x, np.ndarray | Bounded):
        return bool(x.dtype == bool)
    return x == 0 or float(np.frexp(abs(float(x)))[0]) == 0.5


def _underflow(analysis: Analysis, value: Array, *factors: Bounded) -> Array:
    """Half a spacing, where a result that is not exactly 0 may lie below the normal numbers."""
    small = np.abs(value) < 2 * analysis.format.smallest_normal
    for factor in factors:
        small = small & (factor.largest != 0)
    return np.where(small, analysis.format.spacing_below / 2, 0.0)


def _divide(analysis: Analysis, a: Any, b: Any) -> Bounded:
    """Charged for two roundings: the other side may multiply by 1 / b."""
    exact = exact_factor(b)
    a, b = operand(a, analysis), operand(b, analysis)
    value = a.value / b.value
    room = np.where(
        b.error > 0, np.abs(b.value) * (1 - 4 * OWN_UNIT) - 2 * b.error, np.abs(b.value)
    )
    room = np.maximum(room, 0)
    largest = a.largest / room
    carried = np.where((a.error > 0) | (b.error > 0), (a.error + largest * b.error) / room, 0)
    expanded = analysis.outward(a.magnitude / room)
    error = carried if exact else carried + analysis.gamma(2) * expanded
    error = error + _underflow(analysis, value, a)
    return Bounded(value, analysis, analysis.outward(error), expanded)


def _sqrt(analysis: Analysis, a: Any) -> Bounded:
    """|sqrt(a') - sqrt(a)| is |a' - a| over the sum of the roots, and at most sqrt |a' - a|."""
    a = operand(a, analysis)
    roots = np.sqrt(np.maximum(a.value - a.error, 0)) + np.sqrt(
        np.maximum(a.value - 2 * a.error, 0)
    )
    root_of_error = np.sqrt(a.error)
    near_zero = root_of_error >= roots
    carried = np.where(near_zero, root_of_error, a.error / np.where(near_zero, 1, roots))
    return _leaf(analysis, np.sqrt(a.value), carried, 1.0, np.sqrt(a.largest))


def _power(analysis: Analysis, a: Any, p: Any) -> Bounded:
    """A square is a product, on either side; other powers are the library's."""
    if np.ndim(p) == 0 and float(p) == 2:
        return _multiply(analysis, a, a)
    a, p = operand(a, analysis), operand(p, analysis)
    size, exponent = np.abs(a.value), p.value
    value = np.power(a.value, exponent)
    ends = [np.power(end, exponent) for end in (a.largest, np.maximum(size - 2 * a.error, 0))]
    middle = np.power(size, exponent)
    carried = np.maximum(*(np.abs(end - middle) for end in ends))
    largest = np.maximum(*ends)
    # The exponent's own rounding: |a^p' - a^p| is at most |log a| |p' - p| times the power.
    carried = carried + np.where(p.error > 0, largest * np.abs(np.log(size)) * 2 * p.error, 0)
    return _library(analysis, "power", value, 2 * carried, largest)


def _exp(analysis: Analysis, a: Any) -> Bounded:
    a = operand(a, analysis)
    value, grown = np.exp(a.value), np.exp(2 * a.error)
    # 0 is no value of exp but at -inf: it stands for one below all formats.
    below_all = (value == 0) & np.isfinite(a.value)
    vanished = np.where(below_all, analysis.format.smallest_normal, 0)
    carried = value * grown * np.expm1(a.error) + vanished
    return _library(analysis, "exp", value, carried, value * grown)


def _expm1(analysis: Analysis, a: Any) -> Bounded:
    a = operand(a, analysis)
    carried = np.exp(a.value + 2 * a.error) * np.expm1(a.error)
    value = np.expm1(a.value)
    return _library(analysis, "expm1", value, carried, np.abs(value) + 2 * carried)


def _smooth(function: np.ufunc, steepest: Slope) -> Callable[[Analysis, Any], Bounded]:
    """A library function with its steepest slope between a - 2 E_a and a + 2 E_a."""

    def rule(analysis: Analysis, a: Any) -> Bounded:
        a = operand(a, analysis)
        value = function(a.value)
        slope = steepest(a.value - 2 * a.error, a.value + 2 * a.error, a.value)
        carried = np.where(a.error > 0, slope * a.error, 0)
        return _library(analysis, function.__name__, value, carried, np.abs(value) + 2 * carried)

    return rule


def _slope_of_tanh(low: Array, high: Array, middle: Array) -> Array:
    """sech^2 at the point nearest to 0, by exponentials: 1 - tanh^2 would cancel."""
    nearest = np.maximum(np.maximum(low, -high), 0)
    e = np.exp(-2 * nearest)
    steepest: Array = 4 * e / ((1 + e) * (1 + e))
    return steepest


def _library(
    analysis: Analysis, name: str, value: Array, carried: Array, largest: Array
) -> Bounded:
    """Documented errors are of normal results: below, a function may return anything down to 0."""
    small = np.abs(value) < 2 * analysis.format.smallest_normal
    carried = carried + np.where(small & (value != 0), analysis.format.smallest_normal, 0)
    return _leaf(analysis, value, carried, analysis.format.roundings_of(name), largest)


def _leaf(
    analysis: Analysis, value: Array, carried: Array, roundings: float, largest: Array
) -> Bounded:
    return Bounded(value, analysis, analysis.outward(carried + roundings * analysis.unit * largest))


def _larger(analysis: Analysis, a: Any, b: Any) -> Bounded:
    """The error of the operand that wins for certain; the larger of both where that hangs on rounding."""
    a, b = operand(a, analysis), operand(b, analysis)
    return Bounded(np.maximum(a.value, b.value), analysis, _winners_error(a, b))


def _smaller(analysis: Analysis, a: Any, b: Any) -> Bounded:
    a, b = operand(a, analysis), operand(b, analysis)
    error = _winners_error(a.each(np.negative), b.each(np.negative))
    return Bounded(np.minimum(a.value, b.value), analysis, np.abs(error))


def _winners_error(a: Bounded, b: Bounded) -> Array:
    ea, eb = np.abs(a.error), np.abs(b.error)
    doubt = 2 * (ea + eb)
    ahead = a.value - b.value
    return np.where(ahead > doubt, ea, np.where(-ahead > doubt, eb, np.maximum(ea, eb)))


def _sign_changed(change: np.ufunc) -> Callable[[Analysis, Bounded], Bounded]:
    return lambda analysis, a: Bounded(change(a.value), analysis, *a.copy().parts[1:])


def _decision(ufunc: np.ufunc) -> Callable[..., Array]:
    """Equal operands are no doubt: they are the same number, computed in the same way, on either side."""

    def rule(analysis: Analysis, a: Any, b: Any) -> Array:
        a, b = operand(a, analysis), operand(b, analysis)
        close = np.abs(a.value - b.value) <= 2 * (a.error + b.error)
        if np.any((a.value != b.value) & close):
            analysis.undecided = True
        return np.asarray(ufunc(a.value, b.value))

    return rule


def _question(ufunc: np.ufunc) -> Callable[..., Array]:
    return lambda analysis, a: ufunc(a.value)


UFUNCS |= {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.true_divide: _divide,
    np.reciprocal: lambda analysis, a: _divide(analysis, 1.0, a),
    np.square: lambda analysis, a: _multiply(analysis, a, a),
    np.sqrt: _sqrt,
    np.power: _power,
    np.float_power: _power,
    np.exp: _exp,
    np.expm1: _expm1,
    np.log: _smooth(np.log, lambda low, high, middle: 1 / np.maximum(low, 0)),
    np.log1p: _smooth(np.log1p, lambda low, high, middle: 1 / np.maximum(1 + low, 0)),
    np.tanh: _smooth(np.tanh, _slope_of_tanh),
    np.maximum: _larger,
    np.fmax: _larger,
    np.minimum: _smaller,
    np.negative: _sign_changed(np.negative),
    np.positive: lambda analysis, a: a.copy(),
    np.conjugate: lambda analysis, a: a.copy(),
    np.absolute: _sign_changed(np.absolute),
}
DECISIONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)
QUESTIONS = (np.isnan, np.isfinite, np.isinf, np.sign, np.signbit, np.logical_not)
UFUNCS |= {ufunc: _decision(ufunc) for ufunc in DECISIONS}
UFUNCS |= {ufunc: _question(ufunc) for ufunc in QUESTIONS}
