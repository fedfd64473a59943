"""The definitions: right in floats of every length and in exact numbers, and a witness of their own."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from numpy import ndarray as Array

from parity_tests import check, replay
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import by_the_definitions_rounding, definition_agrees
from parity_tests.harness.compare import compare
from parity_tests.harness.exact import Exact, differentiate, gradients_of, to_exact, values_of
from parity_tests.harness.pair import Pair
from parity_tests.harness.subject import Named, make_subject
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.activations import leaky_relu
from reference.layers import batch_norm
from reference.layers.batch_norm import mean_by_channel
from reference.networks.links import affine, relu
from reference.networks.two_layer_net import TwoLayerNet
from torch_impl.activations.leaky_relu import LeakyReLU

# Sums, products, selections: of fractions they are fractions.
RATIONAL = (
    "layers.linear",
    "layers.conv2d",
    "layers.max_pool2d",
    "layers.avg_pool2d",
    "layers.flatten",
    "activations.relu",
    "losses.mse_loss",
)


def on_cases(pair: Pair, dtype: str, count: int, holds: Callable[[Trial], None]) -> None:
    """Calls ``holds`` with the trials of so many cases."""

    @settings(max_examples=count, deadline=None, phases=[Phase.generate], database=None)
    @given(pair.cases(dtype))
    def one(case: Case) -> None:
        holds(Trial(pair, case))

    one()


def definition_on(trial: Trial, convert: Callable[[Array], Array]) -> tuple[Named, Named]:
    """The definition's arguments, the floating ones converted, and its outputs."""
    given = {
        name: convert(x) if x is not None and x.dtype.kind == "f" else x
        for name, x in trial.arguments.items()
    }
    definition = make_subject(trial.pair, trial.case, trial.pair.naive)
    with np.errstate(all="ignore"):
        return given, definition.forward(given)[0]


def hold(trial: Trial, quantities: Named, expected: Named) -> None:
    """Both are the same, within what rounding may do to the quantity."""
    assert set(quantities) == set(expected)
    for name, x in quantities.items():
        allowed = trial.allowed.of(name)
        verdict = compare(trial.case, "definition_agrees", name, x, expected[name], allowed)
        assert verdict.passed, verdict.sentence()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_reference_gives_what_the_definition_gives(name: str, dtype: str) -> None:
    def agrees(trial: Trial) -> None:
        verdicts = list(definition_agrees(trial))
        assert not trial.written
        assert {verdict.quantity for verdict in verdicts} >= set(trial.outcome.outputs)
        assert [verdict.sentence() for verdict in verdicts if not verdict.passed] == []

    on_cases(PAIRS[name], dtype, 15, agrees)


@pytest.mark.parametrize("dtype", ["float16", "longdouble"])
@pytest.mark.parametrize("name", PAIRS)
def test_a_definition_keeps_the_dtype(name: str, dtype: str) -> None:
    def keeps(trial: Trial) -> None:
        _, outputs = definition_on(trial, lambda x: x.astype(dtype))
        kinds = {np.asarray(x).dtype for x in outputs.values()}
        assert {kind for kind in kinds if kind.kind == "f"} == {np.dtype(dtype)}

    on_cases(PAIRS[name], "float32", 5, keeps)


@pytest.mark.parametrize("name", PAIRS)
def test_in_exact_numbers_it_has_the_same_values_and_the_gradients_of_backward(name: str) -> None:
    def exact(trial: Trial) -> None:
        given, outputs = definition_on(trial, to_exact)
        hold(
            trial, {k: values_of(x).astype(float) for k, x in outputs.items()}, trial.naive.outputs
        )
        if trial.dy is None or not trial.smooth or trial.allowed.undecided:
            return
        seeds = zip(outputs["y"].flat, trial.dy.flat, strict=True)
        differentiate((y, float(dy)) for y, dy in seeds if isinstance(y, Exact))
        computed = {k: x for k, x in trial.outcome.gradients.items() if x is not None}
        slopes = {k: gradients_of(given[k.removeprefix("d")]).astype(float) for k in computed}
        hold(trial, slopes, computed)

    on_cases(PAIRS[name], "float32", 5, exact)


