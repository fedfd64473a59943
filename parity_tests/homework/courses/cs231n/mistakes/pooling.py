"""Max pooling as it goes wrong: windows walked one by one, as a student's loops do."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import layers
from parity_tests.homework.task import Mistake


class Walked(layers.MaxPool):
    """Right, window by window; a mistake changes one of its steps."""

    def forward(self, x: Any) -> Any:
        (kh, kw), stride = self._window(), self._stride()
        out = np.zeros((*x.shape[:2], *self._size(x)))
        for i, j in np.ndindex(*out.shape[2:]):
            rows, columns = self._place(i, j, stride, (kh, kw))
            out[:, :, i, j] = self._largest(x[:, :, rows, columns])
        return out, x

    def backward(self, saved: Any, dy: Any) -> Any:
        (kh, kw), stride = self._window(), self._stride()
        dx = np.zeros_like(saved)
        for i, j in np.ndindex(*self._walked(saved, dy)):
            rows, columns = self._place(i, j, stride, (kh, kw))
            window = saved[:, :, rows, columns]
            paid = dx[(slice(None), slice(None), *self._paid_place(rows, columns))]
            self._pay(paid, window, dy[:, :, i, j, None, None])
        return dx

    def _place(self, i: int, j: int, stride: int, window: tuple[int, int]) -> tuple[slice, slice]:
        return _at(i, stride, window[0]), _at(j, stride, window[1])

    def _paid_place(self, rows: slice, columns: slice) -> tuple[slice, slice]:
        return rows, columns

    def _window(self) -> tuple[int, int]:
        return self.kernel_size

    def _stride(self) -> int:
        return self.stride

    def _size(self, x: Any) -> tuple[int, int]:
        """Windows along each axis."""
        (kh, kw), stride = self._window(), self._stride()
        return (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1

    def _walked(self, x: Any, dy: Any) -> tuple[int, ...]:
        """Windows that the backward pass visits."""
        return tuple(dy.shape[2:])

    def _largest(self, window: Any) -> Any:
        return window.max(axis=(2, 3))

    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx += self._winner(window) * dy

    def _winner(self, window: Any) -> Any:
        """Which of equal maxima is paid: one for each sample and channel."""
        return _first(window)


def _at(i: int, stride: int, size: int) -> slice:
    return slice(i * stride, i * stride + size)


def _top(window: Any) -> Any:
    """Every element that equals the maximum."""
    return window == window.max(axis=(2, 3), keepdims=True)


def _first(window: Any) -> Any:
    """The maximum that comes first, row by row."""
    flat = window.reshape(*window.shape[:2], -1)
    position = np.arange(flat.shape[2]) == flat.argmax(axis=2)[..., None]
    return position.reshape(window.shape)


class FirstColumnWins(Walked):
    def _winner(self, window: Any) -> Any:
        return _first(window.swapaxes(2, 3)).swapaxes(2, 3)


class AssignsThroughTheMask(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx[...] = _top(window) * dy


class AssignsThroughTheFirst(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx[...] = self._winner(window) * dy


class AssignsWhereTheMaskIsTrue(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx[...] = np.where(_top(window), dy, dx)


class AssignsAtTheMaximum(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx[...] = np.where(self._winner(window), dy, dx)


class FailsAtTies(Walked):
    """As where the position of the maximum is looked for with ``np.where`` and made a number."""

    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        if np.any(_top(window) != _first(window)):
            raise TypeError
        super()._pay(dx, window, dy)


class AssignsAndFailsAtTies(FailsAtTies, AssignsAtTheMaximum):
    pass


class PaysTheMean(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx += np.ones_like(window) * dy / (window.shape[2] * window.shape[3])


class PaysTheWholeWindow(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx += np.ones_like(window) * dy


class MultipliesByTheMaximum(Walked):
    def _pay(self, dx: Any, window: Any, dy: Any) -> None:
        dx += self._winner(window) * window * dy


class StartsAtMinusOne(Walked):
    def _largest(self, window: Any) -> Any:
        return np.maximum(super()._largest(window), -1)


class TakesTheMean(Walked):
    def _largest(self, window: Any) -> Any:
        return window.sum(axis=(2, 3)) / np.prod(window.shape[2:])  # mean warns of an empty window


class MaximumOverChannels(Walked):
    def _largest(self, window: Any) -> Any:
        return window.max(axis=(1, 2, 3))[:, None]


class HeightForBoth(Walked):
    def _window(self) -> tuple[int, int]:
        return self.kernel_size[0], self.kernel_size[0]


class WidthForBoth(Walked):
    def _window(self) -> tuple[int, int]:
        return self.kernel_size[1], self.kernel_size[1]


class SquareOutput(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        rows, _ = super()._size(x)
        return rows, rows


class OneWindowShort(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        rows, columns = super()._size(x)
        return rows - 1, columns - 1


class SizeByStrideAlone(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        return x.shape[2] // self.stride, x.shape[3] // self.stride


class StrideOfOne(Walked):
    def _stride(self) -> int:
        return 1


class StrideOfOneInPlaces(Walked):
    """The output has the right size."""

    def _place(self, i: int, j: int, stride: int, window: tuple[int, int]) -> tuple[slice, slice]:
        return super()._place(i, j, 1, window)


class PaysWithoutStride(Walked):
    def _paid_place(self, rows: slice, columns: slice) -> tuple[slice, slice]:
        return tuple(  # type: ignore[return-value]
            slice(a.start // self.stride, a.start // self.stride + a.stop - a.start)
            for a in (rows, columns)
        )


class HeightForWidth(Walked):
    def _size(self, x: Any) -> tuple[int, int]:
        (kh, kw), stride = self._window(), self._stride()
        return (x.shape[2] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1


class StrideOfOneInBackward(Walked):
    def backward(self, saved: Any, dy: Any) -> Any:
        return StrideOfOne(self.kernel_size, self.stride).backward(saved, dy)


_SQUARE = (
    "Try a window, or an image, that is not square.",
    "Height and width are two numbers: the rows of a window come from pool_height and the columns from pool_width, "
    "and the output has 1 + (H - pool_height) / stride rows and 1 + (W - pool_width) / stride columns.",
)
_ACCUMULATE = (
    "Which pixels belong to two windows, and what do they get from each?",
    "A pixel that is the maximum of several windows influences all of their outputs, so it gets the sum of their "
    "gradients: accumulate with += and do not assign with =.",
)
_TIED = (
    "How many positions does your search for the maximum find in a window of equal values?",
    "A window may hold its maximum several times, and np.where finds all of them; one is enough: np.argmax finds the "
    "first.",
)
_ERASES = (
    "What stands in dx, before a window is written, where it overlaps the one before?",
    "Assigning the whole window, zeros included, wipes out what overlapping windows have written before. "
    "Add to the window: dx[window] += mask * dout.",
)

POOLING = (
    Mistake("assigns where it should accumulate", AssignsAtTheMaximum, *_ACCUMULATE),
    Mistake("ends in an error where a window holds its maximum twice", FailsAtTies, *_TIED),
    Mistake(
        "assigns where it should accumulate, and ends in an error where a window holds its maximum twice",
        AssignsAndFailsAtTies, *_ACCUMULATE,
    ),
    Mistake("assigns whole windows, and ties are paid twice", AssignsThroughTheMask, *_ERASES),
    Mistake("assigns whole windows where it should accumulate", AssignsThroughTheFirst, *_ERASES),
    Mistake("assigns where it should accumulate, and ties are paid twice", AssignsWhereTheMaskIsTrue, *_ACCUMULATE),
    Mistake(
        "spreads the gradient over the window", PaysTheMean,
        "Which of the window's inputs does the output depend on?",
        "Only the maximum of a window reaches the output; the other pixels of the window have gradient 0. Equal shares "
        "are the gradient of average pooling.",
    ),
    Mistake(
        "gives the gradient to the whole window", PaysTheWholeWindow,
        "Which of the window's inputs does the output depend on?",
        "Only the maximum of a window reaches the output; the others have gradient 0, so dout must be masked.",
    ),
    Mistake(
        "multiplies the gradient by the maximum", MultipliesByTheMaximum,
        "What is the derivative of max(a, b) with respect to the larger one?",
        "The derivative of the maximum with respect to the winning pixel is 1, not its value.",
    ),
    Mistake(
        "the running maximum starts at -1", StartsAtMinusOne,
        "What comes out for a window in which all values are below -1?",
        "A running maximum has to start below every possible value: at -inf, or at the window's first pixel.",
    ),
    Mistake(
        "takes the mean and not the maximum", TakesTheMean,
        "What does the M in max pooling stand for?", "Each output is the largest value of its window.",
    ),
    Mistake(
        "takes the maximum over all channels", MaximumOverChannels,
        "How many channels should the output have, and from which does each come?",
        "Every channel is pooled on its own: the maximum runs over the two axes of the image only.",
    ),
    Mistake("takes pool_height for both sides of the window", HeightForBoth, *_SQUARE),
    Mistake("takes pool_width for both sides of the window", WidthForBoth, *_SQUARE),
    Mistake("makes as many columns as rows", SquareOutput, *_SQUARE),
    Mistake(
        "the output is one window short", OneWindowShort,
        "How many windows of width 2 fit into a row of 4 with stride 2?",
        "The number of windows is 1 + (H - pool_height) // stride: the first window counts too.",
    ),
    Mistake(
        "the output size forgets the window's size", SizeByStrideAlone,
        "How many windows of width 3 fit into a row of 4 with stride 1?",
        "H // stride is right only where windows lie side by side: in general it is 1 + (H - pool_height) // stride.",
    ),
    Mistake(
        "ignores the stride", StrideOfOne,
        "Where does the second window begin?",
        "Window number i begins at row i * stride.",
    ),
    Mistake(
        "ignores the stride", StrideOfOneInPlaces,
        "Where does the second window begin?",
        "Window number i begins at row i * stride.",
    ),
    Mistake(
        "writes the gradient without the stride", PaysWithoutStride,
        "From which pixel of x did the maximum come, and which pixel of dx do you write?",
        "Row k of window i is row i * stride + k of the image, for x and for dx.",
    ),
    Mistake("takes the image's height for its width", HeightForWidth, *_SQUARE),
    Mistake(
        "ignores the stride in the backward pass", StrideOfOneInBackward,
        "Where does the second window begin, in the forward pass and in yours?",
        "The backward pass visits the windows of the forward pass: number i begins at row i * stride.",
    ),
    Mistake("gives a tie to the first maximum column by column", FirstColumnWins, harmless=True),
)  # fmt: skip
