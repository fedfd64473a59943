"""Wrong Sigmoids."""

from typing import Any, ClassVar

import numpy as np

from reference.activations.sigmoid import Sigmoid


class SigmoidSignFlipped(Sigmoid):
    def backward(self, saved: Any, dy: Any) -> Any:
        return -super().backward(saved, dy)


class SigmoidOverflows(Sigmoid):
    """exp(x) / (1 + exp(x)) is inf / inf for large x."""

    def forward(self, x: Any) -> Any:
        e = np.exp(x)
        y = e / (1 + e)
        return y, super().forward(x)[1]._replace(y=y)


class SigmoidClipsItsInput(Sigmoid):
    """Cured of overflow by cutting x to [-30, 30]: never below 9e-14."""

    def forward(self, x: Any) -> Any:
        return super().forward(np.clip(x, -30, 30))


class SigmoidDifferentiatesAtX(Sigmoid):
    """x (1 - x): the formula is one of y."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y, saved._replace(y=x)


class SigmoidAppliedTwiceInBackward(Sigmoid):
    """Takes the saved y for x and squashes it once more."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(super().forward(saved.y)[1], dy)


class SigmoidForgetsOneMinusY(Sigmoid):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * saved.y


class SigmoidReusesItsBuffer(Sigmoid):
    """One output array for each shape: the next call writes over what backward still needs."""

    buffers: ClassVar[dict[Any, Any]] = {}

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        key = type(x), x.dtype, x.shape
        buffer = SigmoidReusesItsBuffer.buffers.setdefault(key, np.empty_like(y))
        buffer[...] = y
        return buffer, saved._replace(y=buffer)


class SigmoidLastElementOffByATrillionth(Sigmoid):
    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        if y.ndim and y.size:
            last = (-1,) * y.ndim
            y[last] = y[last] * (1 + 1e-12)
        return y, saved


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.sigmoid": (
        SigmoidSignFlipped,
        SigmoidOverflows,
        SigmoidClipsItsInput,
        SigmoidDifferentiatesAtX,
        SigmoidAppliedTwiceInBackward,
        SigmoidForgetsOneMinusY,
        SigmoidReusesItsBuffer,
        SigmoidLastElementOffByATrillionth,
    ),
}
