"""The softmax loss with a wrong formula."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import losses
from parity_tests.homework.task import Mistake


class Softmax(losses.SoftmaxLoss):
    """Right, from the probabilities; a mistake changes these, or what becomes of them."""

    def forward(self, x: Any, target: Any) -> Any:
        p = self.probabilities(x)
        return self.log(p[np.arange(len(x)), target]).mean(), (p, target)

    def probabilities(self, x: Any) -> Any:
        e = np.exp(x - x.max())
        return e / e.sum(axis=1, keepdims=True)

    def log(self, p: Any) -> Any:
        return -np.log(p)

    def backward(self, saved: Any, dy: Any) -> Any:
        p, target = saved
        return (p - (np.arange(p.shape[1]) == target[:, None])) / len(p)


class SumsOverTheSamples(Softmax):
    def probabilities(self, x: Any) -> Any:
        e = np.exp(x - x.max())
        return e / e.sum(axis=0)


class SumsOverTheSamplesShifted(Softmax):
    """Each row is shifted before, which changes the sums of the columns."""

    def probabilities(self, x: Any) -> Any:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=0)


class SumsOverEverything(Softmax):
    def probabilities(self, x: Any) -> Any:
        e = np.exp(x - x.max())
        return e / e.sum()


class SumsOverEverythingShifted(Softmax):
    def probabilities(self, x: Any) -> Any:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum()


class ShiftsByTheColumn(Softmax):
    def probabilities(self, x: Any) -> Any:
        return super().probabilities(x - x.max(axis=0))


class LogarithmOfTen(Softmax):
    def log(self, p: Any) -> Any:
        return -np.log10(p)


class LogarithmOfTwo(Softmax):
    def log(self, p: Any) -> Any:
        return -np.log2(p)


class HingeForSoftmax(losses.SoftmaxLoss):
    def forward(self, x: Any, target: Any) -> Any:
        return losses.SVMLoss().forward(x, target)

    def backward(self, saved: Any, dy: Any) -> Any:
        return losses.SVMLoss().backward(saved, dy)


_WHICH = (
    "Compare your formula with the name of the function.",
    "softmax_loss is the mean of -log p at the true class, with p = softmax(scores); svm_loss sums the violated "
    "margins max(0, s_j - s_y + 1). Each has its own gradient.",
)
_ROWS = (
    "What do the probabilities of one sample add up to?",
    "Each row is a sample: its exponentials are divided by the sum of that row (axis=1, keepdims=True).",
)
_SHIFT = (
    "What may be added to the scores of a sample without changing its probabilities?",
    "The same number for all classes of one sample: subtract the maximum of each row (axis=1, keepdims=True).",
)
_LOGARITHM = (
    "Of which logarithm is 1/p the derivative?",
    "The loss takes the natural logarithm, np.log; only then p - 1 at the true class is its gradient.",
)

FORMULAS = tuple(
    Mistake(name, way, *texts)
    for name, way, texts in (
        ("is the SVM's hinge loss", HingeForSoftmax, _WHICH),
        ("divides the exponentials by their sum over the samples", SumsOverTheSamples, _ROWS),
        ("divides the exponentials by their sum over the samples", SumsOverTheSamplesShifted, _ROWS),
        ("divides the exponentials by the sum of all", SumsOverEverything, _ROWS),
        ("divides the exponentials by the sum of all", SumsOverEverythingShifted, _ROWS),
        ("subtracts the maximum of each class, not of each sample", ShiftsByTheColumn, _SHIFT),
        ("takes the logarithm to the base 10", LogarithmOfTen, _LOGARITHM),
        ("takes the logarithm to the base 2", LogarithmOfTwo, _LOGARITHM),
    )
)  # fmt: skip
