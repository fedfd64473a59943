"""Error rules of NumPy's ufuncs, for :class:`parity_tests.harness.bounded.Bounded`.

A rule takes u, the operands' values and errors and the result; it returns the result's error.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounded import LIBRARY_ULPS, Analysis, Bounded, Unanalysed, parts

Rule = Callable[..., Any]


def _add(u: float, a: Any, ea: Any, b: Any, eb: Any, c: Any) -> Any:
    return ea + eb + u * (np.abs(a) + np.abs(b))


def _multiply(u: float, a: Any, ea: Any, b: Any, eb: Any, c: Any) -> Any:
    carried = np.abs(a) * eb + ea * np.abs(b) + ea * eb
    return carried if _exact_factor(a) or _exact_factor(b) else carried + u * np.abs(c)


def _exact_factor(x: Any) -> bool:
    """Masks and powers of two scale without rounding."""
    if np.ndim(x) or isinstance(x, np.ndarray):
        return bool(x.dtype == bool)
    return x == 0 or float(np.frexp(abs(float(x)))[0]) == 0.5


def _divide(u: float, a: Any, ea: Any, b: Any, eb: Any, c: Any) -> Any:
    room = np.abs(b) - eb
    carried = (ea + np.abs(c) * eb) / np.where(room > 0, room, 0)
    carried = np.where((ea == 0) & (eb == 0), 0, carried)
    return carried if not np.ndim(b) and _exact_factor(b) else carried + u * np.abs(c)


def _sqrt(u: float, a: Any, ea: Any, c: Any) -> Any:
    below = np.sqrt(np.maximum(a - ea, 0))
    return np.where(ea > 0, ea / np.where(ea > 0, c + below, 1), 0) + u * c


def _power(u: float, a: Any, ea: Any, p: Any, ep: Any, c: Any) -> Any:
    magnitude = np.abs(a)
    grown = np.abs(np.power(magnitude + ea, p) - np.power(magnitude, p))
    shrunk = np.abs(np.power(np.maximum(magnitude - ea, 0), p) - np.power(magnitude, p))
    rounding = 1.0 if np.ndim(p) == 0 and p == 2 else LIBRARY_ULPS
    return np.maximum(grown, shrunk) + rounding * u * np.abs(c)


def _smooth(slope: Callable[[Any, Any, Any], Any]) -> Rule:
    """A library function whose change under an error is |slope| · error."""

    def rule(u: float, a: Any, ea: Any, c: Any) -> Any:
        return np.where(ea > 0, slope(a, ea, c) * ea, 0) + LIBRARY_ULPS * u * np.abs(c)

    return rule


def _exp(u: float, a: Any, ea: Any, c: Any) -> Any:
    return c * np.expm1(ea) + LIBRARY_ULPS * u * np.abs(c)


def _larger(u: float, a: Any, ea: Any, b: Any, eb: Any, c: Any) -> Any:
    """The error of the operand that is the larger for certain; of both where that hangs on rounding."""
    return np.where(a - ea > b + eb, ea, np.where(b - eb > a + ea, eb, np.maximum(ea, eb)))


def _smaller(u: float, a: Any, ea: Any, b: Any, eb: Any, c: Any) -> Any:
    return _larger(u, -a, ea, -b, eb, c)


def _kept(u: float, a: Any, ea: Any, c: Any) -> Any:
    return ea


RULES: Mapping[np.ufunc, Rule] = {
    np.add: _add,
    np.subtract: _add,
    np.multiply: _multiply,
    np.true_divide: _divide,
    np.sqrt: _sqrt,
    np.power: _power,
    np.float_power: _power,
    np.square: lambda u, a, ea, c: 2 * np.abs(a) * ea + ea * ea + u * c,
    np.reciprocal: lambda u, a, ea, c: _divide(u, 1.0, 0.0, a, ea, c),
    np.exp: _exp,
    np.expm1: lambda u, a, ea, c: _exp(u, a, ea, np.exp(a)) + LIBRARY_ULPS * u * np.abs(c),
    np.log: _smooth(lambda a, ea, c: 1 / np.maximum(a - ea, 0)),
    np.log1p: _smooth(lambda a, ea, c: 1 / np.maximum(1 + a - ea, 0)),
    np.tanh: _smooth(lambda a, ea, c: np.minimum(1, 1 - c * c + 2 * ea)),
    np.maximum: _larger,
    np.minimum: _smaller,
    np.fmax: _larger,
    np.negative: _kept,
    np.positive: _kept,
    np.absolute: _kept,
    np.conjugate: _kept,
}
# How many leading operands must be non-zero for a tiny result to be an underflow.
UNDERFLOW = {
    np.multiply: 2,
    np.true_divide: 1,
    np.square: 1,
    np.power: 1,
    np.exp: 0,
    np.reciprocal: 0,
}
DECISIONS = {np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal}
PLAIN = {np.isnan, np.isfinite, np.isinf, np.sign, np.signbit, np.logical_not}


def apply_ufunc(
    analysis: Analysis,
    ufunc: np.ufunc,
    method: str,
    inputs: tuple[Any, ...],
    keywords: dict[str, Any],
) -> Any:
    """Dispatch of ``__array_ufunc__``: a rule, a decision, matmul or a reduction."""
    if method == "reduce":
        from parity_tests.harness.bounded_functions import reduce_ufunc

        return reduce_ufunc(analysis, ufunc, inputs[0], keywords)
    if method != "__call__":
        raise Unanalysed(f"no error rule for np.{ufunc.__name__}.{method}")
    out = keywords.pop("out", None)
    if ufunc in DECISIONS:
        return _decide(analysis, ufunc, inputs)
    if ufunc in PLAIN:
        return ufunc(*(parts(x, analysis)[0] for x in inputs))
    result = matmul(analysis, *inputs) if ufunc is np.matmul else _by_rule(analysis, ufunc, inputs)
    if out is None:
        return result
    out[0][...] = result
    return out[0]


def _by_rule(analysis: Analysis, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Bounded:
    rule = RULES.get(ufunc)
    if rule is None:
        raise Unanalysed(f"no error rule for np.{ufunc.__name__}")
    operands = [parts(x, analysis) for x in inputs]
    value = ufunc(*(v for v, _ in operands))
    flat = [part for operand in operands for part in operand]
    error = np.array(np.broadcast_to(rule(analysis.unit, *flat, value), np.shape(value)))
    if ufunc in UNDERFLOW:
        error[_underflows(analysis, value, [v for v, _ in operands][: UNDERFLOW[ufunc]])] += (
            analysis.tiny
        )
    return Bounded(value, analysis, error)


def _underflows(analysis: Analysis, value: Any, factors: list[Any]) -> Any:
    """Where a result that is not exactly zero lies below the normal numbers."""
    small = np.abs(value) < analysis.tiny
    for factor in factors:
        small = small & (np.asarray(factor) != 0)
    return small


def _decide(analysis: Analysis, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Array:
    """Equal operands are no doubt: they are the same number, computed in the same way, on either side."""
    (a, ea), (b, eb) = (parts(x, analysis) for x in inputs)
    if np.any((a != b) & (np.abs(a - b) <= ea + eb)):
        analysis.undecided = True
    return np.asarray(ufunc(a, b))


def matmul(analysis: Analysis, a: Any, b: Any) -> Bounded:
    """The product and its bound for K terms in any order."""
    return product(analysis, np.matmul, (a, b), np.shape(a)[-1])


def product(
    analysis: Analysis, multiply: Callable[..., Any], factors: tuple[Any, Any], terms: int
) -> Bounded:
    """A bilinear function (matmul, einsum of two) that adds ``terms`` products for each element."""
    (a, ea), (b, eb) = (parts(x, analysis) for x in factors)
    a, b = np.asarray(a, float), np.asarray(b, float)
    magnitude_a, magnitude_b = np.abs(a), np.abs(b)
    error = (terms + 1) * analysis.unit * multiply(magnitude_a, magnitude_b)
    if np.any(ea):
        error = error + multiply(ea, magnitude_b + eb)
    if np.any(eb):
        error = error + multiply(magnitude_a, eb)
    return Bounded(multiply(a, b), analysis, error)
