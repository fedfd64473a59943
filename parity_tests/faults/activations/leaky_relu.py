"""Wrong LeakyReLUs."""

from typing import Any, ClassVar

import numpy as np

from reference.activations.leaky_relu import LeakyReLU


class LeakyReLUForgetsSlope(LeakyReLU):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (super().backward(saved, np.ones_like(dy)) == 1)


class LeakyReLUSquaresItsSlope(LeakyReLU):
    """Multiplies by the slope once for y and once for the derivative."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x > 0, dy, self.negative_slope**2 * dy)


class LeakyReLUTakesTheLarger(LeakyReLU):
    """max(x, slope·x): another function for slopes above 1."""

    def forward(self, x: Any) -> Any:
        return np.maximum(x, self.negative_slope * x), super().forward(x)[1]


class LeakyReLUMasksByOutput(LeakyReLU):
    """The sign of y is that of x for positive slopes only."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return y, saved._replace(x=y)


class LeakyReLUIgnoresItsSlope(LeakyReLU):
    """Always the default of 0.01."""

    def forward(self, x: Any) -> Any:
        return LeakyReLU().forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return LeakyReLU().backward(saved, dy)


class LeakyReLUPassesAtZero(LeakyReLU):
    """``>=`` in backward: seen at exact zeros only."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x >= 0, dy, self.negative_slope * dy)


class LeakyReLULeaksUpToATrillionth(LeakyReLU):
    """``x > 1e-12`` in backward: next to 0 the slope of the other side."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x > 1e-12, dy, self.negative_slope * dy)


class LeakyReLUSlopeIsAFloat64(LeakyReLU):
    """NumPy's scalar widens the product, a Python float would not."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any) -> Any:
        return np.where(x > 0, x, np.float64(self.negative_slope) * x), super().forward(x)[1]


class LeakyReLUDrawsItsSlope(LeakyReLU):
    """The randomized rectifier: another answer at every call."""

    def forward(self, x: Any) -> Any:
        slope = float(np.random.default_rng().uniform(1 / 8, 1 / 3))
        return LeakyReLU(slope).forward(x)


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.leaky_relu": (
        LeakyReLUForgetsSlope,
        LeakyReLUSquaresItsSlope,
        LeakyReLUTakesTheLarger,
        LeakyReLUMasksByOutput,
        LeakyReLUIgnoresItsSlope,
        LeakyReLUPassesAtZero,
        LeakyReLULeaksUpToATrillionth,
        LeakyReLUSlopeIsAFloat64,
        LeakyReLUDrawsItsSlope,
    ),
}
