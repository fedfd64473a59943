"""The side that is wrong is blamed, a kink is blamed on nobody, and the reason says why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from parity_tests import check, replay
from parity_tests.harness.arbiter import Arbiter
from parity_tests.harness.blame import assign
from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.checks import judge
from parity_tests.harness.pair import Pair
from parity_tests.harness.search import Run
from parity_tests.harness.tolerance import Allowed
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Findings
from parity_tests.pairs import PAIRS
from reference.activations.softmax import Saved
from reference.activations.softmax import Softmax as ReferenceSoftmax
from reference.activations.tanh import Tanh as ReferenceTanh
from reference.layers.linear import Linear as ReferenceLinear
from reference.naive.losses.mse_loss import MSELoss as NaiveMSELoss
from reference.networks.sandwich import LinearReLU
from torch_impl.activations.relu import ReLU
from torch_impl.activations.softmax import Softmax
from torch_impl.activations.tanh import Tanh
from torch_impl.layers.group_norm import GroupNorm
from torch_impl.layers.layer_norm import LayerNorm
from torch_impl.layers.linear import Linear
from torch_impl.layers.max_pool2d import MaxPool2d
from torch_impl.losses.cross_entropy_loss import CrossEntropyLoss
from torch_impl.losses.mse_loss import MSELoss
from torch_impl.optimizers.sgd import SGD

WRONG_TWINS: dict[str, tuple[str, type, Callable[..., Any]]] = {
    "gradient only": ("activations.tanh", Tanh, lambda self, x: x.tanh() + x - x.detach()),
    "gradient of nothing": ("activations.softmax", Softmax, lambda self, x: x.softmax(0).detach()),
    "a relative 1e-12": ("activations.tanh", Tanh, lambda self, x: x.tanh() * (1 + 1e-12)),
    "eps": (
        "layers.layer_norm",
        LayerNorm,
        lambda self, x: F.layer_norm(x, x.shape[-1:], self.weight, self.bias, 2 * self.eps),
    ),
    "one group": (
        "layers.group_norm",
        GroupNorm,
        lambda self, x: F.group_norm(x, 1, self.weight, self.bias, self.eps),
    ),
    "no bias": ("layers.linear", Linear, lambda self, x: x.flatten(1) @ self.weight.T),
    "no sign": ("losses.mse_loss", MSELoss, lambda self, x, y: F.mse_loss(x, -y)),
    "another shape": ("losses.mse_loss", MSELoss, lambda self, x, y: (x - y) ** 2),
    "no smoothing": (
        "losses.cross_entropy_loss",
        CrossEntropyLoss,
        lambda self, x, target: F.cross_entropy(x, target, reduction=self.reduction),
    ),
}


def blamed(findings: Findings, *checks: str) -> set[str | None]:
    return {v.blame for v in findings.failures if v.check in checks}


@pytest.mark.parametrize("name", WRONG_TWINS)
def test_a_wrong_twin_is_blamed_on_pytorch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pair, twin, forward = WRONG_TWINS[name]
    monkeypatch.setattr(twin, "forward", forward)
    findings = check(pair, examples=40, dtypes=["float64"])
    assert not findings.passed
    assert {verdict.blame for verdict in findings.failures} == {"PyTorch"}
    assert all(verdict.why for verdict in findings.failures)


def test_a_twin_that_refuses_is_blamed_on_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, x: Any) -> Any:
        raise RuntimeError("not today")

    monkeypatch.setattr(Tanh, "forward", refuse)
    assert {v.blame for v in check("activations.tanh", examples=5).failures} == {"PyTorch"}


def test_a_wrong_optimizer_of_pytorchs_is_blamed_on_pytorch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = SGD.step

    def heavier(self: Any) -> None:
        for group in self.param_groups:
            group["weight_decay"] += 1e-3
        step(self)

    monkeypatch.setattr(SGD, "step", heavier)
    assert {v.blame for v in check("optimizers.sgd", examples=5).failures} == {"PyTorch"}


class TransposedLinear(ReferenceLinear):
    """Its weight gradient has rows and columns exchanged."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight.T.reshape(dweight.shape), dbias


