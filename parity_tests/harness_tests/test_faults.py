"""Every fault of the zoo is caught, and every check catches one."""

from importlib import import_module

import pytest

from parity_tests import check
from parity_tests.faults import FAULTS, Fault, activations, layers
from parity_tests.harness.checks import CHECKS
from parity_tests.harness.signature import read
from parity_tests.pairs import PAIRS
from reference.activations.softmax import Softmax
from reference.layers.linear import Linear
from torch_impl.activations.tanh import Tanh

CAUGHT_BY = {
    "outputs_agree": ("layers.max_pool2d", layers.MaxPoolPadsWithZero),
    "gradients_agree": ("activations.softmax", activations.SoftmaxZeroGradient),
    "slopes_agree": ("activations.sigmoid", activations.SigmoidSignFlipped),
    "definition_agrees": ("layers.conv2d", layers.ConvFirstGroupOnly),
    "derivations_agree": ("layers.layer_norm", layers.LayerNormNineStepsForgetsTheMean),
    "inputs_untouched": ("activations.tanh", activations.TanhWritesIntoDy),
    "dtype_kept": ("activations.tanh", activations.TanhReturnsFloat64),
    "same_answer_twice": ("layers.linear", layers.LinearRemembersTheLastInput),
    "masks_are_fair": ("layers.dropout", layers.DropoutDrawsTheOtherProbability),
    "pytorchs_masks_agree": ("layers.dropout", layers.DropoutNotRescaled),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_caught(fault: Fault) -> None:
    examples = 30 if PAIRS[fault.pair].kind == "optimizer" else 200
    findings = check(
        fault.pair,
        examples=examples,
        dtypes=["float64"],
        implementation=fault.implementation,
        shrink=False,
    )
    assert not findings.passed


@pytest.mark.parametrize("name", CHECKS)
def test_check_is_seen_to_fail_and_to_pass(name: str) -> None:
    pair, implementation = CAUGHT_BY[name]
    wrong = check(pair, examples=60, implementation=implementation, shrink=False)
    assert name in {verdict.check for verdict in wrong.failures}
    right = [verdict for verdict in check(pair, examples=60).verdicts if verdict.check == name]
    assert right
    assert all(verdict.passed for verdict in right)


def test_the_subject_is_blamed_and_not_pytorch() -> None:
    findings = check(
        "activations.softmax", examples=60, implementation=activations.SoftmaxZeroGradient
    )
    blamed = {verdict.blame for verdict in findings.failures}
    assert blamed == {"subject"}


def test_a_wrong_twin_is_blamed_on_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twin whose value is right and whose gradient has one too many."""
    monkeypatch.setattr(Tanh, "forward", lambda self, x: x.tanh() + x - x.detach())
    findings = check("activations.tanh", examples=30, dtypes=["float64"], shrink=False)
    gradients = [v for v in findings.failures if v.check == "gradients_agree"]
    assert gradients
    assert {verdict.blame for verdict in gradients} == {"PyTorch"}


def test_a_method_without_annotations_is_held_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Softmax, "backward", lambda self, saved, dy: dy * 0)
    findings = check("activations.softmax", examples=60, shrink=False)
    assert {"gradients_agree", "slopes_agree"} <= {verdict.check for verdict in findings.failures}


def test_a_signature_is_read_from_forward_alone_where_backward_says_nothing() -> None:
    class Silent(Linear):
        def backward(self, saved, dy):  # type: ignore[no-untyped-def, override]
            return super().backward(saved, dy)

    assert read(Silent) == read(Linear)
    Silent.forward = lambda self, x: (x, x)  # type: ignore[assignment, misc]
    with pytest.raises(TypeError, match=r"Silent\.forward has no annotations"):
        read(Silent)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_in_the_reference_itself_is_a_finding_and_no_crash(
    fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bounds then come from wrong text: of other shapes, zero, or none at all."""
    pair = PAIRS[fault.pair]
    module, _, name = f"reference.{pair.address}".rpartition(".")
    monkeypatch.setattr(import_module(module), name, fault.implementation)
    examples = 20 if pair.kind == "optimizer" else 200
    findings = check(fault.pair, examples=examples, dtypes=["float32"], shrink=False)
    assert not findings.passed
