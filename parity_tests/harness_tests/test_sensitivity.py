"""What is certain to be reported is reported, and well-conditioned quantities leave little unseen."""

from typing import Any

import numpy as np
import pytest

from parity_tests import check
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import judge
from parity_tests.harness.sensitivity import (
    ALL,
    Sensitivity,
    by_quantity,
    by_regime,
    certain_errors,
    measure,
)
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.layers.linear import Linear

LINE = (
    "layers.linear bias=True / n=2 features=(3,) d_in=3 d_out=2 / "
    "dtype=float32 layout=contiguous values=ordinary seed=3"
)


class OffInOneElement(Linear):
    """Wrong by a relative error in y[1, 0]."""

    relative_error = 0.0

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        y[1, 0] += np.copysign(self.relative_error * abs(y[1, 0]), y[1, 0])
        return y, saved


def test_an_error_that_is_certain_to_be_reported_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair, case = PAIRS["layers.linear"], Case.parse(LINE)
    certain = dict(certain_errors(Trial(pair, case)))["y"].reshape(2, 2)[1, 0]
    for factor, reported in ((1 + 2.0**-3, True), (2.0**-10, False)):
        monkeypatch.setattr(OffInOneElement, "relative_error", float(certain) * factor)
        (verdict,) = judge(Trial(pair, case, OffInOneElement), "outputs_agree")
        assert verdict.passed is not reported


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("layers.linear", "dx"),
        ("layers.flatten", "y"),
        ("layers.conv2d", "dx"),
        ("activations.sigmoid", "y"),
        ("activations.log_softmax", "y"),
        ("losses.mse_loss", "dx"),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_small_errors_of_well_conditioned_quantities_are_seen(
    name: str, quantity: str, dtype: str
) -> None:
    found = by_quantity(measure(PAIRS[name], dtype, 25, seed=0))
    (measured,) = [s for s in found if (s.regime, s.quantity) == ("ordinary", quantity)]
    assert measured.share >= 0.9
    assert measured.median < measured.target / 2
    assert measured.worst >= measured.median
    assert Case.parse(measured.case).dtype == dtype


def test_the_same_seed_gives_the_same_records() -> None:
    def records(seed: int) -> list[Sensitivity]:
        return by_quantity(measure(PAIRS["activations.tanh"], "float32", 5, seed))

    assert records(1) == records(1) != records(2)


def test_numbers_that_are_drawn_to_be_hard_stand_apart() -> None:
    """Far from zero a variance drowns in rounding, so less is seen than of ordinary numbers."""
    measured = measure(PAIRS["layers.layer_norm"], "float64", 60, seed=0)
    found = {each.regime: each for each in by_regime(measured)}
    assert set(found) == {"ordinary", "offset", "far"}
    assert found["far"].median > 100 * found["ordinary"].median
    assert all(Case.parse(each.case).values == regime for regime, each in found.items())


def test_all_quantities_together_are_their_sum() -> None:
    measured = measure(PAIRS["layers.linear"], "float64", 10, seed=0)
    (whole,) = by_regime(measured)
    parts = by_quantity(measured)
    assert (whole.quantity, {part.quantity for part in parts} >= {"y", "dx"}) == (ALL, True)
    assert whole.elements == sum(part.elements for part in parts)
    assert whole.seen == sum(part.seen for part in parts)
    worst = max(parts, key=lambda part: part.worst)
    assert (whole.worst, whole.worst_quantity, whole.case) == (
        worst.worst,
        worst.quantity,
        worst.case,
    )


@pytest.mark.parametrize("name", ["layers.linear", "activations.softmax", "optimizers.adam"])
def test_no_tolerance_is_wider_than_it_need_be(name: str) -> None:
    assert not [verdict for verdict in check(name, examples=120).verdicts if verdict.slack]


@pytest.mark.nightly
def test_no_tolerance_of_any_pair_is_wider_than_it_need_be() -> None:
    assert not [verdict for verdict in check(examples=300).verdicts if verdict.slack]
