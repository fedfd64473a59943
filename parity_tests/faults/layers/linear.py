"""Wrong affine maps."""

from typing import Any, ClassVar

import numpy as np

from reference.layers.linear import Linear


class LinearUntransposedGradient(Linear):
    """Right when d_in = d_out and the weight is symmetric."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight.T.reshape(dweight.shape), dbias


class LinearRemembersTheLastInput(Linear):
    """Keeps what backward needs on the class: wrong when two forwards come before it."""

    last: Any = None

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        LinearRemembersTheLastInput.last = saved
        return y, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        last = LinearRemembersTheLastInput.last
        return super().backward(last if last.x.shape == saved.x.shape else saved, dy)


class LinearForgetsBias(Linear):
    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        y, _ = super().forward(x, weight)
        return y, saved


class LinearSumsBiasGradientOverOutputs(Linear):
    """``axis=1`` where ``axis=0`` belongs: of the right shape when n = d_out."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight, None if dbias is None else dy.sum(axis=1)


class LinearBiasGradientKeepsTheBatchAxis(Linear):
    """``keepdims=True``: a row where a vector belongs."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx, dweight, None if dbias is None else dbias.reshape(1, -1)


class LinearAveragesOverTheBatch(Linear):
    """Divides by n what the loss has divided already: right for a batch of one."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        n = max(dy.shape[0], 1)
        return dx, dweight / n, None if dbias is None else dbias / n


class LinearFlattensColumnMajor(Linear):
    """Throughout: wrong as soon as two axes of features are longer than 1."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(_features_reversed(x), weight, bias)
        return y, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return _features_reversed(dx), dweight, dbias


class LinearLeavesDxFlat(Linear):
    """Right when x has one axis of features."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        return dx.reshape(dx.shape[0], saved.weight.shape[1]), dweight, dbias


class LinearReshapesByMinusOne(Linear):
    """``reshape(n, -1)`` cannot tell the number of features of an empty batch."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x.reshape(x.shape[0], -1), weight, bias)
        return y, saved._replace(x=x)


class LinearWeightGradientOfFourSamples(Linear):
    """Adds up one block of the batch and forgets the rest: right while n <= 4."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, _, dbias = super().backward(saved, dy)
        _, dweight, _ = super().backward(saved._replace(x=saved.x[:4]), dy[:4])
        return dx, dweight, dbias


class LinearForgetsTheLastSampleOfAnOddBatch(Linear):
    """Takes samples two by two: right while n is even."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        kept = (np.arange(len(y)) < len(y) // 2 * 2).reshape(-1, 1)
        return y * kept, saved


class LinearUpdatesWeightInBackward(Linear):
    """A step of gradient descent where only the gradient was asked for."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dweight, dbias = super().backward(saved, dy)
        saved.weight[...] = saved.weight - dweight / 1024
        return dx, dweight, dbias


class LinearSavesWeightForX(Linear):
    """Swaps two entries of the cache where their shapes allow it: n = d_out, and x is flat."""

    def backward(self, saved: Any, dy: Any) -> Any:
        if saved.x.shape == saved.weight.shape:
            saved = saved._replace(x=saved.weight, weight=saved.x)
        return super().backward(saved, dy)


class LinearMultipliesInFloat32(Linear):
    """Half of the digits are lost on the way, and the dtype of y does not tell."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        _, saved = super().forward(x, weight, bias)
        if x.dtype == np.float64:
            y, _ = super().forward(x.astype(np.float32), weight.astype(np.float32))
            y = y.astype(x.dtype)
            return (y if bias is None else y + bias), saved
        return super().forward(x, weight, bias)


def _features_reversed(x: Any) -> Any:
    """All axes but the first in reverse order."""
    return x.transpose(0, *range(1, x.ndim)[::-1])


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.linear": (
        LinearUntransposedGradient,
        LinearRemembersTheLastInput,
        LinearForgetsBias,
        LinearSumsBiasGradientOverOutputs,
        LinearBiasGradientKeepsTheBatchAxis,
        LinearAveragesOverTheBatch,
        LinearFlattensColumnMajor,
        LinearLeavesDxFlat,
        LinearReshapesByMinusOne,
        LinearWeightGradientOfFourSamples,
        LinearForgetsTheLastSampleOfAnOddBatch,
        LinearUpdatesWeightInBackward,
        LinearSavesWeightForX,
        LinearMultipliesInFloat32,
    ),
}
