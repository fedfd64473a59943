"""Wrong ReLUs."""

from typing import Any

import numpy as np

from reference.activations.relu import ReLU


class ReLUPassesAtZero(ReLU):
    """``>=`` where ``>`` belongs: seen at exact zeros only."""

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0), x

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * (saved >= 0)


class ReLUBeginsAtAHundredMillionth(ReLU):
    """``x > 1e-8``, in value and gradient: what is smaller counts as 0."""

    def forward(self, x: Any) -> Any:
        return np.where(x <= 1e-8, 0, x), super().forward(x)[1]

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x <= 1e-8, 0, dy)


class ReLUMasksByUpstream(ReLU):
    """Asks for the sign of dy and not of x: "guided" back-propagation by mistake."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(dy > 0, dy, 0)


class ReLUIgnoresUpstream(ReLU):
    """Returns its own derivative, not multiplied by dy."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x > 0, np.ones_like(dy), 0)


class ReLUOverwritesItsInput(ReLU):
    def forward(self, x: Any) -> Any:
        _, saved = super().forward(x.copy())
        x[x < 0] = 0
        return x, saved


class ReLUCutsUpstreamInPlace(ReLU):
    """The right gradient, left in dy as well."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dy[saved.x <= 0] = 0
        return dy


class ReLUCutsACopy(ReLU):
    """``ravel`` of a transposed array is a copy, so what is set to 0 there is lost."""

    def forward(self, x: Any) -> Any:
        y = np.copy(x)
        y.ravel()[x.ravel() < 0] = 0
        return y, super().forward(x)[1]


class ReLUForgetsTheTailOfFour(ReLU):
    """Unrolled by four; what is left over when the size is no multiple of four passes as it is."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        flat, tail = y.reshape(-1), x.size - x.size % 4
        flat[tail:] = x.reshape(-1)[tail:]
        return flat.reshape(x.shape), saved


class ReLUSaturatesAtSix(ReLU):
    """ReLU6: wrong above 6 only."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.minimum(y, 6), saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved.x < 6, super().backward(saved, dy), 0)


class ReLUTurnsNanIntoZero(ReLU):
    """x where x > 0, else 0: what went wrong before is hidden."""

    def forward(self, x: Any) -> Any:
        return np.where(x > 0, x, 0), super().forward(x)[1]


class ReLUMultipliesByItsMask(ReLU):
    """x (x > 0) is nan for an infinite x below 0."""

    def forward(self, x: Any) -> Any:
        return x * (x > 0), super().forward(x)[1]


class ReLUMultipliesUpstreamByItsMask(ReLU):
    """dy (x > 0) is nan for an infinite dy where x is below 0."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * ~(saved.x <= 0)


class ReLURefusesNoAxes(ReLU):
    """Of an array without axes NumPy makes a number, and there is nothing to write into."""

    def forward(self, x: Any) -> Any:
        y = x * 1
        y[y < 0] = 0
        return y, super().forward(x)[1]


FAULTS: dict[str, tuple[type, ...]] = {
    "activations.relu": (
        ReLUPassesAtZero,
        ReLUBeginsAtAHundredMillionth,
        ReLUMasksByUpstream,
        ReLUIgnoresUpstream,
        ReLUOverwritesItsInput,
        ReLUCutsUpstreamInPlace,
        ReLUCutsACopy,
        ReLUForgetsTheTailOfFour,
        ReLUSaturatesAtSix,
        ReLUTurnsNanIntoZero,
        ReLUMultipliesByItsMask,
        ReLUMultipliesUpstreamByItsMask,
        ReLURefusesNoAxes,
    ),
}
