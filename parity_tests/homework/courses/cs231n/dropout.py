"""Dropout as the course has it, for either meaning of its ``p``, and what is to be seen of a large mask."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy import ndarray as Array

from parity_tests.homework.task import Names
from reference.layers.dropout import Dropout as DropoutOperation

SHARES = ("share kept", "pairs of samples kept", "pairs of features kept")


@dataclass(frozen=True, slots=True)
class Dropout:
    """out = x mask / (the probability to keep) in training, x in test mode; here ``p`` is that probability.

    In training it also says what is to be expected of a large mask: the share that it keeps, and of two
    neighbours along each axis the share in which both are kept.
    """

    operation: ClassVar[type] = DropoutOperation
    p: float
    features: tuple[int, ...]
    training: bool = True

    def kept(self) -> float:
        """The probability to keep."""
        return self.p

    def drawn(self) -> tuple[float, float, float]:
        """Shares of a large mask: kept, pairs kept from one sample to the next, and from one feature to the next."""
        return self.kept(), self.kept() ** 2, self.kept() ** 2

    def shapes(self, n: int) -> dict[str, tuple[int, ...]]:
        return {"mask": (n, *self.features)}

    def forward(self, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        out, saved = self._layer().forward(x, arrays["mask"])
        expected = dict(zip(SHARES, self.drawn(), strict=True)) if self.training else {}
        return out, {name: np.asarray(share) for name, share in expected.items()}, saved

    def backward(self, saved: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        return self._layer().backward(saved, dy), {}

    def _layer(self) -> Any:
        return self.operation(p=1 - self.kept(), training=self.training)


class DropoutThatDrops(Dropout):
    """The same where ``p`` is the probability to drop."""

    def kept(self) -> float:
        return 1 - self.p


def _normal_below(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def under_randn(p: float) -> tuple[float, ...]:
    """What is kept where a normal number is compared with p or 1 - p, in any of four ways."""
    below = _normal_below(p), _normal_below(1 - p)
    return (*below, *(1 - share for share in below))
