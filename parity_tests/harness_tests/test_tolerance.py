"""Both sides stay within the allowed error, each by itself, of what extended precision gives."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from numpy import ndarray as Array

from parity_tests.harness import tolerance
from parity_tests.harness.cases import Case
from parity_tests.harness.subject import Outcome, make_subject
from parity_tests.harness.tolerance import SIDES
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS


def in_extended_precision(trial: Trial) -> Outcome:
    """The reference's own text in longdouble: off by 2^-40 of what float32 is off by."""
    arguments = {name: widened(x) for name, x in trial.arguments.items()}
    subject = make_subject(trial.pair, trial.case, trial.pair.reference)
    with np.errstate(all="ignore"):
        outputs, saved = subject.forward(arguments)
        gradients = {} if trial.dy is None else subject.backward(saved, widened(trial.dy))
    return Outcome(outputs, gradients)


def widened(x: Any) -> Any:
    return x.astype(np.longdouble) if x is not None and x.dtype.kind == "f" else x


def shares(trial: Trial) -> Iterator[tuple[str, str, Array]]:
    """For each side and quantity: the share of one side's bound that each element used."""
    exact = in_extended_precision(trial)
    groups = [(lambda o: o.outputs), (lambda o: o.gradients)]
    for of in groups[: 1 if trial.allowed.undecided else 2]:
        for quantity, x in of(exact).items():
            bound = trial.allowed.of(quantity)
            if x is None or bound is None:
                continue
            for side, outcome in (("reference", trial.outcome), ("twin", trial.twin)):
                with np.errstate(all="ignore"):
                    error = np.abs(of(outcome)[quantity] - x)
                    share = np.where(error == 0, 0, error / (bound / SIDES))
                yield side, quantity, share[np.isfinite(x)]


@pytest.mark.parametrize("name", PAIRS)
def test_each_side_is_within_its_own_half(name: str) -> None:
    pair = PAIRS[name]

    @seed(20260101)
    @settings(
        max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(pair.cases("float32"))
    def holds(case: Case) -> None:
        for side, quantity, share in shares(Trial(pair, case)):
            assert np.all(share <= 1), f"{side}, {quantity}: {share.max()} of its bound, {case}"

    holds()


def test_half_the_bound_is_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a plain matrix product needs more."""
    monkeypatch.setattr(tolerance, "SIDES", 1)
    case = Case.parse(
        "layers.linear bias=True / n=1 features=(4,1,3) d_in=12 d_out=3 / "
        "dtype=float32 layout=contiguous values=ordinary seed=191668"
    )
    assert max(np.max(s) for _, _, s in shares(Trial(PAIRS["layers.linear"], case))) > 1


def test_nothing_is_allowed_where_nothing_is_computed() -> None:
    line = "layers.flatten start_dim=0 end_dim=0 / shape=(2,) / dtype=float32 layout=contiguous values=ordinary seed=1"
    trial = Trial(PAIRS["layers.flatten"], Case.parse(line))
    assert not np.any(trial.allowed.of("y"))
    assert not np.any(trial.allowed.of("dx"))


def test_twin_roundings_are_granted_on_the_size_of_the_terms() -> None:
    """A gradient that cancels has digits left of its terms only."""
    pair = PAIRS["losses.multiclass_hinge_loss"]
    line = (
        "losses.multiclass_hinge_loss margin=1.0 reduction=sum / n=2 c=4 / "
        "dtype=float32 layout=contiguous values=ordinary seed=5"
    )
    trial = Trial(pair, Case.parse(line))
    subject = make_subject(pair, trial.case, pair.reference)
    plain = tolerance.allow(subject, trial.arguments, trial.dy, "float32")
    more = tolerance.allow(subject, trial.arguments, trial.dy, "float32", 6)
    y = np.abs(trial.twin.outputs["y"])
    assert np.all(more.errors["y"] - plain.errors["y"] >= 5.9 * 2.0**-24 * y)
