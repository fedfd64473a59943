"""Failing cases become small enough to check by hand, and stay failures of the same kind."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from parity_tests.faults import FAULTS
from parity_tests.harness.cases import Case
from parity_tests.harness.counterexamples.simplify import NUMBERS, RUNS, simplify
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS

SINS = {fault.implementation.__name__: fault for fault in FAULTS}


def failing(sin: str, check: str, quantity: str) -> tuple[Run, Callable[[Case], bool]]:
    fault = SINS[sin]
    run = Run(PAIRS[fault.pair], "float64", 50, 0, fault.implementation)
    key = (fault.pair, check, quantity, "float64")
    return run, lambda case: run.failure(case, key) is not None


LINEAR = Case(
    "layers.linear",
    {"bias": True},
    {"n": 2, "features": (2,), "d_in": 2, "d_out": 2},
    layout="strided",
    seed=7,
)
POOL = Case(
    "layers.max_pool2d",
    {
        "kernel_size": (1, 2),
        "stride": (1, 1),
        "padding": (0, 0),
        "dilation": (1, 1),
        "ceil_mode": False,
    },
    {"n": 1, "c": 1, "h": 1, "w": 3},
)
ADAM = Case(
    "optimizers.adam", {"lr": 0.01}, {"shape": (2,), "steps": 50}, layout="transposed", seed=3
)


def test_numbers_become_zeros_and_ones_and_the_layout_plain() -> None:
    run, fails = failing("LinearUntransposedGradient", "gradients_agree", "dweight")
    assert fails(LINEAR)
    small = simplify(run.pair, LINEAR, fails)
    assert fails(small)
    assert (small.layout, small.seed) == ("contiguous", 0)
    numbers = {name: np.array(x) for name, x in small.given.items()}
    assert list(numbers) == ["x", "weight", "bias", "dy"]
    assert all(np.isin(x, [0, 1, -1]).all() for x in numbers.values())
    assert not numbers["weight"].any() and not numbers["bias"].any()
    assert Case.parse(str(small)) == small
    assert simplify(run.pair, LINEAR, fails) == small


def test_an_optimizer_is_shown_in_as_few_steps_as_fail() -> None:
    for sin, steps in (("AdamWithoutBiasCorrection", 1), ("AdamUsesStepBeforeCounting", 2)):
        run, fails = failing(sin, "outputs_agree", "param")
        small = simplify(run.pair, ADAM, fails)
        assert small.sizes["steps"] == steps
        assert len(small.given["grads"]) == steps  # type: ignore[arg-type]


def test_a_smooth_regime_keeps_its_numbers_apart() -> None:
    """Zeros would be simpler, and ties: then the rule for ties would be what is compared."""
    pair = PAIRS["layers.max_pool2d"]
    small = simplify(pair, POOL, lambda case: case.values == "ordinary")
    x = np.array(small.given["x"])
    assert len(np.unique(x)) == x.size
    assert np.all(x == np.round(x))
    assert np.all(x)
    relu = Case("activations.relu", sizes={"shape": (4,)})
    assert np.all(np.array(simplify(PAIRS[relu.pair], relu, lambda case: True).given["x"]))


def test_a_hinge_is_kept_from_its_corner() -> None:
    case = Case("losses.multiclass_hinge_loss", {"margin": 1.0}, {"n": 1, "c": 3})
    small = simplify(PAIRS[case.pair], case, lambda case: case.sizes["c"] == 3)
    ((a, b, c),) = small.given["x"]  # type: ignore[misc, union-attr]
    assert not {0, 1} & {abs(a - b), abs(a - c), abs(b - c)}  # type: ignore[operator]


def test_labels_stay_labels_and_variances_positive() -> None:
    case = Case("losses.cross_entropy_loss", {}, {"n": 3, "c": 4}, seed=1)
    drawn = Trial(PAIRS[case.pair], case).arguments["target"]
    assert drawn is not None
    kept = simplify(PAIRS[case.pair], case, lambda case: not case.given or case.seed < 2)
    assert all(0 <= label <= drawn.max() for label in kept.given["target"])  # type: ignore[union-attr, operator]
    norm = "layers.batch_norm.BatchNorm1d"
    case = Case(norm, {}, {"n": 3, "c": 2, "t": ()})
    assert np.all(np.array(simplify(PAIRS[norm], case, lambda case: True).given["running_var"]))


def test_an_empty_batch_gives_way_to_one_sample() -> None:
    run, fails = failing("LinearBiasGradientKeepsTheBatchAxis", "gradients_agree", "dbias")
    empty = Case("layers.linear", {"bias": True}, {**LINEAR.sizes, "n": 0})
    assert fails(empty)
    assert simplify(run.pair, empty, fails).sizes["n"] == 1


def test_fewer_samples_and_channels_with_other_numbers() -> None:
    case = Case("layers.max_pool2d", POOL.options, {"n": 1, "c": 3, "h": 1, "w": 2}, values="ties")

    def fails(case: Case) -> bool:
        x = Trial(PAIRS[case.pair], case).arguments["x"]
        return x is not None and len(np.unique(x[-1, -1])) == 1

    case = next(c for s in range(99) if fails(c := replace(case, seed=s)))
    assert simplify(PAIRS[case.pair], case, fails).sizes["c"] == 1


def test_a_negative_zero_becomes_a_plain_one() -> None:
    tanh = Case("activations.tanh", sizes={"shape": (1,)}, given={"x": (-0.0,), "dy": (1.0,)})
    assert "-0" not in str(simplify(PAIRS[tanh.pair], tanh, lambda case: True))


def test_what_needs_its_layout_its_regime_or_its_numbers_keeps_them() -> None:
    pair = PAIRS["layers.linear"]
    assert simplify(pair, LINEAR, lambda case: case.layout == "strided").layout == "strided"
    ties = Case("activations.relu", sizes={"shape": (2,)}, values="ties")
    assert simplify(PAIRS[ties.pair], ties, lambda case: case.values == "ties").values == "ties"
    plain = simplify(pair, LINEAR, lambda case: not case.given)
    assert (plain.given, plain.seed) == ({}, LINEAR.seed)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_search_is_bounded(share: float) -> None:
    asked = []

    def fails(case: Case) -> bool:
        asked.append(case)
        return len(asked) < 4 or (len(asked) * 7919 % 100) / 100 < share

    pair = PAIRS["layers.linear"]
    simplify(
        pair,
        Case("layers.linear", {}, {"n": 9, "features": (8,), "d_in": 8, "d_out": 6}),
        fails,
    )
    assert 0 < len(asked) <= RUNS


def test_a_large_case_keeps_its_drawn_numbers() -> None:
    size = NUMBERS
    large = Case("activations.tanh", sizes={"shape": (size,)}, layout="strided")
    small = simplify(PAIRS[large.pair], large, lambda case: True)
    assert (small.given, small.layout) == ({}, "contiguous")
