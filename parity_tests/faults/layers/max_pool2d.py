"""Wrong max pooling."""

from typing import Any, ClassVar

import numpy as np

from parity_tests.faults.layers.truth import truth_of
from reference.layers.max_pool2d import MaxPool2d, canvas_size, taps


def _on_canvas(pool: MaxPool2d, x: Any, out: Any, outside: float) -> Any:
    """x with all that the windows reach around it."""
    (n, c, h, w), (ph, pw) = x.shape, pool.padding
    padded = np.full_like(x, outside, shape=(n, c, *canvas_size(pool, (h, w), out)))
    padded[:, :, ph : ph + h, pw : pw + w] = x
    return padded


def _scattered(pool: MaxPool2d, saved: Any, dy: Any) -> Any:
    """dx with all that the windows reach around it."""
    n, c, h, w = saved.x_shape
    canvas = np.zeros_like(dy, shape=(n, c, *canvas_size(pool, (h, w), dy.shape[2:])))
    for position, (rows, columns) in enumerate(taps(pool, dy.shape[2:])):
        canvas[:, :, rows, columns] += np.where(saved.winner == position, dy, 0.0)
    return canvas


class MaxPoolAssigns(MaxPool2d):
    """``=`` where ``+=`` belongs: right while windows do not overlap."""

    def backward(self, saved: Any, dy: Any) -> Any:
        last = super().backward(saved, np.ones_like(dy))
        return super().backward(saved, dy) / np.where(last > 1, last, 1)


class MaxPoolPaysEveryTie(MaxPool2d):
    """A mask of all that equal the maximum."""

    def forward(self, x: Any) -> Any:
        y, _ = super().forward(x)
        return y, (x, y)

    def backward(self, saved: Any, dy: Any) -> Any:
        x, y = saved
        return self._paid(x, y, dy)

    def _paid(self, x: Any, y: Any, dy: Any) -> Any:
        (ph, pw), (h, w) = self.padding, x.shape[2:]
        padded = _on_canvas(self, x, y.shape[2:], -np.inf)
        dx = np.zeros_like(padded)
        for rows, columns in taps(self, y.shape[2:]):
            dx[:, :, rows, columns] += dy * (padded[:, :, rows, columns] == y)
        return dx[:, :, ph : ph + h, pw : pw + w]


class MaxPoolSplitsTies(MaxPoolPaysEveryTie):
    """All that equal the maximum get the same share, as where a reshape makes the windows."""

    def backward(self, saved: Any, dy: Any) -> Any:
        x, y = saved
        padded = _on_canvas(self, x, y.shape[2:], -np.inf)
        winners = np.zeros_like(y)
        for rows, columns in taps(self, y.shape[2:]):
            winners += padded[:, :, rows, columns] == y
        return self._paid(x, y, dy / winners)


class MaxPoolLastTieWins(MaxPool2d):
    """``>=`` where ``>`` belongs: seen at exact ties only."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        padded = _on_canvas(self, x, y.shape[2:], -np.inf)
        winner = saved.winner
        for position, (rows, columns) in enumerate(taps(self, y.shape[2:])):
            winner = np.where(padded[:, :, rows, columns] == y, position, winner)
        return y, saved._replace(winner=winner)


class MaxPoolChangesItsMindForABillionth(MaxPool2d):
    """``candidate - y > 1e-9``: the first of almost equal maxima. In float32 such numbers near 1 are equal."""

    wrong_only_in: ClassVar[str] = "float64"

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        padded, winner = _on_canvas(self, x, y.shape[2:], -np.inf), saved.winner
        y = np.full_like(y, -np.inf)
        for position, (rows, columns) in enumerate(taps(self, y.shape[2:])):
            candidate = padded[:, :, rows, columns]
            better = (candidate - y > 1e-9) | np.isnan(candidate)
            y, winner = np.where(better, candidate, y), np.where(better, position, winner)
        return y, saved._replace(winner=winner)


class MaxPoolPadsWithZero(MaxPool2d):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return (np.maximum(y, 0) if any(self.padding) else y), saved


class MaxPoolRunningMaximumStartsAtZero(MaxPool2d):
    """With its gradient: where all values are negative nobody gets it."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        nobody = self.kernel_size[0] * self.kernel_size[1]
        return np.maximum(y, 0), saved._replace(winner=np.where(y > 0, saved.winner, nobody))


class MaxPoolLosesNaN(MaxPool2d):
    """No number is larger than NaN, and NaN is larger than none: a bare ``>`` never takes it."""

    def forward(self, x: Any) -> Any:
        known = np.where(np.isnan(x), -np.inf, x)
        return super().forward(known)


class MaxPoolIgnoresDilationInBackward(MaxPool2d):
    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, dilation=(1, 1)).backward(saved, dy)


class MaxPoolIgnoresStride(MaxPool2d):
    """Windows side by side, whatever was asked for."""

    def forward(self, x: Any) -> Any:
        return truth_of(self, stride=self.kernel_size).forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return truth_of(self, stride=self.kernel_size).backward(saved, dy)