def test_a_wrong_reference_is_blamed_on_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.layers.linear.Linear", TransposedLinear)
    findings = check("layers.linear", examples=40)
    assert {verdict.blame for verdict in findings.failures} == {"reference"}
    assert "the reference's" in next(v.why for v in findings.failures if v.check in COMPARED)


COMPARED = ("outputs_agree", "gradients_agree")


def test_somebody_elses_implementation_is_the_subject() -> None:
    findings = check("layers.linear", examples=40, implementation=TransposedLinear)
    assert {verdict.blame for verdict in findings.failures} == {"subject"}


def test_both_are_blamed_where_both_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tanh, "forward", lambda self, x: x.tanh() + 1)
    forward = ReferenceTanh.forward
    monkeypatch.setattr(ReferenceTanh, "forward", lambda self, x: forward(self, 3 * x))
    assert "both" in blamed(check("activations.tanh", examples=20), "outputs_agree")


def test_a_wrong_definition_is_blamed_on_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = NaiveMSELoss.forward
    monkeypatch.setattr(
        NaiveMSELoss, "forward", lambda self, x, y: (forward(self, x, y)[0] * 2, None)
    )
    assert {v.blame for v in check("losses.mse_loss", examples=20).failures} == {"definition"}


def test_without_a_definition_the_slope_decides_between_gradients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Pair, "naive", None)
    wrong = check("layers.linear", examples=40, dtypes=["float64"], implementation=TransposedLinear)
    assert blamed(wrong, "gradients_agree") == {"subject"}
    monkeypatch.setattr(Tanh, "forward", lambda self, x: x.tanh() + x - x.detach())
    assert blamed(check("activations.tanh", examples=20), "gradients_agree") == {"PyTorch"}
    monkeypatch.setattr(Tanh, "forward", lambda self, x: x.tanh() * 2)
    assert blamed(check("activations.tanh", examples=20), "outputs_agree") == {None}


KINKS: dict[str, tuple[str, type, Callable[..., Any]]] = {
    "derivative 1 at the corner": (
        "activations.relu",
        ReLU,
        lambda self, x: torch.where(x >= 0, x, 0 * x),
    ),
    "the last of equal maxima": (
        "layers.max_pool2d",
        MaxPool2d,
        lambda self, x: _pooled_from_the_end(self, x),
    ),
}


