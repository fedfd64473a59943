"""Convolutions whose padding, sizes or windows go wrong, and the names of these mistakes."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes import convolution_ways as ways
from parity_tests.homework.courses.cs231n.mistakes.convolution_ways import Looped
from parity_tests.homework.task import Mistake


class PadsByOne(Looped):
    """The output has the right size, so that windows at its end may be cut short."""

    def _padded(self, x: Any) -> Any:
        return np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))

    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        more, stride = 2 * self.padding - 2, self._stride()
        axes = zip(padded.shape[2:], self._kernel(w), strict=True)
        rows, columns = ((size + more - k) // stride + 1 for size, k in axes)
        return rows, columns


class PadsByOneAndCutsOne(PadsByOne, ways.CropsOnePixel):
    pass


class PadsEveryAxis(Looped):
    def _padded(self, x: Any) -> Any:
        return np.pad(x, self.padding)


class CropsOnePixelIntoDx(Looped):
    """What is too large or too small does not fit where dx is waiting for it."""

    def _cropped(self, dpadded: Any, x: Any) -> Any:
        dx = np.zeros_like(x)
        dx[...] = dpadded[:, :, 1:-1, 1:-1]
        return dx


class CropsOneBehind(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        return dpadded[:, :, self.padding : -1, self.padding : -1]


class CropsByMinusPadIntoASquare(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        pad = self.padding
        dx = np.zeros((*x.shape[:3], x.shape[2]))
        dx[...] = dpadded[:, :, pad:-pad, pad:-pad]
        return dx


def _met(image: Any, stride: int) -> tuple[int, ...]:
    """How many rows and columns of the image the stride meets."""
    return tuple(-(-axis // stride) for axis in image.shape[2:])


class Walks(Looped):
    """A window begins at each row of the image that the stride meets, however many the output has."""

    def _places(self, x: Any, size: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        return np.ndindex(*_met(x, self.stride))


class WalksBack(Looped):
    def _places_back(self, x: Any, size: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        return np.ndindex(*_met(x, self.stride))


class WalksBackWithDb(WalksBack):
    """db is summed in the same loop."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, dw, _ = super().backward(saved, dy)
        rows, columns = _met(saved[0], self.stride)
        return dx, dw, self._db(dy[:, :, :rows, :columns])


class WalksBackWithASquareKernel(WalksBackWithDb):
    def _kernel_back(self, w: Any) -> tuple[int, int]:
        return w.shape[2], w.shape[2]


class StopsWithTheImage(Looped):
    """As ``zip(range(Hout), range(0, H, stride))`` does."""

    def _places(self, x: Any, size: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        return np.ndindex(*map(min, _met(x, self.stride), size))


class StopsWithTheImageAndAddsB(StopsWithTheImage):
    """The bias is added to all of the output afterwards."""

    def _blank(self, shape: tuple[int, ...], b: Any) -> Any:
        return np.zeros(shape) + b[:, None, None]


class WidthFromTheHeight(Looped):
    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        rows, _ = super()._size(padded, w)
        return rows, (padded.shape[3] - w.shape[2]) // self._stride() + 1


class SizesExchanged(Looped):
    """Rows are counted along W, columns along H."""

    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        rows, columns = super()._size(padded, w)
        return columns, rows


class CutsSamples(Looped):
    """``[pad:-pad, pad:-pad]`` on the axes of samples and channels: of all-padded ones the old ones are left."""

    def _padded(self, x: Any) -> Any:
        pad = self.padding
        return np.pad(x, pad)[pad:-pad, pad:-pad]


class RowsAsLongAsTheImageIsHigh(Looped):
    """Elements are found by their numbers in memory."""

    def _read(self, padded: Any, i: int, j: int, stride: int, kernel: tuple[int, int]) -> Any:
        n, c, h, w = padded.shape
        (kh, kw), first = kernel, np.arange(n * c) * h * w
        at = (i * stride + np.arange(kh))[:, None] * h + j * stride + np.arange(kw)
        return np.take(padded, first[:, None, None] + at).reshape(n, c, kh, kw)


class SizeWithoutPadding(Looped):
    padding_counted = 0

    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        less = (2 - self.padding_counted) * self.padding
        axes = zip(padded.shape[2:], self._kernel(w), strict=True)
        rows, columns = ((size - less - k) // self._stride() + 1 for size, k in axes)
        return rows, columns


class SizeWithPaddingOnce(SizeWithoutPadding):
    padding_counted = 1


class LastChannelOnly(Looped):
    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window[-1] * kernel[-1]) + b


class BiasForEachChannel(Looped):
    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window * kernel) + b * len(kernel)


