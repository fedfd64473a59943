"""Wrong Tanhs."""

from typing import Any, ClassVar

import numpy as np

from reference.activations.tanh import Tanh


class TanhWritesIntoDy(Tanh):
    def backward(self, saved: Any, dy: Any) -> Any:
        dx = super().backward(saved, dy)
        dy[...] = dx
        return dx


class TanhReturnsFloat64(Tanh):
    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y.astype(np.float64), saved


class TanhComputedInFloat32(Tanh):
    """The dtype is restored afterwards, the digits are not."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x.astype(np.float32))
        return y.astype(x.dtype), saved._replace(y=y.astype(x.dtype))


class TanhDifferentiatesAtX(Tanh):
    """1 - x²: the formula is one of y."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y, saved._replace(y=x)


class TanhForgetsTheSquare(Tanh):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (1 - saved.y)


class TanhByExponentials(Tanh):
    """inf / inf where |x| is large."""

    def forward(self, x: Any) -> Any:
        up, down = np.exp(x), np.exp(-x)
        y = (up - down) / (up + down)
        return y, super().forward(x)[1]._replace(y=y)


class TanhBySigmoid(Tanh):
    """2·sigmoid(2x) - 1 cancels: no correct digit is left where |x| is below roundoff."""

    def forward(self, x: Any) -> Any:
        y = 2 / (1 + np.exp(-2 * x)) - 1
        return y, super().forward(x)[1]._replace(y=y)


class TanhOfHalfX(Tanh):
    """2·sigmoid(x) - 1, and its own gradient."""

    def forward(self, x: Any) -> Any:
        return super().forward(x / 2)

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy) / 2


class TanhFlushesSmallNumbers(Tanh):
    """0 below 1e-8 in magnitude: every digit of y is lost there."""

    def forward(self, x: Any) -> Any:
        return super().forward(np.where(abs(x) < 1e-8, 0, x))


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.tanh": (
        TanhWritesIntoDy,
        TanhReturnsFloat64,
        TanhComputedInFloat32,
        TanhDifferentiatesAtX,
        TanhForgetsTheSquare,
        TanhByExponentials,
        TanhBySigmoid,
        TanhOfHalfX,
        TanhFlushesSmallNumbers,
    ),
}