def _pooled_from_the_end(self: Any, x: Any) -> Any:
    """Right for windows that tile the image; among equals the last one wins."""
    if any(self.padding) or self.ceil_mode or self.stride != self.kernel_size:
        return F.max_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )
    h, w = (
        (size - dilation * (kernel - 1) - 1) // stride * stride + dilation * (kernel - 1) + 1
        for size, kernel, stride, dilation in zip(
            x.shape[2:], self.kernel_size, self.stride, self.dilation, strict=True
        )
    )
    turned = x[:, :, :h, :w].flip(2, 3)
    return F.max_pool2d(turned, self.kernel_size, self.stride, 0, self.dilation).flip(2, 3)


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_blamed_on_neither(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pair, twin, forward = KINKS[name]
    monkeypatch.setattr(twin, "forward", forward)
    findings = check(pair, examples=200, dtypes=["float64"])
    assert blamed(findings, "gradients_agree") == {"undefined"}
    assert any("a kink or a tie" in verdict.why for verdict in findings.failures)


def test_at_a_kink_too_there_are_wrong_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between 0 and 1 every derivative is defensible at the corner of ReLU; 7 is not."""
    wrong = lambda self, saved, dy: dy * (saved > 0) + 7 * dy * (saved == 0)  # noqa: E731
    monkeypatch.setattr("reference.activations.relu.ReLU.forward", lambda s, x: (x * (x > 0), x))
    monkeypatch.setattr("reference.activations.relu.ReLU.backward", wrong)
    findings = check("activations.relu", examples=100, dtypes=["float64"])
    assert blamed(findings, "gradients_agree") == {"reference"}


def test_within_rounding_and_yet_apart_is_said_to_be_so() -> None:
    """A mean of a million and a spread of one: the last place of an input decides the third digit."""
    line = (
        "layers.layer_norm eps=1e-05 elementwise_affine=False bias=False / batch=(1,) d=3 / "
        "dtype=float32 layout=contiguous values=ordinary seed=0 / "
        "x=((1000000,1000001,1000002.5),) dy=((1,0,0),)"
    )
    trial = Trial(PAIRS["layers.layer_norm"], Case.parse(line))
    exact = Arbiter(trial.pair, trial.case, trial.arguments, trial.dy).range("y", (0, 0))
    y = trial.outcome.outputs["y"]
    for side, share in ((trial.outcome, 0.25), (trial.twin, 0.75)):
        side.outputs["y"] = y.copy()
        side.outputs["y"][0, 0] = float(exact.low + share * exact.width)
    trial.allowed = Allowed({}, undecided=False)
    (ruled,) = assign(trial, judge(trial, only="outputs_agree"))
    assert ruled.blame == "rounding"
    assert "one rounding of the input" in ruled.why


def _needed(pair: Any, dtype: str) -> bool:
    verdicts, _ = Run(pair, dtype, 5, 0).collect()
    (needed,) = (v for v in verdicts if v.check == "waivers_are_needed")
    return needed.passed


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_waiver_fails_once_it_is_no_longer_needed(
    dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pair,) = (pair for pair in PAIRS.values() if pair.waivers)
    assert _needed(pair, dtype)
    forward = pair.twin.forward

    def mended(self: Any, x: Any) -> Any:
        y = forward(self, x)
        y.register_hook(lambda dy: dy.contiguous())
        return y

    monkeypatch.setattr(pair.twin, "forward", mended)
    assert not _needed(pair, dtype)


def test_a_waiver_excuses_its_own_cases_only() -> None:
    (pair,) = (pair for pair in PAIRS.values() if pair.waivers)
    (waiver,) = pair.waivers
    witness = waiver.witness_in("float64")
    wrong = next(v for v in replay(str(witness)).failures)
    assert waiver.excuses(wrong, witness)
    assert not waiver.excuses(wrong, replace(witness, layout="contiguous"))
    assert not waiver.excuses(replace(wrong, check="outputs_agree"), witness)


def test_a_number_is_wrong_where_the_definition_and_pytorch_have_none() -> None:
    line = "activations.tanh / shape=(1,) / dtype=float64 layout=contiguous values=ordinary seed=0"
    trial = Trial(PAIRS["activations.tanh"], Case.parse(f"{line} / x=(nan,) dy=(1,)"))
    trial.outcome.outputs["y"] = np.zeros(1)
    (ruled,) = assign(trial, judge(trial, only="outputs_agree"))
    assert (ruled.blame, ruled.why) == (
        "reference",
        "the definition gives nan at [0], PyTorch too, and the reference a number",
    )


def test_nan_is_wrong_where_there_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the reference's own text overflows, and what rounding may do in it is nan too."""

    def unshifted(self: Any, x: Any) -> Any:
        e = np.exp(x)
        y = e / e.sum(axis=self.dim, keepdims=True)
        return y, Saved(y)

    monkeypatch.setattr(ReferenceSoftmax, "forward", unshifted)
    findings = check("activations.softmax", examples=60, dtypes=["float64"])
    assert blamed(findings, "outputs_agree") == {"reference"}


def test_arrays_that_do_not_fit_are_not_pytorchs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = LinearReLU.shapes
    wider = lambda self, n: {k: (*v[:-1], v[-1] + 1) for k, v in shapes(self, n).items()}  # noqa: E731
    monkeypatch.setattr(LinearReLU, "shapes", wider)
    findings = check("networks.sandwich.LinearReLU", examples=10, dtypes=["float64"])
    assert {verdict.blame for verdict in findings.failures} == {None}
