"""One failing verdict of each kind, on small cases: what counterexamples and scripts are tested with."""

from typing import Any, NamedTuple

from parity_tests.faults import FAULTS
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import judge
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict
from parity_tests.pairs import PAIRS

SINS = {fault.implementation.__name__: fault for fault in FAULTS}
PLAIN = "dtype=float64 layout=contiguous values=ordinary seed=0"
CONV = "stride=(1,1) padding=(0,0) dilation=(1,1) groups=1"
POOL = "kernel_size=(1,2) stride=(1,1) dilation=(1,1) ceil_mode=False"


class Failure(NamedTuple):
    """A fault of the zoo, and the check and quantity on which a case shows it."""

    sin: str
    check: str
    quantity: str
    configuration: str
    settings: str = PLAIN

    def case(self) -> Case:
        return Case.parse(f"{SINS[self.sin].pair} {self.configuration} / {self.settings}")

    def trial(self) -> Trial:
        fault = SINS[self.sin]
        return Trial(PAIRS[fault.pair], self.case(), fault.implementation)


def verdict_of(trial: Trial, check: str, quantity: str) -> Verdict:
    (found,) = [v for v in judge(trial) if (v.check, v.quantity) == (check, quantity)]
    return found


def told(failure: Failure) -> tuple[Trial, Verdict]:
    trial = failure.trial()
    verdict = verdict_of(trial, failure.check, failure.quantity)
    assert not verdict.passed
    return trial, verdict


LINEAR = "bias=True / n=2 features=(2,) d_in=2 d_out=2"
FAILURES: dict[str, Failure] = {
    "output": Failure(
        "MaxPoolPadsWithZero", "outputs_agree", "y",
        f"{POOL} padding=(0,1) / n=1 c=2 h=1 w=2", PLAIN.replace("contiguous", "transposed"),
    ),
    "gradient": Failure("LinearUntransposedGradient", "gradients_agree", "dweight", LINEAR),
    "float32": Failure(
        "LinearAveragesOverTheBatch", "gradients_agree", "dweight", LINEAR,
        PLAIN.replace("float64", "float32").replace("contiguous", "strided"),
    ),
    "slope": Failure("LinearAveragesOverTheBatch", "slopes_agree", "dweight", LINEAR),
    "definition": Failure(
        "ConvFlipsTheKernel", "definition_agrees", "y",
        f"{CONV} bias=False / n=1 c_in=1 h=1 w=3 c_out=1 kh=1 kw=2",
    ),
    "rounding": Failure(
        "LayerNormVarianceByMeanOfSquares", "definition_agrees", "y by its rounding",
        "eps=1e-05 elementwise_affine=False bias=False / batch=(1,) d=3",
        PLAIN.replace("ordinary", "far"),
    ),
    "derivation": Failure(
        "LayerNormNineStepsForgetsTheMean", "derivations_agree", "dx by nine_steps",
        "eps=0.1 elementwise_affine=True bias=True / batch=(2,) d=3",
    ),
    "input": Failure("TanhWritesIntoDy", "inputs_untouched", "dy", "/ shape=(2,)"),
    "dtype": Failure(
        "TanhReturnsFloat64", "dtype_kept", "y", "/ shape=(2,)", PLAIN.replace("64", "32")
    ),
    "twice": Failure("LinearRemembersTheLastInput", "same_answer_twice", "dx", LINEAR),
    "fair": Failure(
        "DropoutDrawsTheOtherProbability", "masks_are_fair", "share kept",
        "p=0.25 training=True / shape=(3,)",
    ),
    "mask": Failure(
        "DropoutNotRescaled", "pytorchs_masks_agree", "y", "p=0.25 training=True / shape=(9,)"
    ),
    "optimizer": Failure(
        "AdamUsesStepBeforeCounting", "outputs_agree", "param", "lr=0.01 / shape=(2,) steps=3"
    ),
    "state": Failure(
        "SGDDampensTheFirstStep", "outputs_agree", "momentum_buffer",
        "lr=0.1 momentum=0.9 dampening=0.3 / shape=() steps=2",
    ),
    "loss": Failure(
        "CrossEntropyIgnoresUpstream", "gradients_agree", "dx",
        "reduction=sum label_smoothing=0.1 / n=2 c=3",
    ),
    "network": Failure(
        "TwoLayerNetForgetsABias", "gradients_agree", "dlinear1.bias",
        "input_dim=2 hidden_dim=3 num_classes=2 / n=2 shape=(2,)",
    ),
    "shape": Failure(
        "ConvOutputOneColumnShort", "outputs_agree", "y",
        f"{CONV} bias=True / n=1 c_in=1 h=1 w=2 c_out=1 kh=1 kw=1",
    ),
    "error": Failure(
        "LinearReshapesByMinusOne", "outputs_agree", "y", "bias=False / n=0 features=(2,) d_in=2 d_out=1"
    ),
    "none": Failure(
        "ConvBiasGradientAlways", "gradients_agree", "dbias",
        f"{CONV} bias=False / n=1 c_in=1 h=1 w=2 c_out=1 kh=1 kw=1",
    ),
}  # fmt: skip


def reference_of(failure: Failure) -> tuple[Trial, Verdict]:
    """The same case with the true reference."""
    trial = Trial(PAIRS[SINS[failure.sin].pair], failure.case())
    verdicts: dict[Any, Verdict] = {(v.check, v.quantity): v for v in judge(trial)}
    first = next(v for v in verdicts.values() if v.check == "outputs_agree")
    return trial, verdicts.get((failure.check, failure.quantity), first)
