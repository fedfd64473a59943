"""One number with a bound keeps the rules of an array with bounds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests.harness.bounds import Analysis, Bounded
from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.bounds.number import BoundedNumber, errors_of, to_bounded
from parity_tests.harness.cases import DTYPES

Program = Callable[[Any, Any], Any]
PROGRAMS: dict[str, Program] = {
    "sum of two": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "with a constant": lambda a, b: 0.1 - a * 0.1 + 3,
    "product": lambda a, b: a * b,
    "brackets": lambda a, b: (a - b) * (a + b),
    "exact factor": lambda a, b: a * 0.5 + b * 0,
    "quotient": lambda a, b: a / b,
    "exact divisor": lambda a, b: (a - b) / 4,
    "reciprocal": lambda a, b: 1 / a,
    "power": lambda a, b: a**2 + abs(b) ** 0.5,
    "root": lambda a, b: np.sqrt(a) - np.sqrt(a * a + b * b),
    "signs": lambda a, b: -(a * b) + abs(a - b),
    "exponential": lambda a, b: np.exp(-a) + np.expm1(b),
    "logarithm": lambda a, b: np.log(a) + np.log1p(b),
    "tangent": lambda a, b: np.tanh(a) * b,
}
SIZES = st.floats(-45, 45).map(lambda exponent: 2.0**exponent)
FINITE = st.one_of(
    st.builds(lambda sign, size: sign * size, st.sampled_from([-1.0, 1.0]), SIZES),
    st.sampled_from([0.0, 1.0, -3.0, 2.0**126, 2.0**-149]),
)
ERRORS = st.one_of(st.just(0.0), SIZES.map(lambda size: 2.0**-30 * size), st.just(np.inf))
OPERANDS = st.one_of(
    st.tuples(FINITE, ERRORS), st.tuples(st.sampled_from([np.inf, -np.inf, np.nan]), st.just(0.0))
)


def parts(x: Any) -> list[float]:
    """What bounds are made from: value, error, what a product and what a sum is charged for."""
    if isinstance(x, Bounded):
        found = (x.value, x.error, x.magnitude, *x.addends)
        return [float(part) for part in found]
    sums = (x.error, x.largest, 1) if x.terms is None else (x.carried, x.expanded, x.terms)
    return [x.value, x.error, x.expanded, *sums]


def both_ways(program: Callable[..., Any], *operands: tuple[float, float], name: str) -> Any:
    """The parts by arrays without axes and by numbers, and whether either is undecided."""
    arrays, numbers = Analysis(FORMATS[name]), Analysis(FORMATS[name])
    with np.errstate(all="ignore"):
        by_arrays = program(*(Bounded(value, arrays, error) for value, error in operands))
        by_numbers = program(*(BoundedNumber(value, numbers, error) for value, error in operands))
    return by_arrays, by_numbers, (arrays.undecided, numbers.undecided)


@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=60, deadline=None)
@given(a=OPERANDS, b=OPERANDS, form=st.sampled_from(DTYPES))
def test_the_rules_are_those_of_arrays(
    name: str, a: tuple[float, float], b: tuple[float, float], form: str
) -> None:
    by_arrays, by_numbers, _ = both_ways(PROGRAMS[name], a, b, name=form)
    np.testing.assert_array_equal(parts(by_numbers)[:2], parts(by_arrays)[:2])
    if np.isfinite(by_numbers.error):
        np.testing.assert_array_equal(parts(by_numbers), parts(by_arrays))


@settings(max_examples=100, deadline=None)
@given(terms=st.lists(OPERANDS, min_size=1, max_size=8), form=st.sampled_from(DTYPES))
def test_a_sum_that_begins_with_0_is_one_sum_in_any_order(
    terms: list[tuple[float, float]], form: str
) -> None:
    def total(*x: Any) -> Any:
        if isinstance(x[0], BoundedNumber):
            return sum(x) / len(x)
        collected: Any = np.zeros_like(x[0])
        for term in x:
            collected[...] += term
        return collected / len(x)

    by_arrays, by_numbers, _ = both_ways(total, *terms, name=form)
    # Arrays round the bound up once more, where the first term meets the zeros.
    np.testing.assert_allclose(parts(by_numbers)[:2], parts(by_arrays)[:2], rtol=1e-13)


@settings(max_examples=100, deadline=None)
@given(a=OPERANDS, b=OPERANDS)
def test_branches_are_doubtful_where_those_of_arrays_are(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    def ask(x: Any, y: Any) -> list[bool]:
        return [bool(answer) for answer in (x < y, x <= y, x > y, x >= y, x == y, x != y, x > 1)]

    by_arrays, by_numbers, (arrays, numbers) = both_ways(ask, a, b, name="float32")
    assert (by_numbers, numbers) == (by_arrays, arrays)


def test_a_number_that_was_never_computed_with_is_exact() -> None:
    analysis = Analysis(FORMATS["float32"])
    x = to_bounded(np.array([[1.0, 2.0]]), analysis)
    x[0, 0] = 5.0
    assert errors_of(x * 1).tolist() == [[0.0, 0.0]]
    assert errors_of(x * 3)[0, 1] == pytest.approx(6 * 2.0**-24)
