"""Comparison: what passes, what fails, and where the verdict points."""

import numpy as np
import pytest

from parity_tests.harness.cases import Case
from parity_tests.harness.compare import compare
from parity_tests.harness.slope import slope
from parity_tests.harness.verdict import Findings, Verdict, summarise

CASE = Case("layers.linear")
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("got", "expected", "allowed", "passes"),
    [
        ([1.0, 2.0], [1.0, 2.0], None, True),
        ([1.0, 2.0], [1.0, 2.0 + 2**-51], None, False),
        ([1.0, 2.5], [1.0, 2.0], [0.0, 0.5], True),
        ([1.0, 2.5], [1.0, 2.0], [0.5, 0.0], False),
        ([1.0, NAN], [1.0, NAN], None, True),
        ([1.0, NAN], [1.0, 2.0], [INF, INF], False),
        ([1.0, 2.0], [1.0, NAN], [INF, INF], False),
        ([INF], [INF], None, True),
        ([INF], [-INF], [INF], False),
        ([INF], [1.0], [INF], False),
        ([1.0], [2.0], [NAN], False),
        ([1.0], [2.0], [INF], True),
        ([1.0, 2.0], [1.0, 2.5], [9.0, 9.0, 9.0], False),
        ([1.0, 2.0], [1.0, 2.0], [9.0, 9.0, 9.0], True),
        ([1.0], [[1.0]], [9.0], False),
        (None, [1.0], None, False),
        (None, None, None, True),
        ([], [], None, True),
    ],
)
def test_compare(got: object, expected: object, allowed: object, passes: bool) -> None:
    arrays = [None if x is None else np.array(x) for x in (got, expected, allowed)]
    assert compare(CASE, "outputs_agree", "y", *arrays).passed is passes


def test_the_verdict_points_at_the_element_that_used_most() -> None:
    verdict = compare(
        CASE, "c", "y", np.array([[0.0, 3.0]]), np.array([[1.0, 1.0]]), np.array([[2.0, 40.0]])
    )
    assert (verdict.at, verdict.worst, verdict.allowed, verdict.used) == ((0, 0), 1.0, 2.0, 0.5)


def test_summary_keeps_the_worst_and_counts() -> None:
    def verdict(worst: float, passed: bool = True) -> Verdict:
        return Verdict("p", "c", "y", "float64", passed, worst, 1.0)

    (kept,) = summarise([verdict(0.1), verdict(7.0, False), verdict(0.9), verdict(8.0, False)])
    assert (kept.worst, kept.cases, kept.failed) == (8.0, 4, 2)
    (again,) = summarise([kept, verdict(9.0, False)])
    assert (again.worst, again.cases, again.failed) == (9.0, 5, 3)


def test_the_error_is_also_told_in_units_of_the_last_place() -> None:
    got, expected = np.array([1.0, 4.0 + 2.0**-50]), np.array([1.0, 4.0])
    verdict = compare(CASE, "c", "y", got, expected, np.array([1.0, 1.0]))
    assert (verdict.at, verdict.ulps) == ((1,), 1.0)
    zero = compare(CASE, "c", "y", np.array([1.0]), np.array([0.0]), np.array([2.0]))
    assert zero.ulps == INF
    assert Findings((zero,), 0, 1).to_dict()["verdicts"][0]["ulps"] is None


def test_the_summary_counts_cases_by_the_share_they_used() -> None:
    def verdict(error: float, allowed: float = 1.0) -> Verdict:
        return compare(CASE, "c", "y", np.array([error]), np.array([0.0]), np.array([allowed]))

    errors = (0.0, 0.0005, 0.004, 0.05, 0.5, 1.0, 7.0)
    (kept,) = summarise([*map(verdict, errors), verdict(3.0, INF)])
    assert kept.used_counts == (1, 1, 1, 1, 2, 1)
    assert kept.cases == 8
    (again,) = summarise([kept, kept])
    assert again.used_counts == (2, 2, 2, 2, 4, 2)
    assert Findings((again,), 0, 1).to_dict()["verdicts"][0]["used_counts"] == [2, 2, 2, 2, 4, 2]


def test_slack_is_a_tolerance_that_many_cases_did_not_need() -> None:
    def verdict(*counts: int) -> Verdict:
        return Verdict("p", "c", "y", "float64", True, used_counts=counts)

    assert verdict(5, 60, 40, 0, 0, 0).slack
    assert not verdict(500, 60, 39, 0, 0, 0).slack
    assert not verdict(5, 60, 40, 1, 0, 0).slack
    assert not verdict().slack


def test_no_verdict_at_all_is_no_pass() -> None:
    assert not Findings((), 0, 1).passed


class Cube:
    def forward(self, arguments):  # type: ignore[no-untyped-def]
        return {"y": arguments["x"] ** 3}, None


class Corner:
    def forward(self, arguments):  # type: ignore[no-untyped-def]
        return {"y": abs(arguments["x"])}, None


def test_slope_is_within_its_own_error_and_that_is_small() -> None:
    x, one = np.array([1.7]), np.ones(1)
    measured = slope(Cube(), {"x": x}, one, {"x": one}, noise=20.0)  # type: ignore[arg-type]
    assert abs(measured.value - 3 * 1.7**2) <= measured.error < 1e-9


def test_slope_at_a_corner_admits_that_it_is_none() -> None:
    x, one = np.array([1e-9]), np.ones(1)
    measured = slope(Corner(), {"x": x}, one, {"x": one}, noise=1.0)  # type: ignore[arg-type]
    assert measured.error > 0.5
