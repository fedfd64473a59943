"""Exact numbers of every pair: each side alone is within one side's share of the allowed error."""

from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from parity_tests.harness.arbiter import Arbiter
from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.exact import DIGITS
from parity_tests.harness.tolerance import unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS

EXAMPLES = {"operation": 8, "network": 3, "optimizer": 3}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PAIRS)
def test_each_side_is_within_its_share_of_the_exact_value(name: str, dtype: str) -> None:
    pair = PAIRS[name]

    @hypothesis.seed(0)
    @settings(
        max_examples=EXAMPLES[pair.kind],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pair.cases(dtype))
    def holds(case: Any) -> None:
        trial = Trial(pair, case)
        arbiter = Arbiter(pair, case, trial.arguments, trial.dy)
        for side in (trial.outcome, trial.twin):
            for quantity in trial.allowed.errors:
                if side is trial.twin and any(w.applies(case) for w in pair.waivers):
                    continue
                if quantity in side.outputs or _comparable(trial, quantity):
                    _within(trial, side, quantity, arbiter)

    holds()


def _comparable(trial: Trial, quantity: str) -> bool:
    return trial.smooth and not trial.allowed.undecided and quantity in trial.twin.gradients


def _within(trial: Trial, side: Any, quantity: str, arbiter: Arbiter) -> None:
    got = np.asarray({**side.outputs, **side.gradients}[quantity])
    limit = trial.allowed.of(quantity)
    assert limit is not None
    assert got.shape == arbiter.shape(quantity)
    exact = {**arbiter.exact.outputs, **arbiter.exact.gradients}[quantity]
    for at in np.ndindex(got.shape):
        if np.isfinite(limit[at]) and DIGITS.isfinite(exact[at]):
            off = abs(DIGITS.mpf(float(got[at])) - exact[at])
            assert off <= limit[at] / 2, (str(trial.case), quantity, at)


def test_what_moves_by_a_rounding_is_not_far_from_the_exact_value() -> None:
    pair = PAIRS["activations.tanh"]
    trial = Trial(pair, Case(pair.name, {}, {"shape": (1,)}, given={"x": (0.5,)}))
    found = Arbiter(pair, trial.case, trial.arguments, trial.dy).range("y", (0,))
    assert found.low < found.value < found.high
    assert found.width <= 2 * unit_roundoff("float64")


def _relu(x: str) -> Arbiter:
    settings = "shape=(3,) / dtype=float64 layout=contiguous values=ordinary seed=0"
    case = Case.parse(f"activations.relu / {settings} / x={x} dy=(2,2,2)")
    trial = Trial(PAIRS[case.pair], case)
    return Arbiter(trial.pair, trial.case, trial.arguments, trial.dy)


def test_a_zero_among_other_numbers_moves_by_less_than_all_of_them_and_leaves_its_kink() -> None:
    arbiter = _relu("(0,1,5e-324)")
    least = FORMATS["float64"].spacing_below
    assert 0 < arbiter.range("y", (0,)).high < least
    assert 0 < arbiter.range("y", (1,)).width <= 2 * unit_roundoff("float64")
    slopes = [arbiter.range("dx", (i,)) for i in range(3)]
    assert [(r.low, r.high) for r in slopes] == [(0, 2), (2, 2), (2, 2)]


@pytest.mark.parametrize("odd", ["nan", "inf"])
def test_a_number_that_is_not_finite_moves_no_other(odd: str) -> None:
    found = _relu(f"({odd},1,-1)").range("y", (1,))
    assert 0 < found.width <= 2 * unit_roundoff("float64")
