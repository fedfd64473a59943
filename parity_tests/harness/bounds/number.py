"""One number that carries its error bound: the rules of :mod:`parity_tests.harness.bounds` for plain loops.

A definition (``reference/naive``) touches one number at a time and runs on object arrays of any kind of
number (:mod:`parity_tests.harness.exact` is another). Sums, products and quotients are so many there that they have
their rules here once more, in Python's floats; a test holds them to those of the array type. All else is handed to it.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.array import OWN_UNIT, STEPS, Analysis, Bounded
from parity_tests.harness.bounds.formats import Format
from parity_tests.harness.bounds.ufuncs import exact_factor

OUTWARD = 1 + 2 * STEPS * OWN_UNIT


class BoundedNumber:
    """``value`` with ``error``, and with ``expanded``, ``carried`` and ``terms`` as in :class:`Bounded`.

    The integer 0, with which ``sum`` begins and with which NumPy fills arrays of objects, is an empty sum:
    what is added to it may be added in any order.

    >>> from parity_tests.harness.bounds.formats import FORMATS
    >>> x, y = (BoundedNumber(value, Analysis(FORMATS["float32"])) for value in (3.0, 1.0))
    >>> total = sum([x * 3, y, y])
    >>> total.value, round(total.error / 2.0**-24, 3)  # 9 for the product, 2 roundings of at most 11
    (11.0, 31.0)
    """

    __slots__ = ("analysis", "carried", "error", "expanded", "largest", "terms", "value")

    def __init__(
        self,
        value: float,
        analysis: Analysis,
        error: float = 0.0,
        expanded: float | None = None,
        carried: float = 0.0,
        terms: float | None = None,
    ) -> None:
        largest = abs(value) + 2 * error
        if not largest <= analysis.format.largest:
            error = _beyond_the_largest(value)
            largest = abs(value) + 2 * error
        self.value, self.error, self.largest, self.analysis = value, error, largest, analysis
        self.expanded = largest if expanded is None else expanded
        self.carried, self.terms = carried, terms

    def __repr__(self) -> str:
        return f"BoundedNumber({self.value!r}, error={self.error!r})"

    def __add__(self, other: Any) -> "BoundedNumber":
        if type(other) is int and other == 0:
            return BoundedNumber(self.value, self.analysis, self.error, *_addends(self))
        b = _number(other, self.analysis)
        return _total(self.value + b.value, self, b)

    def __sub__(self, other: Any) -> "BoundedNumber":
        b = _number(other, self.analysis)
        return _total(self.value - b.value, self, b)

    def __rsub__(self, other: Any) -> "BoundedNumber":
        return _number(other, self.analysis) - self

    def __mul__(self, other: Any) -> "BoundedNumber":
        a, b, form = self, _number(other, self.analysis), self.analysis.format
        value = a.value * b.value
        expanded = max(a.expanded * b.largest, a.largest * b.expanded) * OUTWARD
        error = (abs(a.value) + a.error) * b.error + a.error * (abs(b.value) + 2 * b.error)
        if not _scales_exactly(other):
            error += form.unit * expanded
        if abs(value) < 2 * form.smallest_normal and a.largest != 0 and b.largest != 0:
            error += form.spacing_below / 2
        return BoundedNumber(value, self.analysis, error * OUTWARD, expanded)

    def __truediv__(self, other: Any) -> "BoundedNumber":
        return _quotient(self, _number(other, self.analysis), _scales_exactly(other))

    def __rtruediv__(self, other: Any) -> "BoundedNumber":
        return _quotient(_number(other, self.analysis), self, False)

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, power: Any) -> "BoundedNumber":
        return _by_arrays(self, lambda x: np.power(x, power))

    def __neg__(self) -> "BoundedNumber":
        return self._signed(-self.value)

    def __pos__(self) -> "BoundedNumber":
        return self

    def __abs__(self) -> "BoundedNumber":
        return self._signed(abs(self.value))

    def _signed(self, value: float) -> "BoundedNumber":
        rest = self.error, self.expanded, self.carried, self.terms
        return BoundedNumber(value, self.analysis, *rest)

    # What NumPy's functions of one number look for.
    def exp(self) -> "BoundedNumber":
        return _by_arrays(self, np.exp)

    def expm1(self) -> "BoundedNumber":
        return _by_arrays(self, np.expm1)

    def log(self) -> "BoundedNumber":
        return _by_arrays(self, np.log)

    def log1p(self) -> "BoundedNumber":
        return _by_arrays(self, np.log1p)

    def sqrt(self) -> "BoundedNumber":
        return _root(self)

    def tanh(self) -> "BoundedNumber":
        return _by_arrays(self, np.tanh)

    def __lt__(self, other: Any) -> bool:
        return self._decided(other).value > self.value

    def __le__(self, other: Any) -> bool:
        return self._decided(other).value >= self.value

    def __gt__(self, other: Any) -> bool:
        return self._decided(other).value < self.value

    def __ge__(self, other: Any) -> bool:
        return self._decided(other).value <= self.value

    def __eq__(self, other: object) -> bool:
        return self._decided(other).value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return self != 0

    def _decided(self, other: Any) -> "BoundedNumber":
        """The other number; closer than their errors, it leaves the analysis undecided."""
        b = _number(other, self.analysis)
        if self.value != b.value and abs(self.value - b.value) <= 2 * (self.error + b.error):
            self.analysis.undecided = True
        return b


def to_bounded(x: Array, analysis: Analysis) -> Array:
    """An array of numbers without errors, of the same shape, from an array of floats."""
    numbers = np.empty(x.shape, object)
    for index in np.ndindex(x.shape):
        numbers[index] = BoundedNumber(float(x[index]), analysis)
    return numbers


def errors_of(x: Array) -> Array:
    """The bounds in an array of numbers; a number that was never computed with is exact.

    Infinite where a finite value has none.
    """
    errors = np.zeros(x.shape)
    for index, number in np.ndenumerate(x):
        if isinstance(number, BoundedNumber):
            unknown = math.isnan(number.error) and math.isfinite(number.value)
            errors[index] = math.inf if unknown else number.error
    return errors


def _number(x: Any, analysis: Analysis) -> BoundedNumber:
    if type(x) is BoundedNumber:
        return x
    value = float(x)
    return BoundedNumber(value, analysis, _conversion_error(analysis.format, value))


# Loops repeat their constants: a half, 1 - beta, eps.
@lru_cache(maxsize=1024)
def _conversion_error(form: Format, value: float) -> float:
    return float(form.conversion_error(value))


def _beyond_the_largest(value: float) -> float:
    """As for arrays: no bound where a side may overflow; an infinity is exact, or a failure."""
    if math.isfinite(value):
        return math.inf
    return math.nan if math.isnan(value) else 0.0


def _addends(x: BoundedNumber) -> tuple[float, float, float]:
    """As terms of a sum: their magnitude, the error they carry, their number."""
    return (x.largest, x.error, 1) if x.terms is None else (x.expanded, x.carried, x.terms)


def _total(value: float, a: BoundedNumber, b: BoundedNumber) -> BoundedNumber:
    (size_a, carried_a, terms_a), (size_b, carried_b, terms_b) = _addends(a), _addends(b)
    carried, expanded = carried_a + carried_b, size_a + size_b
    unit = a.analysis.format.unit
    if a.terms is None and b.terms is None:
        return BoundedNumber(value, a.analysis, (carried + unit * expanded) * OUTWARD, expanded)
    lost = max(terms_a + terms_b - 1, 0) * unit
    error = carried + (lost / (1 - lost) if lost < 1 else math.inf) * expanded
    rest = expanded * OUTWARD, carried * OUTWARD, terms_a + terms_b
    return BoundedNumber(value, a.analysis, error * OUTWARD, *rest)


def _quotient(a: BoundedNumber, b: BoundedNumber, exact: bool) -> BoundedNumber:
    """A divisor that may be 0 is left to NumPy, which divides by it."""
    size = abs(b.value)
    room = size * (1 - 4 * OWN_UNIT) - 2 * b.error if b.error > 0 else size
    if not room > 0:
        return _by_arrays(a, lambda x: x / _array(b))
    value, form = a.value / b.value, a.analysis.format
    expanded = a.expanded / room * OUTWARD
    error = (a.error + a.largest / room * b.error) / room
    if not exact:
        error += 2 * form.unit / (1 - 2 * form.unit) * expanded
    if abs(value) < 2 * form.smallest_normal and a.largest != 0:
        error += form.spacing_below / 2
    return BoundedNumber(value, a.analysis, error * OUTWARD, expanded)


def _root(a: BoundedNumber) -> BoundedNumber:
    if not a.value >= 0:
        return _by_arrays(a, np.sqrt)
    near, far = a.value - a.error, a.value - 2 * a.error
    roots, root_of_error = math.sqrt(max(near, 0)) + math.sqrt(max(far, 0)), math.sqrt(a.error)
    carried = root_of_error if root_of_error >= roots else a.error / roots
    error = (carried + a.analysis.format.unit * math.sqrt(a.largest)) * OUTWARD
    return BoundedNumber(math.sqrt(a.value), a.analysis, error)


def _scales_exactly(x: Any) -> bool:
    return type(x) is not BoundedNumber and exact_factor(x)


def _array(x: BoundedNumber) -> Bounded:
    carried = None if x.terms is None else x.carried
    return Bounded(x.value, x.analysis, x.error, x.expanded, carried, x.terms)


def _by_arrays(x: BoundedNumber, function: Callable[[Bounded], Any]) -> BoundedNumber:
    found: Bounded = function(_array(x))
    value, error, *sizes = (None if part is None else float(part) for part in found.parts)
    expanded, carried, terms = sizes
    assert value is not None
    return BoundedNumber(value, x.analysis, error or 0.0, expanded, carried or 0.0, terms)
