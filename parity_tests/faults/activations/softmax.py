"""Wrong Softmaxes."""

from typing import Any, ClassVar

import numpy as np

from reference.activations.softmax import Softmax


class SoftmaxZeroGradient(Softmax):
    """What an upstream gradient of ones cannot tell from the truth."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.zeros_like(dy)


class SoftmaxUnshifted(Softmax):
    """Overflows for large x."""

    def forward(self, x: Any) -> Any:
        _, saved = super().forward(x)
        e = np.exp(x)
        return e / e.sum(axis=self.dim, keepdims=True), saved


class SoftmaxShiftsByTheLargestOfAll(Softmax):
    """``x.max()`` without its axis: 0 / 0 in a row that lies far below another."""

    def forward(self, x: Any) -> Any:
        if not x.size:
            return super().forward(x)
        e = np.exp(x - x.max())
        y = e / e.sum(axis=self.dim, keepdims=True)
        return y, super().forward(x)[1]._replace(y=y)


class SoftmaxOverEverything(Softmax):
    """One distribution for the whole array."""

    def forward(self, x: Any) -> Any:
        y, _ = Softmax(dim=0).forward(x.reshape(-1))
        return y.reshape(x.shape), super().forward(x)[1]


class SoftmaxAlongTheLastAxis(Softmax):
    """Ignores ``dim``."""

    def forward(self, x: Any) -> Any:
        return Softmax(dim=-1).forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return Softmax(dim=-1).backward(saved, dy)


class SoftmaxCountsNegativeDimFromTheFront(Softmax):
    """dim = -1 is taken for axis 1; falls back on the truth where there is no such axis."""

    def forward(self, x: Any) -> Any:
        return self._mirrored(x.ndim).forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._mirrored(dy.ndim).backward(saved, dy)

    def _mirrored(self, axes: int) -> Softmax:
        return Softmax(abs(self.dim) if abs(self.dim) < axes else self.dim)


class SoftmaxGuardsAgainstZero(Softmax):
    """A sum that is at least 1 needs no 1e-8; float32 does not see it."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any) -> Any:
        if not x.size:
            return super().forward(x)
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        y = e / (e.sum(axis=self.dim, keepdims=True) + 1e-8)
        return y, super().forward(x)[1]._replace(y=y)


class SoftmaxDiagonalOnly(Softmax):
    """y (1 - y): the Jacobian of a sigmoid."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * saved.y * (1 - saved.y)


class SoftmaxForgetsTheDiagonal(Softmax):
    """Only the term -y y^T of the Jacobian."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return -saved.y * (dy * saved.y).sum(axis=self.dim, keepdims=True)


class SoftmaxSumsUpstreamUnweighted(Softmax):
    """y (dy - sum of dy): the weights y are missing in the sum."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return saved.y * (dy - dy.sum(axis=self.dim, keepdims=True))


class SoftmaxJacobianOfTheFirstSample(Softmax):
    """One Jacobian for all along the first axis: right for a single sample."""

    def backward(self, saved: Any, dy: Any) -> Any:
        if self.dim in (0, -dy.ndim):
            return super().backward(saved, dy)
        first = np.repeat(saved.y[:1], len(dy), axis=0)
        return super().backward(saved._replace(y=first), dy)


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.softmax": (
        SoftmaxZeroGradient,
        SoftmaxUnshifted,
        SoftmaxShiftsByTheLargestOfAll,
        SoftmaxOverEverything,
        SoftmaxAlongTheLastAxis,
        SoftmaxCountsNegativeDimFromTheFront,
        SoftmaxGuardsAgainstZero,
        SoftmaxDiagonalOnly,
        SoftmaxForgetsTheDiagonal,
        SoftmaxSumsUpstreamUnweighted,
        SoftmaxJacobianOfTheFirstSample,
    ),
}
