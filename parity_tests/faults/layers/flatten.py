"""Wrong flattening."""

import math
from typing import Any

import numpy as np

from reference.layers.flatten import Flatten


class FlattenColumnMajor(Flatten):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return np.transpose(x).reshape(y.shape), saved


class FlattenBackwardColumnMajor(Flatten):
    """Right where at most one axis is longer than 1."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy.reshape(saved.x_shape[::-1]).transpose()


class FlattenLeavesDyFlat(Flatten):
    """Right where a single axis was flattened."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy


class FlattenIgnoresEndDim(Flatten):
    """All axes from start_dim on."""

    def forward(self, x: Any) -> Any:
        return Flatten(self.start_dim).forward(x)


class FlattenLeavesEndDimOut(Flatten):
    """``start:end`` where ``start:end + 1`` belongs."""

    def forward(self, x: Any) -> Any:
        _, saved = super().forward(x)
        start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
        length = math.prod(x.shape[start:end])
        return x.reshape(*x.shape[:start], length, *x.shape[end:]), saved


class FlattenReshapesByMinusOne(Flatten):
    """``reshape(n, -1)`` cannot tell the length of the other axis of an empty batch."""

    def forward(self, x: Any) -> Any:
        _, saved = super().forward(x)
        start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
        return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :]), saved


class FlattenReadsMemoryInItsOwnOrder(Flatten):
    """``x.ravel(order="K")``: wrong for an x that is not row-major in memory."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return x.ravel(order="K").reshape(y.shape), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.flatten": (
        FlattenColumnMajor,
        FlattenBackwardColumnMajor,
        FlattenLeavesDyFlat,
        FlattenIgnoresEndDim,
        FlattenLeavesEndDimOut,
        FlattenReshapesByMinusOne,
        FlattenReadsMemoryInItsOwnOrder,
    ),
}
