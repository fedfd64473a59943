"""Known ways to be wrong in mytorch: CS231n's where the layer is the same, the zoo's, and other years' conventions."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from parity_tests.faults import FAULTS
from parity_tests.homework.courses.cs231n import losses, mistakes
from parity_tests.homework.courses.mytorch_truths import BatchNorm1d, DownsampleForgetsTheSize
from parity_tests.homework.task import Mistake, Names
from parity_tests.homework.wording import exchanged
from reference.activations.softmax import Softmax
from reference.losses.mse_loss import MSELoss

_UPSTREAM = (
    "What does your gradient do when dLdA is doubled?",
    "The chain rule multiplies the derivative of the activation by dLdA, element by element.",
)
_OF_A = (
    "Of which variable is the formula of your derivative: of Z, or of A?",
    "The short formulas hold for the output: A - A * A for the sigmoid, 1 - A * A for tanh.",
)
_JACOBIAN = (
    "By how many paths does one z reach the outputs of its row?",
    "Every output of a row depends on every z of that row: dLdZ = A * (dLdA - sum of dLdA * A along the row).",
)
_SHARE = (
    "How much does the mean change when one of its numbers grows by 1?",
    "Each pixel of a window gets dLdZ / (kernel * kernel), and a pixel in several windows the sum of its shares.",
)
_MEAN = (
    "Over how many numbers does the mean run?",
    "L = sum of (A - Y)**2 / (N * C), and so dLdA = 2 * (A - Y) / (N * C).",
)
_ORDER = (
    "Print a small array before and after.",
    "reshape keeps the elements in their order, row by row, both ways.",
)
_TEXTS: dict[str, tuple[str, str, str]] = {
    "SigmoidDifferentiatesAtX": ("the derivative is taken at Z", *_OF_A),
    "SigmoidAppliedTwiceInBackward": ("applies the sigmoid to A once more", *_OF_A),
    "SigmoidForgetsOneMinusY": ("the derivative lacks 1 - A", *_OF_A),
    "SigmoidSignFlipped": ("the gradient has the wrong sign", *_OF_A),
    "TanhDifferentiatesAtX": ("the derivative is taken at Z", *_OF_A),
    "TanhForgetsTheSquare": ("the derivative lacks the square", *_OF_A),
    "TanhOfHalfX": ("is the tanh of Z / 2", "What is tanh(1)?", "tanh(z) = 2 sigmoid(2 z) - 1."),
    "SoftmaxOverEverything": (
        "one distribution for the whole batch",
        "What is the sum of one row?",
        "The sum runs along each row: axis=1, keepdims=True.",
    ),
    "SoftmaxDiagonalOnly": ("takes the diagonal of the Jacobian alone", *_JACOBIAN),
    "SoftmaxForgetsTheDiagonal": ("leaves out the diagonal of the Jacobian", *_JACOBIAN),
    "SoftmaxSumsUpstreamUnweighted": ("sums dLdA without its weights A", *_JACOBIAN),
    "SoftmaxJacobianOfTheFirstSample": ("the first sample's Jacobian for all", *_JACOBIAN),
    "AvgPoolBackwardWithoutDivisor": ("does not divide the gradient by the window's size", *_SHARE),
    "AvgPoolAssigns": ("assigns where it should accumulate", *_SHARE),
    "AvgPoolStrideIgnoredInBackward": ("ignores the stride in the backward pass", *_SHARE),
    "MSEForgetsTheFactorTwo": ("the gradient lacks the factor 2", *_MEAN),
    "MSEAveragesOverTheBatchOnly": ("divides by N and not by N * C", *_MEAN),
    "MSEGradientNotDivided": ("the gradient is not divided by N * C", *_MEAN),
    "MSERoot": ("takes the root of the mean", *_MEAN),
    "MSEAbsolute": ("takes absolute values where squares belong", *_MEAN),
    "FlattenColumnMajor": ("flattens in the wrong order", *_ORDER),
    "FlattenBackwardColumnMajor": ("puts the gradient back in the wrong order", *_ORDER),
}


def known(truth: Any, names: Names, same_as: Any = None) -> tuple[Mistake, ...]:
    """What may be wrong with a truth: conventions first, then the mistakes of CS231n's layer, then the zoo's.

    Args:
        truth: the class whose mistakes are wanted.
        names: CS231n's names for arrays and options, and this course's.
        same_as: the layer of CS231n that stands behind it, in ``operation`` or as the truth itself.
    """
    same = [reworded(m, names) for m in mistakes.of(same_as)] if same_as is not None else []
    if same_as is not truth:
        same = [replace(m, truth=_made_of(truth, m.truth)) for m in same]
    return (*_conventions(truth, same), *same, *_of_zoo(truth))


def reworded(mistake: Mistake, names: Names) -> Mistake:
    """A mistake in this course's words.

    >>> reworded(Mistake("db is a mean", None), {"db": "dLdb"}).name
    'dLdb is a mean'
    """
    texts = (mistake.name, mistake.hint, mistake.explanation)
    name, hint, explanation = (exchanged(text, names) for text in texts)
    return replace(mistake, name=name, hint=hint, explanation=explanation)


def _made_of(truth: Any, operation: Any) -> Any:
    return type(f"{truth.__name__}Of{operation.__name__}", (truth,), {"operation": operation})


def _of_zoo(truth: Any) -> Iterator[Mistake]:
    for fault in FAULTS:
        wrong = fault.implementation
        if wrong.__name__ in _TEXTS and issubclass(wrong, truth):
            name, hint, explanation = _TEXTS[wrong.__name__]
            yield Mistake(name, wrong, hint, explanation)
    if truth.__name__ in ("Sigmoid", "Tanh", "Softmax"):
        yield Mistake(
            "forgets dLdA", type(f"{truth.__name__}Alone", (_Alone, truth), {}), *_UPSTREAM
        )


class _Alone:
    """Gives its derivative, as in 2022 and 2023, where it is asked for the gradient."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, np.ones_like(dy))  # type: ignore[misc]


