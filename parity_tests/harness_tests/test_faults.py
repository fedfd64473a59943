"""Every fault of the zoo is caught, and every check catches one."""

from importlib import import_module

import pytest

from parity_tests import check, replay
from parity_tests.faults import FAULTS, Fault
from parity_tests.faults.activations import sigmoid, softmax, tanh
from parity_tests.faults.layers import conv2d, dropout, layer_norm, linear, max_pool2d
from parity_tests.harness.cases import DTYPES
from parity_tests.harness.checks import CHECKS
from parity_tests.harness.search import Run
from parity_tests.harness.signature import read
from parity_tests.harness.verdict import Verdict
from parity_tests.pairs import PAIRS
from parity_tests.suite import on_one_thread
from reference.activations.softmax import Softmax
from reference.layers.linear import Linear
from torch_impl.activations.tanh import Tanh

CAUGHT_BY = {
    "outputs_agree": ("layers.max_pool2d", max_pool2d.MaxPoolPadsWithZero),
    "gradients_agree": ("activations.softmax", softmax.SoftmaxZeroGradient),
    "slopes_agree": ("activations.sigmoid", sigmoid.SigmoidSignFlipped),
    "definition_agrees": ("layers.conv2d", conv2d.weights.ConvFirstGroupOnly),
    "derivations_agree": ("layers.layer_norm", layer_norm.LayerNormNineStepsForgetsTheMean),
    "inputs_untouched": ("activations.tanh", tanh.TanhWritesIntoDy),
    "dtype_kept": ("activations.tanh", tanh.TanhReturnsFloat64),
    "same_answer_twice": ("layers.linear", linear.LinearRemembersTheLastInput),
    "masks_are_fair": ("layers.dropout", dropout.DropoutDrawsTheOtherProbability),
    "pytorchs_masks_agree": ("layers.dropout", dropout.DropoutNotRescaled),
}


def first_failure(fault: Fault, dtype: str, implementation: type | None) -> Verdict | None:
    """The first disagreement of 200 cases; 60 for optimizers, of which each is a trajectory."""
    pair = PAIRS[fault.pair]
    examples = 60 if pair.kind == "optimizer" else 200
    with on_one_thread():
        return Run(pair, dtype, examples, 0, implementation).first_failure()


def put_in_the_references_place(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, name = f"reference.{PAIRS[fault.pair].address}".rpartition(".")
    monkeypatch.setattr(import_module(module), name, fault.implementation)


def test_every_pair_has_its_faults_and_each_sin_its_name() -> None:
    assert {fault.pair for fault in FAULTS} == set(PAIRS)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_caught(fault: Fault) -> None:
    assert first_failure(fault, fault.dtypes[0], fault.implementation)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.dtypes != DTYPES], ids=lambda fault: fault.name
)
def test_fault_of_one_dtype_is_right_in_the_other(fault: Fault) -> None:
    """But for its slopes: these are taken in longdouble, where a fault of float64 is one too."""
    others = [dtype for dtype in DTYPES if dtype not in fault.dtypes]
    findings = check(
        fault.pair, examples=60, dtypes=others, implementation=fault.implementation, shrink=False
    )
    assert {verdict.check for verdict in findings.failures} <= {"slopes_agree"}


@pytest.mark.parametrize("name", CHECKS)
def test_check_is_seen_to_fail_and_to_pass(name: str) -> None:
    pair, implementation = CAUGHT_BY[name]
    wrong = check(pair, examples=60, implementation=implementation, shrink=False)
    assert name in {verdict.check for verdict in wrong.failures}
    right = [verdict for verdict in check(pair, examples=60).verdicts if verdict.check == name]
    assert right
    assert all(verdict.passed for verdict in right)


def test_the_subject_is_blamed_and_not_pytorch() -> None:
    findings = check("activations.softmax", examples=60, implementation=softmax.SoftmaxZeroGradient)
    blamed = {verdict.blame for verdict in findings.failures}
    assert blamed == {"subject"}


def test_a_wrong_twin_is_blamed_on_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twin whose value is right and whose gradient has one too many."""
    monkeypatch.setattr(Tanh, "forward", lambda self, x: x.tanh() + x - x.detach())
    findings = check("activations.tanh", examples=30, dtypes=["float64"])
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
    """The bounds then come from wrong text: of other shapes, zero, none at all, or as wide as what it loses."""
    put_in_the_references_place(fault, monkeypatch)
    failure = first_failure(fault, fault.dtypes[-1], None)
    assert failure
    assert not replay(failure.case).passed  # with the blame, which looks at the reference too
