"""What is said of a failure counts the right cases, and is said of subjects that remember things too."""

from typing import Any

import pytest

from parity_tests import check
from reference.activations.relu import ReLU
from reference.networks.links import max_pool


def test_a_condition_counts_the_cases_of_its_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slope of y has a verdict only where y has another shape: there it fails always."""
    tiled = lambda name, size, stride: max_pool(name, size, size)  # noqa: E731
    monkeypatch.setattr("reference.networks.sandwich.max_pool", tiled)
    findings = check("networks.sandwich.ConvReLUPool", examples=60, dtypes=["float64"])
    failed = {v.check: v for v in findings.failures if v.quantity == "y"}
    assert "always" in failed["slopes_agree"].condition
    assert "always" not in failed["outputs_agree"].condition


class ReLUEverySeventhTime(ReLU):
    calls = 0

    def forward(self, x: Any) -> Any:
        type(self).calls += 1
        y, saved = super().forward(x)
        return y + (type(self).calls % 7 == 0), saved


def test_a_subject_that_fails_now_and_then_is_told_of_all_the_same() -> None:
    findings = check(
        "activations.relu", examples=40, dtypes=["float64"], implementation=ReLUEverySeventhTime
    )
    assert not findings.passed