class DiagonalTwice(Softmax):
    """The Jacobian as diag(A (1 - A)) - A A^T."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy) - saved.y * saved.y * dy


class NotNormalizedInTest(BatchNorm1d):
    """BW Z + Bb."""

    def forward(self, x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any) -> Any:
        given = super().forward(x, gamma, beta, running_mean, running_var)
        return given if self.training else (gamma * x + beta, *given[1:])


class Halved(MSELoss):
    """L = sum / (2 N C), dLdA = (A - Y) / (N C)."""

    def forward(self, x: Any, target: Any) -> Any:
        y, saved = super().forward(x, target)
        return y / 2, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy / 2)


class Unscaled(MSELoss):
    """dLdA = A - Y."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * saved.difference.size / 2)


class NotDivided(losses.SoftmaxLoss):
    """dLdA = softmax - Y."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy * len(saved[1]))


SIZE = Mistake(
    "takes the size of dLdA from dLdZ", DownsampleForgetsTheSize,
    "Downsample 4 columns by 3 and 5 columns by 3: how many are left, and how many were there?",
    "Sizes that do not come out even leave no trace in dLdZ: forward has to store A.shape.",
)  # fmt: skip
OWN: dict[str, tuple[Mistake, ...]] = {
    "Softmax": (Mistake("subtracts A * A twice on the diagonal", DiagonalTwice, *_JACOBIAN),),
    "BatchNorm1d": (
        Mistake(
            "does not normalize with eval=True",
            NotNormalizedInTest,
            "A network has to answer for a single sample too. Where do mean and variance come from then?",
            "With eval=True running_M and running_V stand in for the batch's mean and variance.",
        ),
    ),
    "Downsample2d": (SIZE,),
    "MSELoss": (
        Mistake("halves the loss and its gradient, as in 2022 and 2023", Halved, harmless=True),
        Mistake("the gradient is A - Y, as in spring 2022", Unscaled, harmless=True),
    ),
    "SoftmaxLoss": (
        Mistake("the gradient is not divided by N, as in 2022 and 2023", NotDivided, harmless=True),
    ),
}


def _conventions(truth: Any, same: list[Mistake]) -> Iterator[Mistake]:
    yield from OWN.get(truth.__name__, ())
    if truth.__name__ == "Linear":
        averaged = next(m for m in same if m.name == "dLdW and dLdb are averaged over the batch")
        name = "divides dLdW and dLdb by N, as in 2022 and 2023"
        yield replace(averaged, name=name, harmless=True)
