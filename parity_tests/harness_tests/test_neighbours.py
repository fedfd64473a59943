"""Next to ties and kinks: where comparisons decide such numbers are drawn, decide, and are no matter of taste."""

from typing import Any

import pytest

from parity_tests.faults.activations import leaky_relu, relu
from parity_tests.faults.layers import max_pool2d
from parity_tests.faults.losses import multiclass_hinge_loss
from parity_tests.harness.blame import assign
from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.checks import judge
from parity_tests.harness.conditions.neighbours import random_cases
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.optimizers.adamw import AdamW

DRAWN = [p.name for p in PAIRS.values() if any(r.name == "neighbours" for r in p.regimes)]
POOL = "layers.max_pool2d kernel_size=(1,2) stride=(1,1) padding=(0,0) dilation=(1,1) ceil_mode=False / n=1 c=1 h=1 w=3"
RELU, LEAKY = "activations.relu / shape=(2,)", "activations.leaky_relu / shape=(2,)"
HINGE = "losses.multiclass_hinge_loss margin=1 reduction=sum / n=1 c=2"
SETTINGS = "dtype=float64 layout=contiguous values=ordinary seed="


def blamed(
    implementation: Any, configuration: str, numbers: str, check: str, seed: int = 0
) -> set[str | None]:
    case = Case.parse(f"{configuration} / {SETTINGS}{seed} / {numbers}")
    trial = Trial(PAIRS[case.pair], case, implementation)
    failed = [v for v in judge(trial, only=check) if not v.passed]
    return {verdict.blame for verdict in assign(trial, failed)}


def test_where_there_are_ties_there_are_neighbours() -> None:
    tied = [p.name for p in PAIRS.values() if any(r.name == "ties" for r in p.regimes)]
    assert len(DRAWN) > 3
    assert tied == DRAWN


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", DRAWN)
def test_no_comparison_of_neighbours_hangs_on_rounding(name: str, dtype: str) -> None:
    """Else no gradient would be compared."""
    cases = [drawn.case for drawn in random_cases(PAIRS[name], dtype, 80, seed=0)]
    trials = [Trial(PAIRS[name], case) for case in cases if case.values == "neighbours"]
    assert len(trials) > 5
    assert not any(trial.allowed.undecided for trial in trials)


@pytest.mark.parametrize(
    ("implementation", "configuration", "numbers"),
    [
        (
            max_pool2d.MaxPoolChangesItsMindForABillionth,
            POOL,
            "x=((((1,1.0000000000000002,0),),),) dy=((((1,1),),),)",
        ),
        (relu.ReLUBeginsAtAHundredMillionth, RELU, "x=(1e-30,1) dy=(1,1)"),
        (leaky_relu.LeakyReLULeaksUpToATrillionth, LEAKY, "x=(1e-30,1) dy=(1,1)"),
        (
            multiclass_hinge_loss.HingeForgivesABillionth,
            HINGE,
            "x=((2,1.00000000000001),) target=(0,) dy=1",
        ),
    ],
)
def test_next_to_a_tie_there_is_one_right_answer(
    implementation: Any, configuration: str, numbers: str
) -> None:
    assert blamed(implementation, configuration, numbers, "gradients_agree") == {"subject"}


def test_neighbours_that_a_rounding_could_exchange_are_no_tie() -> None:
    fault = max_pool2d.MaxPoolChangesItsMindForABillionth
    numbers = "x=((((1.9999999999999996,1.9999999999999998,0),),),) dy=((((1,1),),),)"
    found = [blamed(fault, POOL, numbers, "gradients_agree", seed) for seed in range(8)]
    assert found == [{"subject"}] * 8


@pytest.mark.parametrize(
    ("implementation", "configuration", "numbers"),
    [
        (max_pool2d.MaxPoolLastTieWins, POOL, "x=((((0,0,1),),),) dy=((((1,1),),),)"),
        (max_pool2d.MaxPoolLastTieWins, POOL, "x=((((1,1,0),),),) dy=((((1,1),),),)"),
        (relu.ReLUPassesAtZero, RELU, "x=(0,1) dy=(1,1)"),
        (leaky_relu.LeakyReLUPassesAtZero, LEAKY, "x=(0,0) dy=(1,1)"),
        (multiclass_hinge_loss.HingePullsAtTheMargin, HINGE, "x=((1,0),) target=(0,) dy=1"),
    ],
)
def test_at_a_tie_there_is_none(implementation: Any, configuration: str, numbers: str) -> None:
    """Zeros, which hardly move, and others."""
    assert blamed(implementation, configuration, numbers, "gradients_agree") == {"undefined"}


class AdamWTakesABillionthMore(AdamW):
    def update(self, param: Any, grad: Any, state: Any) -> Any:
        new, state = super().update(param, grad, state)
        return param + (new - param) * (1 + 1e-9), state


def test_a_step_after_a_zero_gradient_is_wrong_and_no_matter_of_rounding() -> None:
    """By roundings of 1 around 0 the step would change as much, since g / (|g| + eps) is steep there."""
    configuration = "optimizers.adamw lr=0.01 weight_decay=0.0 / shape=() steps=3"
    numbers = "param=0 grads=(0,1,0)"
    ruled = blamed(AdamWTakesABillionthMore, configuration, numbers, "outputs_agree")
    assert ruled == {"subject"}
