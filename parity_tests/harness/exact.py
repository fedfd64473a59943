"""A number with some sixty digits that remembers what it was computed from.

The definition of an operation, run on arrays of such numbers, gives its outputs; walking back
what they remember gives its gradients (reverse mode: Linnainmaa 1976, BIT 16, p. 146; Griewank
and Walther 2008, *Evaluating Derivatives*, 2nd ed., section 3.2). Neither the reference's backward nor PyTorch
has a part in it, and its own rounding is far below that of any dtype.
"""

from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import mpmath
import numpy as np
from numpy import ndarray as Array

DIGITS = mpmath.MPContext()
DIGITS.prec = 200

_serial = count()


class Exact:
    """A number with its parents, each with the derivative of this number by it.

    Operators and NumPy's functions of one argument work on it: NumPy calls the method of that name.

    >>> x = Exact(2.0)
    >>> y = x * x + np.exp(x * 0)
    >>> y
    Exact(5.0)
    >>> differentiate([(y, 1.0)])
    >>> x.gradient == 4
    True
    """

    __slots__ = ("gradient", "parents", "serial", "value")

    def __init__(self, value: Any, parents: tuple[tuple["Exact", Any], ...] = ()) -> None:
        self.value = DIGITS.mpf(value)
        self.parents = parents
        self.gradient = DIGITS.zero
        self.serial = next(_serial)

    def __repr__(self) -> str:
        return f"Exact({mpmath.nstr(self.value, 20)})"

    def __add__(self, other: Any) -> Any:
        return _of_two(self, other, lambda a, b: a + b, lambda a, b, c: (1, 1))

    def __sub__(self, other: Any) -> Any:
        return _of_two(self, other, lambda a, b: a - b, lambda a, b, c: (1, -1))

    def __mul__(self, other: Any) -> Any:
        return _of_two(self, other, lambda a, b: a * b, lambda a, b, c: (b, a))

    def __truediv__(self, other: Any) -> Any:
        return _of_two(self, other, _divided, lambda a, b, c: (_divided(1, b), -_divided(c, b)))

    def __rsub__(self, other: Any) -> Any:
        return Exact(other) - self

    def __rtruediv__(self, other: Any) -> Any:
        return Exact(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, power: Any) -> "Exact":
        p = DIGITS.mpf(power)
        return _of_one(self, lambda a: _real(a**p), lambda a, c: p * _real(a ** (p - 1)))

    def __neg__(self) -> "Exact":
        return _of_one(self, lambda a: -a, lambda a, c: -1)

    def __pos__(self) -> "Exact":
        return self

    def __abs__(self) -> "Exact":
        return _of_one(self, abs, lambda a, c: DIGITS.sign(a))

    def exp(self) -> "Exact":
        return _of_one(self, DIGITS.exp, lambda a, c: c)

    def expm1(self) -> "Exact":
        return _of_one(self, DIGITS.expm1, lambda a, c: c + 1)

    def log(self) -> "Exact":
        return _of_one(self, lambda a: _real(DIGITS.log(a)), lambda a, c: _divided(1, a))

    def log1p(self) -> "Exact":
        return _of_one(self, lambda a: _real(DIGITS.log1p(a)), lambda a, c: _divided(1, 1 + a))

    def sqrt(self) -> "Exact":
        return _of_one(self, lambda a: _real(DIGITS.sqrt(a)), lambda a, c: _divided(1, 2 * c))

    def tanh(self) -> "Exact":
        return _of_one(self, DIGITS.tanh, lambda a, c: 1 - c * c)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _value(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= _value(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _value(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= _value(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _value(other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return bool(self.value != 0)


def to_exact(x: Array) -> Array:
    """An array of exact numbers, each a leaf of its own, from an array of floats."""
    leaves = np.empty(x.shape, object)
    for index in np.ndindex(x.shape):
        leaves[index] = Exact(float(x[index]))
    return leaves


def values_of(x: Any) -> Array:
    """The numbers in an array of exact ones; elements that never met an exact number come as they are."""
    x = np.asarray(x, object)
    found = np.empty(x.shape, object)
    for index in np.ndindex(x.shape):
        found[index] = DIGITS.mpf(_value(x[index]))
    return found


def gradients_of(leaves: Array) -> Array:
    """What :func:`differentiate` left in an array of leaves."""
    found = np.empty(leaves.shape, object)
    for index, leaf in np.ndenumerate(leaves):
        found[index] = leaf.gradient
    return found


def differentiate(seeds: Iterable[tuple[Exact, Any]]) -> None:
    """Adds to every ancestor's ``gradient`` that of the sum of weight times number over the seeds."""
    reached: dict[int, Exact] = {}
    waiting = []
    for number, weight in seeds:
        number.gradient += DIGITS.mpf(weight)
        waiting.append(number)
    while waiting:
        number = waiting.pop()
        if number.serial not in reached:
            reached[number.serial] = number
            waiting.extend(parent for parent, _ in number.parents)
    for serial in sorted(reached, reverse=True):  # children were made after their parents
        number = reached[serial]
        for parent, slope in number.parents:
            parent.gradient += number.gradient * slope


def _of_one(a: Exact, function: Callable[[Any], Any], slope: Callable[[Any, Any], Any]) -> Exact:
    c = function(a.value)
    return Exact(c, ((a, slope(a.value, c)),))


def _of_two(
    a: Exact, b: Any, function: Callable[[Any, Any], Any], slopes: Callable[[Any, Any, Any], Any]
) -> Any:
    if isinstance(b, np.ndarray):
        return NotImplemented
    left, right = a.value, _value(b)
    c = function(left, right)
    by_left, by_right = slopes(left, right, c)
    return Exact(c, ((a, by_left), (b, by_right)) if isinstance(b, Exact) else ((a, by_left),))


def _value(x: Any) -> Any:
    if isinstance(x, Exact):
        return x.value
    return DIGITS.mpf(x.item() if isinstance(x, np.generic) else x)


def _divided(a: Any, b: Any) -> Any:
    """As IEEE 754 divides: by zero too."""
    if b != 0:
        return DIGITS.mpf(a) / b
    return DIGITS.nan if a == 0 or DIGITS.isnan(a) else DIGITS.inf * DIGITS.sign(a)


def _real(x: Any) -> Any:
    """Not a number where the result is not real."""
    return DIGITS.nan if isinstance(x, DIGITS.mpc) else x