@pytest.mark.parametrize("name", RATIONAL)
def test_of_fractions_it_gives_fractions(name: str) -> None:
    def fraction(number: Any) -> Any:
        return Fraction(float(number)) if np.isfinite(number) else number

    fractions = np.vectorize(fraction, otypes=[object])

    def exact(trial: Trial) -> None:
        _, outputs = definition_on(trial, lambda x: fractions(x) if x.size else x.astype(object))
        rounded = [number for number in outputs["y"].flat if isinstance(number, float)]
        assert not np.isfinite(np.array(rounded)).any()
        hold(trial, {k: x.astype(float) for k, x in outputs.items()}, trial.naive.outputs)

    on_cases(PAIRS[name], "float32", 10, exact)


def test_a_mistake_that_reference_and_twin_share_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger of x and slope·x is another function for slopes above 1."""

    def larger(self: Any, x: Any) -> Any:
        return np.maximum(x, self.negative_slope * x), leaky_relu.Saved(x)

    monkeypatch.setattr(leaky_relu.LeakyReLU, "forward", larger)
    monkeypatch.setattr(
        LeakyReLU, "forward", lambda self, x: torch.maximum(x, self.negative_slope * x)
    )
    findings = check("activations.leaky_relu", examples=60, shrink=False)
    failed = {v.check for v in findings.failures if v.quantity == "y"}
    assert failed == {"definition_agrees"}


def test_wrong_wiring_of_a_network_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def rewired(self: TwoLayerNet) -> tuple[Any, ...]:
        """ReLU after the last layer too."""
        return (
            affine("linear1", self.input_dim, self.hidden_dim),
            relu("relu1"),
            affine("linear2", self.hidden_dim, self.num_classes),
            relu("relu2"),
        )

    monkeypatch.setattr(TwoLayerNet, "links", rewired)
    findings = check("networks.two_layer_net", examples=20, shrink=False)
    assert "definition_agrees" in {v.check for v in findings.failures}


def test_a_definition_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = PAIRS["activations.tanh"].naive
    monkeypatch.setattr(definition, "forward", lambda self, x: 1 / 0)
    findings = check("activations.tanh", examples=5, dtypes=["float64"], shrink=False)
    (failed,) = findings.failures
    assert failed.check == "definition_agrees"
    assert "ZeroDivisionError" in failed.message


@pytest.mark.parametrize("name", ["layers.batch_norm.BatchNorm1d", "layers.batch_norm.BatchNorm2d"])
def test_a_reference_that_loses_digits_does_not_say_what_may_be_lost(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text is bounded by what it loses itself, and agrees with PyTorch within that."""

    def by_mean_of_squares(x: Any) -> tuple[Any, Any]:
        mean = mean_by_channel(x)
        return mean, np.maximum(mean_by_channel(x * x) - mean * mean, 0)

    monkeypatch.setattr(batch_norm, "batch_statistics", by_mean_of_squares)
    failures = check(name, examples=100, shrink=False).failures
    assert {(v.check, v.quantity, v.dtype) for v in failures} >= {
        ("definition_agrees", "y by its rounding", dtype) for dtype in ("float64", "float32")
    }
    assert all(v.quantity.endswith(" by its rounding") for v in failures)
    assert {v.blame for v in replay(failures[0].case).failures} == {"reference"}


@pytest.mark.parametrize("name", [name for name in PAIRS if PAIRS[name].kind != "optimizer"])
def test_the_reference_loses_no_more_than_the_definition_may(name: str) -> None:
    """On every case, where a run takes samples."""

    def within(trial: Trial) -> None:
        if trial.allowed_by_definition.undecided:
            return
        found = list(by_the_definitions_rounding(trial))
        both = {**trial.naive.outputs, **trial.naive.gradients}
        floating = {k for k, x in both.items() if x is not None and np.asarray(x).dtype.kind == "f"}
        assert {v.quantity for v in found} == {f"{name} by its rounding" for name in floating}
        assert [v.sentence() for v in found if not v.passed] == []

    on_cases(PAIRS[name], "float32", 8, within)


def test_the_definitions_rounding_is_looked_at_by_the_seed_and_sooner_in_small_cases() -> None:
    def sampled(shape: tuple[int, ...]) -> list[bool]:
        cases = (Case("activations.tanh", {}, {"shape": shape}, seed=seed) for seed in range(12))
        return [Trial(PAIRS["activations.tanh"], case).sampled for case in cases]

    assert all(sampled((0,)) + sampled((7,)))
    assert sampled((2, 4)) == [True, False] * 6
    assert sampled((4, 5, 2)) == ([True] + [False] * 5) * 2
    path = Case("optimizers.sgd", {}, {"shape": (), "steps": 1})
    assert not Trial(PAIRS["optimizers.sgd"], path).sampled
