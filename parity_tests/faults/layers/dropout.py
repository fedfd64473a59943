"""Wrong dropout."""

from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.dropout import Dropout


class DropoutNotRescaled(Dropout):
    def forward(self, x: Any, mask: Any = None) -> Any:
        y, saved = super().forward(x, mask)
        return (y * (1 - self.p) if self.training else y), saved


class DropoutNotRescaledInBackward(Dropout):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy if saved.mask is None else dy * saved.mask


class DropoutRescalesByTheOtherProbability(Dropout):
    """Divides by p, forward and backward: right for p = 1/2."""

    def forward(self, x: Any, mask: Any = None) -> Any:
        return truth_of(self, p=1 - self.p).forward(x, mask)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, p=1 - self.p).backward(saved, dy)


class DropoutRescalesInEvaluation(Dropout):
    """As first published: nothing to do in training, times 1 - p afterwards."""

    def forward(self, x: Any, mask: Any = None) -> Any:
        _, saved = super().forward(x, mask)
        return (x * mask if self.training else x * (1 - self.p)), saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * saved.mask if self.training else dy * (1 - self.p)


class DropoutActiveInEvaluation(Dropout):
    def forward(self, x: Any, mask: Any = None) -> Any:
        return truth_of(self, training=True).forward(x, mask)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, training=True).backward(saved, dy)


class DropoutLetsEveryGradientThrough(Dropout):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy if saved.mask is None else dy * self.scale()


class DropoutKeepsWhatTheMaskDrops(Dropout):
    """The mask read the other way round, in both directions."""

    def forward(self, x: Any, mask: Any = None) -> Any:
        return super().forward(x, ~mask if mask is not None else None)


class DropoutFailsWhereAllIsDropped(Dropout):
    """1 / (1 - p) without a thought for p = 1."""

    def scale(self) -> float:
        return 1.0 / (1.0 - self.p)


class DropoutRedrawsInBackward(Dropout):
    """Another mask for the gradient, and each time another."""

    generator: ClassVar[np.random.Generator] = np.random.default_rng(0)

    def backward(self, saved: Any, dy: Any) -> Any:
        if saved.mask is None:
            return dy
        return dy * self.draw_mask(self.generator, dy.shape) * self.scale()


class DropoutScalesInFloat64(Dropout):
    """The scale as an array, which is of float64 where nothing else is said."""

    wrong_only_in: ClassVar[str] = "float32"

    def forward(self, x: Any, mask: Any = None) -> Any:
        y, saved = super().forward(x, mask)
        return (y * np.ones(1) if self.training else y), saved


class DropoutWritesIntoX(Dropout):
    """``x *= mask``."""

    def forward(self, x: Any, mask: Any = None) -> Any:
        y, saved = super().forward(x, mask)
        x[...] = y
        return x, saved


class DropoutDrawsTheOtherProbability(Dropout):
    def draw_mask(self, rng: Any, shape: Any) -> Any:
        return ~super().draw_mask(rng, shape)


class DropoutDrawsFromTheNormalDistribution(Dropout):
    """``randn`` for ``rand``."""

    def draw_mask(self, rng: Any, shape: Any) -> Any:
        return rng.standard_normal(shape) >= self.p


class DropoutDrawsOneMaskForTheBatch(Dropout):
    """All samples lose the same features."""

    def draw_mask(self, rng: Any, shape: Any) -> Any:
        return np.broadcast_to(super().draw_mask(rng, (1, *shape[1:])), shape).copy()


class DropoutDrawsWholeSamples(Dropout):
    """A sample is kept or lost with all of its features."""

    def draw_mask(self, rng: Any, shape: Any) -> Any:
        each = super().draw_mask(rng, (shape[0], *[1] * (len(shape) - 1)))
        return np.broadcast_to(each, shape).copy()


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.dropout": (
        DropoutNotRescaled,
        DropoutNotRescaledInBackward,
        DropoutRescalesByTheOtherProbability,
        DropoutRescalesInEvaluation,
        DropoutActiveInEvaluation,
        DropoutLetsEveryGradientThrough,
        DropoutKeepsWhatTheMaskDrops,
        DropoutFailsWhereAllIsDropped,
        DropoutRedrawsInBackward,
        DropoutScalesInFloat64,
        DropoutWritesIntoX,
        DropoutDrawsTheOtherProbability,
        DropoutDrawsFromTheNormalDistribution,
        DropoutDrawsOneMaskForTheBatch,
        DropoutDrawsWholeSamples,
    ),
}
