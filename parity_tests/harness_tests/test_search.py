"""A run is a function of its seed; a verdict replays to the bit; failures shrink."""

from typing import Any

import pytest

from parity_tests import assert_parity, check, replay
from parity_tests.faults.layers import max_pool2d
from parity_tests.harness.cases import Case
from parity_tests.harness.search import Run
from parity_tests.pairs import PAIRS
from reference.activations.relu import ReLU


def test_the_same_seed_gives_the_same_findings_in_any_number_of_processes() -> None:
    one = check("layers.layer_norm", "losses", examples=20, seed=3, jobs=1)
    assert one == check("layers.layer_norm", "losses", examples=20, seed=3, jobs=2)
    other = check("layers.layer_norm", "losses", examples=20, seed=4, jobs=1)
    assert [v.case for v in one.verdicts] != [v.case for v in other.verdicts]


def test_each_verdict_replays_exactly() -> None:
    for verdict in check("layers.group_norm", "layers.conv2d", examples=20).verdicts:
        (again,) = [v for v in replay(verdict.case).verdicts if v.key == verdict.key]
        assert (again.passed, again.worst, again.allowed, again.at) == (
            verdict.passed,
            verdict.worst,
            verdict.allowed,
            verdict.at,
        )


def test_a_failure_is_shown_on_its_smallest_case() -> None:
    findings = check(
        "layers.max_pool2d",
        examples=200,
        dtypes=["float64"],
        implementation=max_pool2d.MaxPoolAssigns,
    )
    case = Case.parse(next(v.case for v in findings.failures if v.check == "gradients_agree"))
    # A pixel must lie in two windows: three in a row do, and so does one with padding around it.
    assert case.sizes["h"] * case.sizes["w"] <= 3
    assert (case.sizes["n"], case.sizes["c"]) == (1, 1)


def test_assert_parity_tells_what_failed_and_how_to_replay_it() -> None:
    with pytest.raises(AssertionError, match=r'nnparity check --replay "layers\.max_pool2d'):
        assert_parity(
            "layers.max_pool2d",
            examples=100,
            implementation=max_pool2d.MaxPoolAssigns,
            shrink=False,
        )


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"examples": 0}, "examples is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"dtypes": ["int8"]}, "'int8'"),
    ],
)
def test_arguments_out_of_range_are_named(keywords: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check("layers.linear", **keywords)


def test_an_implementation_needs_one_pair() -> None:
    with pytest.raises(ValueError, match="one pair"):
        check("layers", implementation=max_pool2d.MaxPoolAssigns)


class ForgetsAfterTheFirstTime(ReLU):
    """Wrong once, and right ever after."""

    calls = 0

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        ForgetsAfterTheFirstTime.calls += y.size > 0
        return (y + 1 if ForgetsAfterTheFirstTime.calls == 1 and y.size else y), saved


def test_what_fails_once_only_is_a_failure_and_no_crash() -> None:
    ForgetsAfterTheFirstTime.calls = 0
    run = Run(PAIRS["activations.relu"], "float64", 20, 0, ForgetsAfterTheFirstTime)
    failure = run.first_failure()
    assert failure is not None
    assert failure.check == "outputs_agree"
