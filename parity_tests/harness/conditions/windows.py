"""Relations between kernel, stride, padding, dilation and image, along one axis or both."""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import Case

ONE_AXIS, BOTH_AXES, SAME_AXIS = 3.0, 2.5, 1.5
"""What it costs to speak of one axis, of both, or of two relations along the same one."""
PLAIN = 4.5
"""Relations that cost no more are joined along an axis."""


@dataclass(frozen=True, slots=True)
class Window:
    """What slides along one axis of an image."""

    size: int
    kernel_size: int
    stride: int
    padding: int
    dilation: int
    ceil_mode: bool

    @property
    def room(self) -> int:
        """How far the window can slide."""
        return self.size + 2 * self.padding - self.reach

    @property
    def reach(self) -> int:
        """How many pixels lie between the first and the last of a window, these included."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def met(self) -> Array:
        """The pixels in the windows, each as often as it is in one."""
        places = _places(self)
        return places[(places >= 0) & (places < self.size)]

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return self.room // self.stride + 1 + bool(self.hangs_over and not self.leaves_one_out)

    @property
    def hangs_over(self) -> bool:
        """Whether rounding the count up adds a window, unless it is left out."""
        return self.ceil_mode and self.room % self.stride > 0

    @property
    def leaves_one_out(self) -> bool:
        """Whether the window that rounding up adds would begin beyond the image, and does not count."""
        begins = (self.room // self.stride + 1) * self.stride
        return self.hangs_over and begins >= self.size + self.padding


@dataclass(frozen=True, slots=True)
class Relation:
    """A formula about one axis and its opposite; holds for an image where it holds on either axis."""

    formula: str
    words: str
    opposite: str
    opposite_words: str
    cost: float
    holds: Callable[[Window], bool]


RELATIONS = (
    Relation(
        "stride < kernel_size", "overlapping windows",
        "stride >= kernel_size", "windows that do not overlap",
        3, lambda a: a.stride < a.kernel_size,
    ),
    Relation(
        "stride > kernel_size", "gaps between windows",
        "stride <= kernel_size", "no gaps between windows",
        4, lambda a: a.stride > a.kernel_size,
    ),
    Relation(
        "stride != kernel_size", "windows that overlap or leave gaps",
        "stride == kernel_size", "windows side by side",
        5, lambda a: a.stride != a.kernel_size,
    ),
    Relation("stride > 1", "a stride above 1", "stride == 1", "stride 1", 3, lambda a: a.stride > 1),
    Relation("padding > 0", "padding", "padding == 0", "no padding", 3, lambda a: a.padding > 0),
    Relation(
        "dilation > 1", "dilation", "dilation == 1", "no dilation", 3, lambda a: a.dilation > 1
    ),
    Relation(
        "kernel_size > 1", "kernels larger than 1x1", "kernel_size == 1", "1x1 kernels",
        3.5, lambda a: a.kernel_size > 1,
    ),
    Relation(
        "kernel_size % 2 == 0", "an even kernel", "kernel_size % 2 == 1", "an odd kernel",
        4.5, lambda a: a.kernel_size % 2 == 0,
    ),
    Relation(
        "windows > 1", "more than one window", "windows == 1", "a single window",
        4.5, lambda a: a.windows > 1,
    ),
    Relation(
        "stride < dilation * (kernel_size - 1) + 1", "windows that reach into each other",
        "stride >= dilation * (kernel_size - 1) + 1", "windows that do not reach into each other",
        4.6, lambda a: a.stride < a.reach,
    ),
    Relation(
        "no pixel in any window", "no pixel in any window",
        "a pixel in a window", "a pixel in a window",
        5, lambda a: a.met.size == 0,
    ),
    Relation(
        "a pixel in two windows", "a pixel in two windows",
        "no pixel in two windows", "no pixel in two windows",
        5, lambda a: len(np.unique(a.met)) < a.met.size,
    ),
    Relation(
        "(size + 2 * padding - dilation * (kernel_size - 1) - 1) % stride > 0",
        "windows that do not end at the edge",
        "(size + 2 * padding - dilation * (kernel_size - 1) - 1) % stride == 0",
        "windows that end at the edge",
        5, lambda a: a.room % a.stride > 0,
    ),
    Relation(
        "(windows - 1) * stride + dilation * (kernel_size - 1) + 1 > size + 2 * padding",
        "a window that hangs over the far edge",
        "(windows - 1) * stride + dilation * (kernel_size - 1) + 1 <= size + 2 * padding",
        "no window that hangs over the far edge",
        5, lambda a: a.room < (a.windows - 1) * a.stride,
    ),
    Relation(
        "a window left out that would begin in the far padding",
        "a window left out that would begin in the far padding",
        "no window left out that would begin in the far padding",
        "no window left out that would begin in the far padding",
        5, lambda a: a.leaves_one_out,
    ),
    Relation(
        "size < kernel_size", "an image smaller than the kernel",
        "size >= kernel_size", "an image at least as large as the kernel",
        5, lambda a: a.size < a.kernel_size,
    ),
    Relation(
        "size < dilation * (kernel_size - 1) + 1", "windows larger than the image",
        "size >= dilation * (kernel_size - 1) + 1", "windows that fit into the image",
        5.5, lambda a: a.size < a.reach,
    ),
    Relation(
        "size != kernel_size", "an image of another size than the kernel",
        "size == kernel_size", "a kernel of the size of the image",
        5.5, lambda a: a.size != a.kernel_size,
    ),
    Relation(
        "padding >= kernel_size", "windows that see only padding",
        "padding < kernel_size", "an image pixel in every window",
        6, lambda a: a.padding >= a.kernel_size,
    ),
)  # fmt: skip

SIGNS: dict[str, tuple[Callable[[int, int], bool], float]] = {
    "!=": (operator.ne, 4),
    "==": (operator.eq, 4),
    ">": (operator.gt, 5),
    "<=": (operator.le, 5.5),
    "<": (operator.lt, 5),
    ">=": (operator.ge, 5.5),
}
"""How a quantity along the height is compared with the same along the width, and what that costs."""
COMPARED = {
    "stride": ("unequal strides", "equal strides", "a longer stride along the {}"),
    "padding": ("unequal padding", "equal padding", "more padding along the {}"),
    "dilation": ("unequal dilations", "equal dilations", "more dilation along the {}"),
    "kernel_size": ("kernels that are not square", "square kernels", "kernels longer along the {}"),
    "windows": ("an output that is not square", "a square output", "more windows along the {}"),
}

Holds = Callable[[tuple[Window, ...]], bool]
Claim = tuple[str, str, float, Holds]
"""Formula, words, cost, and whether it holds for the windows along both axes."""


def windows_of(case: Case, defaults: dict[str, Any]) -> tuple[Window, ...]:
    """What slides along height and width in a convolution or a pooling; else nothing.

    >>> case = Case("layers.avg_pool2d", {"kernel_size": (2, 3), "stride": (2, 1)}, {"h": 4, "w": 5})
    >>> [(window.kernel_size, window.windows) for window in windows_of(case, {})]
    [(2, 2), (3, 3)]
    """
    names = {**defaults, **case.names}
    if isinstance(names.get("shape"), tuple) and len(names["shape"]) == 3:
        names = {**names, **dict(zip(("c", "h", "w"), names["shape"], strict=True))}
    if "kh" in names:
        names["kernel_size"] = names["kh"], names["kw"]
    if not {"h", "w", "kernel_size", "stride"} <= set(names):
        return ()
    plain = {"padding": (0, 0), "dilation": (1, 1)} | names
    parts = ("kernel_size", "stride", "padding", "dilation")
    hanging = bool(names.get("ceil_mode", False))

    def along(axis: int) -> dict[str, Any]:
        return {part: _on(axis, plain[part]) for part in parts}

    return tuple(Window(names[s], ceil_mode=hanging, **along(a)) for a, s in enumerate("hw"))


def _on(axis: int, given: int | tuple[int, int]) -> int:
    return given if isinstance(given, int) else given[axis]  # one number stands for both axes


def claims() -> Iterator[Claim]:
    """Everything that is said of the windows of an image."""
    for relation in RELATIONS:
        yield from _of_one(relation)
    plain = (relation for relation in RELATIONS if relation.cost <= PLAIN)
    for first, second in combinations((s for r in plain for s in _senses(r)), 2):
        yield _along_the_same_axis(first, second)
    for name, words in COMPARED.items():
        yield from _compared(name, *words)


def _compared(name: str, unequal: str, equal: str, more: str) -> Iterator[Claim]:
    """A quantity along the height beside the same along the width."""
    height, width = more.format("height"), more.format("width")
    said = (unequal, equal, height, f"no {height}", width, f"no {width}")
    for (sign, (holds, cost)), words in zip(SIGNS.items(), said, strict=True):
        yield f"{name}[0] {sign} {name}[1]", words, cost, _beside(name, holds)


def _beside(name: str, holds: Callable[[int, int], bool]) -> Holds:
    return lambda w: holds(getattr(w[0], name), getattr(w[1], name))


def _of_one(r: Relation) -> Iterator[Claim]:
    """On either axis, on none, on both, not on both; and along each axis alone."""
    true = r.holds
    yield r.formula, r.words, r.cost, lambda w: any(map(true, w))
    yield r.opposite, r.opposite_words, r.cost + 0.5, lambda w: not any(map(true, w))
    cost = r.cost + BOTH_AXES
    said, unsaid = f"{r.words} along both axes", f"{r.opposite_words} along one axis at least"
    yield f"{r.formula} on both axes", said, cost, lambda w: all(map(true, w))
    yield f"{r.opposite} on one axis", unsaid, cost, lambda w: not all(map(true, w))
    for sense in _senses(r):
        for axis, side in enumerate(("height", "width")):
            formula, words = _indexed(sense.formula, axis), f"{sense.words} along the {side}"
            yield formula, words, r.cost + ONE_AXIS, _along(axis, sense.holds)


def _along(axis: int, true: Callable[[Window], bool]) -> Holds:
    return lambda w: true(w[axis])


def _senses(r: Relation) -> tuple[Relation, Relation]:
    """The relation and its opposite, of one axis."""
    opposite = (r.opposite, r.opposite_words, r.formula, r.words)
    return r, Relation(*opposite, r.cost, lambda a: not r.holds(a))


def _along_the_same_axis(first: Relation, second: Relation) -> Claim:
    return (
        f"{first.formula} and {second.formula} on one axis",
        f"{first.words} and {second.words} along one axis",
        first.cost + second.cost + SAME_AXIS,
        lambda w: any(first.holds(a) and second.holds(a) for a in w),
    )


def _indexed(formula: str, axis: int) -> str:
    """The formula for one axis.

    >>> _indexed("stride < kernel_size", 1)
    'stride[1] < kernel_size[1]'
    """
    formula = re.sub(r"\b(stride|kernel_size|padding|dilation|windows)\b", rf"\1[{axis}]", formula)
    return re.sub(r"\bsize\b", "hw"[axis], formula)


def maxima(x: Array, windows: tuple[Window, ...]) -> tuple[Array, Array, Array]:
    """Of every window its maximum, how often it occurs there, and whether the window meets padding."""
    along = [_places(window) for window in windows]
    inside = [(places >= 0) & (places < w.size) for places, w in zip(along, windows, strict=True)]
    rows, columns = (np.clip(p, 0, w.size - 1) for p, w in zip(along, windows, strict=True))
    seen = inside[0][:, None, :, None] & inside[1][None, :, None, :]
    values = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    values = np.where(seen, values, -np.inf)
    largest = values.max(axis=(-2, -1), initial=-np.inf)
    times = ((values == largest[..., None, None]) & seen).sum(axis=(-2, -1))
    return largest, times, np.any(~seen, axis=(-2, -1), keepdims=False)


def _places(window: Window) -> Array:
    """The pixels that each window meets along an axis, counted from the first of the image."""
    starts = np.arange(window.windows)[:, None] * window.stride - window.padding
    return starts + window.dilation * np.arange(window.kernel_size)
