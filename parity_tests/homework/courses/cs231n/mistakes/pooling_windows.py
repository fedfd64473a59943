"""Max pooling whose windows, sizes or positions go wrong, and the names of these mistakes."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.pooling import Walked
from parity_tests.homework.task import Mistake


class UnravelsByHeight(Walked):
    """The position is looked for inside the window: below it there is an error."""

    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        places = window.reshape(*window.shape[:2], -1).argmax(axis=2)
        for n, c in np.ndindex(*places.shape):
            row, column = divmod(int(places[n, c]), self.kernel_size[0])
            dx[n, c, row, column] += dy[n, c, 0, 0]


class UnravelsByHeightIntoTheImage(UnravelsByHeight):
    """Below the window there is the rest of the image."""

    def _paid_place(self, rows: slice, columns: slice) -> tuple[slice, slice]:
        return slice(rows.start, None), slice(columns.start, None)


class UnravelsByHeightInForward(UnravelsByHeightIntoTheImage):
    """The forward pass marks the maxima already, and raises where there is no such place."""

    def forward(self, x: Any) -> Any:
        out, saved = super().forward(x)
        self.backward(saved, np.ones_like(out))
        return out, saved


class OneMask(Walked):
    """Whoever is the maximum of any window is paid by every window that it lies in."""

    marking: type[Walked] = Walked

    def backward(self, saved: Any, dy: Any) -> Any:
        marks = self.marking(self.kernel_size, self.stride).backward(saved, np.ones_like(dy)) != 0
        dx = np.zeros_like(saved)
        for i, j in np.ndindex(*dy.shape[2:]):
            place = (slice(None), slice(None), *self._place(i, j, self.stride, self.kernel_size))
            dx[place] = self._paid(dx[place], marks[place] * dy[:, :, i, j, None, None])
        return dx

    def _paid(self, before: Any, part: Any) -> Any:
        return before + part


class OneMaskAssigned(OneMask):
    def _paid(self, before: Any, part: Any) -> Any:
        return part


class OneMaskAssignedByHeight(OneMaskAssigned):
    marking = UnravelsByHeightIntoTheImage


class StrideForWindow(Walked):
    """The output has the right size."""

    def _place(self, i: int, j: int, stride: int, window: tuple[int, int]) -> tuple[slice, slice]:
        return super()._place(i, j, stride, (stride, stride))


class SizeByStrideRoundedUp(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        return (x.shape[2] + 1) // self.stride, (x.shape[3] + 1) // self.stride


class SizeByWindowAlone(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        return x.shape[2] // self.kernel_size[0], x.shape[3] // self.kernel_size[1]


class WalksWindowsAlone(SizeByWindowAlone):
    """The backward pass counts so as well; an output of fewer windows ends it in an error."""

    def _walked(self, x: Any, dy: Any) -> tuple[int, ...]:
        return self._size(x)


class HeightForWidthInBackward(Walked):
    """The backward pass counts its windows anew."""

    def _walked(self, x: Any, dy: Any) -> tuple[int, ...]:
        (kh, kw), rows = self.kernel_size, x.shape[2]
        return (rows - kh) // self.stride + 1, (rows - kw) // self.stride + 1


class WidthForHeight(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        (kh, kw), columns = self.kernel_size, x.shape[3]
        return (columns - kh) // self.stride + 1, (columns - kw) // self.stride + 1


class HeightForBothInPlaces(Walked):
    """The output has the right size."""

    def _place(self, i: int, j: int, stride: int, window: tuple[int, int]) -> tuple[slice, slice]:
        return super()._place(i, j, stride, (window[0], window[0]))


class WidthForBothInPlaces(Walked):
    """The output has the right size."""

    def _place(self, i: int, j: int, stride: int, window: tuple[int, int]) -> tuple[slice, slice]:
        return super()._place(i, j, stride, (window[1], window[1]))


class WalksTheImage(Walked):
    """From 0 to H in steps of the stride: where that is more often than windows fit, the output ends first."""

    def forward(self, x: Any) -> Any:
        self._count(x)
        return super().forward(x)

    def backward(self, saved: Any, dy: Any) -> Any:
        self._count(saved)
        return super().backward(saved, dy)

    def _count(self, x: Any) -> None:
        steps = [-(-size // self.stride) for size in x.shape[2:]]
        if any(step > size for step, size in zip(steps, self._size(x), strict=True)):
            raise IndexError


class WidthFromPoolHeight(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        rows, _ = super()._size(x)
        return rows, (x.shape[3] - self.kernel_size[0]) // self.stride + 1


class RowsAsLongAsTheImageIsHigh(Walked):
    """Elements are found by their numbers in memory."""

    def forward(self, x: Any) -> Any:
        (n, c, h, w), (kh, kw) = x.shape, self.kernel_size
        first = (np.arange(n * c) * h * w)[:, None, None]
        out = np.zeros((n, c, *self._size(x)))
        for i, j in np.ndindex(*out.shape[2:]):
            at = (i * self.stride + np.arange(kh))[:, None] * h + j * self.stride + np.arange(kw)
            out[:, :, i, j] = self._largest(np.take(x, first + at).reshape(n, c, kh, kw))
        return out, x


class MaximumOfTheBatch(Walked):
    def _largest(self, window: Any) -> Any:
        return window.max()


_UNRAVEL = (
    "Position 3 of a flat window of 2 rows and 3 columns: which row, which column?",
    "argmax counts row by row, and a row holds pool_width numbers: row = position // pool_width and column = position "
    "% pool_width (np.unravel_index does it).",
)
_MASK = (
    "A pixel lies in two windows and is the maximum of one of them. What does it get from the other?",
    "A window pays its own maximum and nobody else, so each needs a mask of its own; and what overlapping windows pay "
    "is added up.",
)
_SIZE = (
    "How many windows of 3 rows and 2 columns fit into an image of 5 by 4, with stride 1 and with stride 2?",
    "The output has 1 + (H - pool_height) // stride rows and 1 + (W - pool_width) // stride columns.",
)
_SIDES = (
    "Try a window, or an image, that is not square.",
    "Rows come from H and pool_height, columns from W and pool_width: in the output size, and in each window.",
)
_WALK = (
    "How often does your loop run for an image of 4 rows, windows of 3 rows and a stride of 1?",
    "There are 1 + (H - pool_height) // stride rows of windows: the loops run over those, not over the image's rows.",
)
_STRIDE = (
    "Which of the three numbers says how large a window is, and which how far it moves?",
    "A window has pool_height rows and pool_width columns; the stride says only where the next one begins.",
)
_ROW = (
    "How far apart in memory are a pixel and the one below it?",
    "A row of the image holds W numbers: that is the distance to the next row.",
)
_BATCH = (
    "How many numbers should one window of a whole batch give?",
    "Every sample and every channel has its own maximum: the maximum runs over the two axes of the image only.",
)

WINDOWS = tuple(
    Mistake(name, way, *texts)
    for name, way, texts in (
        ("takes pool_height for pool_width where it looks up the maximum", UnravelsByHeight, _UNRAVEL),
        ("takes pool_height for pool_width where it looks up the maximum", UnravelsByHeightIntoTheImage, _UNRAVEL),
        ("takes pool_height for pool_width where it looks up the maximum", UnravelsByHeightInForward, _UNRAVEL),
        ("has one mask for all windows", OneMask, _MASK),
        ("assigns whole windows, through one mask for all", OneMaskAssigned, _MASK),
        ("assigns whole windows, through one mask for all", OneMaskAssignedByHeight, _MASK),
        ("takes the stride for the size of the window", StrideForWindow, _STRIDE),
        ("the output size forgets the window's size", SizeByStrideRoundedUp, _SIZE),
        ("the output size forgets the stride", SizeByWindowAlone, _SIZE),
        ("the output size forgets the stride", WalksWindowsAlone, _SIZE),
        ("loops over the rows and columns of the image, not of the output", WalksTheImage, _WALK),
        ("takes the image's height for its width", HeightForWidthInBackward, _SIDES),
        ("takes the image's width for its height", WidthForHeight, _SIDES),
        ("takes pool_height for both sides of the window", HeightForBothInPlaces, _SIDES),
        ("takes pool_width for both sides of the window", WidthForBothInPlaces, _SIDES),
        ("takes pool_height for pool_width in the output size", WidthFromPoolHeight, _SIZE),
        ("takes the height for the length of a row", RowsAsLongAsTheImageIsHigh, _ROW),
        ("takes the maximum over the whole batch", MaximumOfTheBatch, _BATCH),
    )
)  # fmt: skip
