"""Wrong steps of a convolution: loops over samples, filters and windows, as a student writes them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import layers


class Looped(layers.Conv):
    """Right, window by window; a mistake changes one of its steps."""

    def forward(self, x: Any, w: Any, b: Any) -> Any:
        padded, stride = self._padded(x), self._stride()
        out = self._blank((len(x), len(w), *self._size(padded, w)), b)
        for i, j in self._places(x, out.shape[2:]):
            window = self._read(padded, i, j, stride, self._kernel(w))
            for n, f in np.ndindex(*out.shape[:2]):
                out[n, f, i, j] = self._product(window[n], w[f], b[f])
        return out, (x, w, b)

    def _blank(self, shape: tuple[int, ...], b: Any) -> Any:
        return np.zeros(shape)

    def _places(self, x: Any, size: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        """The windows that are visited, where the output has that many."""
        return np.ndindex(*size)

    def _padded(self, x: Any) -> Any:
        pad = self.padding
        return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))

    def _stride(self) -> int:
        return self.stride

    def _kernel(self, w: Any) -> tuple[int, int]:
        return w.shape[2], w.shape[3]

    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        kh, kw = self._kernel(w)
        stride = self._stride()
        return (padded.shape[2] - kh) // stride + 1, (padded.shape[3] - kw) // stride + 1

    def _window(self, padded: Any, i: int, j: int, stride: int, kernel: tuple[int, int]) -> Any:
        rows, columns = (
            slice(a * stride, a * stride + k) for a, k in zip((i, j), kernel, strict=True)
        )
        return padded[:, :, rows, columns]

    def _read(self, padded: Any, i: int, j: int, stride: int, kernel: tuple[int, int]) -> Any:
        return self._window(padded, i, j, stride, kernel)

    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window * kernel) + b

    def backward(self, saved: Any, dy: Any) -> Any:
        x, w, _ = saved
        seen, dw = self._seen_by_dw(x), np.zeros_like(w)
        dpadded = np.zeros_like(self._padded_back(x))
        size = self._kernel_back(w)
        for n, f in np.ndindex(*dy.shape[:2]):
            for i, j in self._places_back(x, dy.shape[2:]):
                for_w = self._read(seen, i, j, self._stride_of_dw(), size)[n]
                for_x = self._window(dpadded, i, j, self._stride_of_dx(), size)[n]
                self._into_dw(dw[f], for_w * dy[n, f, i, j])
                self._into_dx(for_x, w[f] * dy[n, f, i, j])
        dx = self._cropped(dpadded, x)
        return self._shared(dx, dy), self._shared(dw, dy), self._shared(self._db(dy), dy)

    def _padded_back(self, x: Any) -> Any:
        return self._padded(x)

    def _seen_by_dw(self, x: Any) -> Any:
        return self._padded_back(x)

    def _places_back(self, x: Any, size: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        return np.ndindex(*size)

    def _kernel_back(self, w: Any) -> tuple[int, int]:
        return w.shape[2], w.shape[3]

    def _stride_of_dw(self) -> int:
        return self._stride()

    def _stride_of_dx(self) -> int:
        return self._stride()

    def _into_dw(self, dw: Any, part: Any) -> None:
        dw += part

    def _into_dx(self, dx: Any, part: Any) -> None:
        dx += part

    def _db(self, dy: Any) -> Any:
        return dy.sum(axis=(0, 2, 3))

    def _cropped(self, dpadded: Any, x: Any) -> Any:
        pad, (h, w) = self.padding, x.shape[2:]
        return dpadded[:, :, pad : pad + h, pad : pad + w]

    def _shared(self, gradient: Any, dy: Any) -> Any:
        return gradient


class AssignsDx(Looped):
    def _into_dx(self, dx: Any, part: Any) -> None:
        dx[...] = part


class AssignsDw(Looped):
    def _into_dw(self, dw: Any, part: Any) -> None:
        dw[...] = part


class StrideIgnored(Looped):
    def _stride(self) -> int:
        return 1


class StrideIgnoredInPlaces(Looped):
    """The output has the right size."""

    def _window(self, padded: Any, i: int, j: int, stride: int, kernel: tuple[int, int]) -> Any:
        return super()._window(padded, i, j, 1, kernel)


class StrideIgnoredInDx(Looped):
    def _stride_of_dx(self) -> int:
        return 1


class StrideIgnoredInDw(Looped):
    def _stride_of_dw(self) -> int:
        return 1


class StrideIgnoredInBackward(StrideIgnoredInDx, StrideIgnoredInDw):
    pass


class PaddingIgnored(Looped):
    def _padded(self, x: Any) -> Any:
        return x


class PadsOneSideOnly(Looped):
    def _padded(self, x: Any) -> Any:
        pad = self.padding
        return np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0)))


class CropsAtTheCorner(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        return dpadded[:, :, : x.shape[2], : x.shape[3]]


class CropsByMinusPad(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        return dpadded[:, :, self.padding : -self.padding, self.padding : -self.padding]


class CropsByMinusPadIntoDx(Looped):
    """What is empty does not fit where dx is waiting for it."""

    def _cropped(self, dpadded: Any, x: Any) -> Any:
        dx = np.zeros_like(x)
        dx[...] = dpadded[:, :, self.padding : -self.padding, self.padding : -self.padding]
        return dx


class LeavesThePadding(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        return dpadded


class CropsASquare(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        pad, h = self.padding, x.shape[2]
        return dpadded[:, :, pad : pad + h, pad : pad + h]


class CropsOnePixel(Looped):
    def _cropped(self, dpadded: Any, x: Any) -> Any:
        return dpadded[:, :, 1:-1, 1:-1]


class SquareOutput(Looped):
    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        rows, _ = super()._size(padded, w)
        return rows, rows


class SquareKernel(Looped):
    def _kernel(self, w: Any) -> tuple[int, int]:
        return w.shape[2], w.shape[2]


class SquareKernelByWidth(Looped):
    def _kernel(self, w: Any) -> tuple[int, int]:
        return w.shape[3], w.shape[3]


class SizeWithoutKernel(Looped):
    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        return tuple((size - 2 * self.padding) // self.stride for size in padded.shape[2:])


class OneWindowShort(Looped):
    def _size(self, padded: Any, w: Any) -> tuple[int, int]:
        rows, columns = super()._size(padded, w)
        return rows - 1, columns - 1


class BiasForgotten(Looped):
    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window * kernel)


class BiasInsideTheSum(Looped):
    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window * kernel + b)


class FirstChannelOnly(Looped):
    def _product(self, window: Any, kernel: Any, b: Any) -> Any:
        return np.sum(window[0] * kernel[0]) + b


class DbOfOneSample(Looped):
    def _db(self, dy: Any) -> Any:
        return dy[-1].sum(axis=(1, 2))


class DbOverTheBatchAlone(Looped):
    def _db(self, dy: Any) -> Any:
        return dy.sum(axis=0)


class DbOverEverything(Looped):
    def _db(self, dy: Any) -> Any:
        return np.sum(dy) * np.ones(dy.shape[1])


class DbOverPixels(Looped):
    def _db(self, dy: Any) -> Any:
        return dy.sum(axis=(2, 3))


class DbAveraged(Looped):
    def _db(self, dy: Any) -> Any:
        return dy.sum(axis=(0, 2, 3)) / len(dy)


class AllAveraged(Looped):
    def _shared(self, gradient: Any, dy: Any) -> Any:
        return gradient / len(dy)
