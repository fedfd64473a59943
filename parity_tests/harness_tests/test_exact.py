"""Exact numbers compute, compare, and differentiate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from parity_tests.harness.exact import (
    DIGITS,
    Exact,
    differentiate,
    gradients_of,
    to_exact,
    values_of,
)

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "square": (lambda x: x * x, lambda x: 2 * x),
    "quotient": (lambda x: (x + 1) / (2 - x), lambda x: 3 / (2 - x) ** 2),
    "reflected": (lambda x: 2 / x - (1 - x), lambda x: -2 / x**2 + 1),
    "power": (lambda x: x**3 - x**0.5, lambda x: 3 * x**2 - 0.5 * x**-0.5),
    "exp": (lambda x: np.exp(-x), lambda x: -np.exp(-x)),
    "expm1": (lambda x: np.expm1(x), lambda x: np.exp(x)),
    "log": (lambda x: np.log(x), lambda x: 1 / x),
    "log1p": (lambda x: np.log1p(x), lambda x: 1 / (1 + x)),
    "sqrt": (lambda x: np.sqrt(x), lambda x: 0.5 / np.sqrt(x)),
    "tanh": (lambda x: np.tanh(x), lambda x: 1 - np.tanh(x) ** 2),
    "abs": (lambda x: abs(x - 1), lambda x: np.sign(x - 1)),
    "larger": (lambda x: x * x if x > 0.5 else 3 * x, lambda x: 2 * x if x > 0.5 else 3.0),
}
POINTS = (0.25, 0.75, 1.5)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("point", POINTS)
def test_value_and_derivative(name: str, point: float) -> None:
    function, derivative = FUNCTIONS[name]
    x = Exact(point)
    y = function(x)
    differentiate([(y, 1)])
    # The float64 side has a few roundings; the exact one has none that float64 could show.
    assert float(y.value) == pytest.approx(function(np.float64(point)))
    assert float(x.gradient) == pytest.approx(derivative(np.float64(point)))


def test_it_has_more_digits_than_any_dtype() -> None:
    y = (Exact(1.0) + 2.0**-150) - 1
    assert y.value == DIGITS.mpf(2) ** -150


def test_a_number_that_is_used_twice_gets_both_gradients() -> None:
    x = Exact(3.0)
    differentiate([(x * x + x, 10), (x * 2, 1)])
    assert x.gradient == 10 * 7 + 2


def test_long_computations_need_no_recursion() -> None:
    x = Exact(0.0)
    y = x
    for _ in range(5000):
        y = y + 1
    differentiate([(y, 1)])
    assert (y.value, x.gradient) == (5000, 1)


def test_division_is_that_of_floats() -> None:
    zero: Any = Exact(0.0)
    one: Any = Exact(1.0)
    assert (one / zero).value == DIGITS.inf
    assert (-one / zero).value == -DIGITS.inf
    assert (zero / zero) != (zero / zero)
    assert np.sqrt(-one) != np.sqrt(-one)


def test_arrays_of_exact_numbers_are_numpy_arrays() -> None:
    x = to_exact(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    y: Any = np.sum(x * 0.5, axis=0) @ x
    assert values_of(y).tolist() == [11, 16]
    differentiate((number, 1) for number in y)
    # dy_k/dx_ij for y_k = sum over i, j of x_ij x_jk / 2
    expected = np.array([[1.5 + 2, 3.5 + 2], [1.5 + 3, 3.5 + 3]])
    assert np.array_equal(gradients_of(x).astype(float), expected)