class MaxPoolKernelAxesSwapped(MaxPool2d):
    """Right for square kernels."""

    def forward(self, x: Any) -> Any:
        return self._swapped().forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        return self._swapped().backward(saved, dy)

    def _swapped(self) -> Any:
        return truth_of(self, kernel_size=self.kernel_size[::-1])


class MaxPoolReadsWinnersByColumn(MaxPool2d):
    """``divmod(winner, kh)`` where kw belongs: right for kernels of one row or column."""

    def backward(self, saved: Any, dy: Any) -> Any:
        kh, kw = self.kernel_size
        column, row = saved.winner // kh, saved.winner % kh
        return super().backward(saved._replace(winner=row * kw + column), dy)


class MaxPoolWinnersOfTheFirstChannel(MaxPool2d):
    """Right for one channel."""

    def backward(self, saved: Any, dy: Any) -> Any:
        winner = np.broadcast_to(saved.winner[:, :1], saved.winner.shape)
        return super().backward(saved._replace(winner=winner), dy)


class MaxPoolCropsByMinusPadding(MaxPool2d):
    """``dx[:, :, ph:-ph, pw:-pw]``, which is empty where the padding is 0."""

    def backward(self, saved: Any, dy: Any) -> Any:
        ph, pw = self.padding
        return _scattered(self, saved, dy)[:, :, ph:-ph, pw:-pw]


class MaxPoolForgetsToCrop(MaxPool2d):
    """The first h rows and w columns of what belongs to padded x."""

    def backward(self, saved: Any, dy: Any) -> Any:
        h, w = saved.x_shape[2:]
        return _scattered(self, saved, dy)[:, :, :h, :w]


class MaxPoolIgnoresCeilMode(MaxPool2d):
    def forward(self, x: Any) -> Any:
        return truth_of(self, ceil_mode=False).forward(x)


class MaxPoolWindowStartsInPadding(MaxPool2d):
    """``ceil_mode`` without its exception: the last window may see padding alone."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        out = list(y.shape[2:])
        for axis, length in enumerate(x.shape[2:]):
            reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            room = length + 2 * self.padding[axis] - reach
            if self.ceil_mode:
                out[axis] = -(-room // self.stride[axis]) + 1
        more = np.full_like(y, -np.inf, shape=(*y.shape[:2], *out))
        more[:, :, : y.shape[2], : y.shape[3]] = y
        return more, saved


class MaxPoolIgnoresUpstream(MaxPool2d):
    """The mask itself for a gradient."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, np.ones_like(dy))


class MaxPoolMultipliesUpstreamByItsMask(MaxPool2d):
    """An infinite dy makes nan of the zeros beside the winner."""

    def backward(self, saved: Any, dy: Any) -> Any:
        (h, w), (ph, pw) = saved.x_shape[2:], self.padding
        canvas = np.zeros_like(_scattered(self, saved, dy))
        for position, (rows, columns) in enumerate(taps(self, dy.shape[2:])):
            canvas[:, :, rows, columns] += dy * (saved.winner == position)
        return canvas[:, :, ph : ph + h, pw : pw + w]


class MaxPoolGradientInFloat64(MaxPool2d):
    """``np.zeros(x.shape)`` without a dtype."""

    wrong_only_in: ClassVar[str] = "float32"

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.zeros(saved.x_shape) + super().backward(saved, dy)


class MaxPoolTakesMaximaOutOfX(MaxPool2d):
    """Marks what it has seen by -inf, in the caller's array."""

    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        winners = super().backward(saved, np.ones_like(y))
        x[...] = np.where(winners > 0, -np.inf, x)
        return y, saved


class MaxPoolSqueezesABatchOfOne(MaxPool2d):
    def forward(self, x: Any) -> Any:
        y, saved = super().forward(x)
        return (y[0] if len(y) == 1 else y), saved


FAULTS: dict[str, tuple[type, ...]] = {
    "layers.max_pool2d": (
        MaxPoolAssigns,
        MaxPoolPaysEveryTie,
        MaxPoolSplitsTies,
        MaxPoolLastTieWins,
        MaxPoolChangesItsMindForABillionth,
        MaxPoolPadsWithZero,
        MaxPoolRunningMaximumStartsAtZero,
        MaxPoolLosesNaN,
        MaxPoolIgnoresDilationInBackward,
        MaxPoolIgnoresStride,
        MaxPoolKernelAxesSwapped,
        MaxPoolReadsWinnersByColumn,
        MaxPoolWinnersOfTheFirstChannel,
        MaxPoolCropsByMinusPadding,
        MaxPoolForgetsToCrop,
        MaxPoolIgnoresCeilMode,
        MaxPoolWindowStartsInPadding,
        MaxPoolIgnoresUpstream,
        MaxPoolMultipliesUpstreamByItsMask,
        MaxPoolGradientInFloat64,
        MaxPoolTakesMaximaOutOfX,
        MaxPoolSqueezesABatchOfOne,
    ),
}
