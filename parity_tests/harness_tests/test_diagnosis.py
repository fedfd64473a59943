"""What is said of a failure counts the right cases, and is said of subjects that remember things too."""

from typing import Any

from parity_tests import check
from reference.activations.relu import ReLU


class ReLUWithAnAxisMore(ReLU):
    """Of vectors it gives a matrix; its gradient has the wrong sign, where y's shape lets it be asked."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return (y[None] if x.ndim == 1 else y), saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return -1 - super().backward(saved, dy)


def test_a_condition_counts_the_cases_of_its_own_check() -> None:
    findings = check(
        "activations.relu", examples=60, dtypes=["float64"], implementation=ReLUWithAnAxisMore
    )
    failed = {v.check: v for v in findings.failures}
    assert "always" in failed["gradients_agree"].condition
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