class PadsNothingInBackward(Looped):
    def _padded_back(self, x: Any) -> Any:
        return x


class DwOfTheBareImage(Looped):
    def _seen_by_dw(self, x: Any) -> Any:
        return x


class SquareKernelInBackward(Looped):
    def _kernel_back(self, w: Any) -> tuple[int, int]:
        return w.shape[2], w.shape[2]


_PAD = (
    "Print the shape of your padded image for pad = 0, 1 and 2.",
    "The image gets pad rows of zeros above and below, and pad columns left and right: pad as conv_param says, and "
    "only along the last two axes.",
)
_CROP = (
    "Print the shapes of x and dx for pad = 0, 1 and 2, and for an image that is not square.",
    "dx belongs to the image without its padding: rows pad to pad + H and columns pad to pad + W of the padded "
    "gradient. Counted from the end it goes wrong: pad:-pad is empty for pad = 0.",
)
_WALK = (
    "How many windows does your loop visit for H = 1, HH = 3, pad = 2?",
    "Loop over the output, i from 0 to Hout - 1 and j from 0 to Wout - 1; the window of i begins at row i * stride of "
    "the padded image. range(0, H, stride) has another length than Hout unless padding and filter happen to fit.",
)
_SIZE = (
    "How many windows of width 3 fit into a row of 5 pixels with one zero at each end?",
    "The output has 1 + (H + 2 pad - HH) // stride rows and 1 + (W + 2 pad - WW) // stride columns.",
)
_ROW = (
    "How far apart in memory are a pixel and the one below it?",
    "A row of the image holds W numbers, of the padded one W + 2 pad: that is the distance to the next row.",
)
_CHANNELS = (
    "Set all weights to 0. What should out be for an image of three channels?",
    "An output sums the products over all channels, rows and columns of its window; the bias is added once, to the "
    "whole sum.",
)
_DW = (
    "What did one weight meet in the forward pass, at the border?",
    "The windows of the forward pass were taken from the padded image. So dw takes them from there too, and dx is "
    "gathered in an array of that size, from which the padding is cut off at the end.",
)
_SQUARE = (
    "Try a filter that is not square.",
    "A window has HH rows and WW columns, in the backward pass as in the forward pass.",
)

WINDOWS = tuple(
    Mistake(name, way, *texts)
    for name, way, texts in (
        ("pads by 1, whatever pad is", PadsByOne, _PAD),
        ("pads by 1, whatever pad is", PadsByOneAndCutsOne, _PAD),
        ("pads samples and channels too", PadsEveryAxis, _PAD),
        ("cuts off one pixel whatever pad is", CropsOnePixelIntoDx, _CROP),
        ("cuts off pad pixels in front and one behind", CropsOneBehind, _CROP),
        ("crops the padding by pad:-pad, and makes as many columns as rows", CropsByMinusPadIntoASquare, _CROP),
        ("loops over the rows and columns of the image, not of the output", Walks, _WALK),
        ("loops over the rows and columns of the image, not of the output", WalksBack, _WALK),
        ("loops over the rows and columns of the image, not of the output", WalksBackWithDb, _WALK),
        (
            "loops over the rows and columns of the image, not of the output, and takes the filter for square",
            WalksBackWithASquareKernel, _WALK,
        ),
        ("loops over the rows and columns of the image, not of the output", StopsWithTheImage, _WALK),
        ("loops over the rows and columns of the image, not of the output", StopsWithTheImageAndAddsB, _WALK),
        ("takes the filter's height for its width in the output size", WidthFromTheHeight, _SIZE),
        ("rows and columns of the output exchanged", SizesExchanged, _SIZE),
        ("crops samples and channels by pad:-pad, which is empty for pad = 0", CutsSamples, _PAD),
        ("takes the height for the length of a row", RowsAsLongAsTheImageIsHigh, _ROW),
        ("the output size forgets the padding", SizeWithoutPadding, _SIZE),
        ("the output size counts the padding once", SizeWithPaddingOnce, _SIZE),
        ("keeps the last channel only", LastChannelOnly, _CHANNELS),
        ("adds the bias once for each channel", BiasForEachChannel, _CHANNELS),
        ("ignores the padding in the backward pass", PadsNothingInBackward, _DW),
        ("dw takes the image without its padding", DwOfTheBareImage, _DW),
        ("takes the filter for square in the backward pass", SquareKernelInBackward, _SQUARE),
    )
)  # fmt: skip
