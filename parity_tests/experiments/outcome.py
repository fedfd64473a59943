"""What an experiment has to show: rows, charts and pictures. Numbers only; ``reports`` draws them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import UInt8
from numpy import ndarray as Array


class Sides(NamedTuple):
    """A figure of each side.

    A nan fulfils no condition, provided that it is written as what must hold.

    >>> Sides(0.5, 0.4).both(lambda figure: figure >= 0.45)
    False
    """

    reference: float
    torch: float

    def both(self, holds: Callable[[float], bool]) -> bool:
        """Whether a condition holds on each side."""
        return all(holds(figure) for figure in self)

    def less(self, other: "Sides") -> "Sides":
        """By how much each side's figure is larger than its own other one.

        >>> Sides(3.0, 5.0).less(Sides(1.0, 2.0))
        Sides(reference=2.0, torch=3.0)
        """
        return Sides(self.reference - other.reference, self.torch - other.torch)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that both sides came to in one setting.

    Args:
        setting: what was set, in words.
        quantity: what the figure is.
        figures: of each side.
        expected: what must hold for each side, as a sentence without its subject; empty where the
            figure is only there for others to be compared with.
        reached: whether it holds.
        apart: how far the sides are from each other at most, in what was compared between them.
        agrees: whether rounding explains that.
        dtype: in which precision.
    """

    setting: str
    quantity: str
    figures: Sides
    expected: str = ""
    reached: bool = True
    apart: float | None = None
    agrees: bool = True
    dtype: str = "float64"

    @property
    def passed(self) -> bool:
        """Whether the expectation is reached and the sides agree."""
        return self.reached and self.agrees


@dataclass(frozen=True, slots=True)
class Line:
    """One setting in a chart: a point at each x, of either side."""

    label: str
    x: tuple[float, ...]
    reference: tuple[float, ...]
    torch: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over one axis; ``caption`` is a sentence, ``x`` and ``y`` name the axes.

    ``logarithmic`` is the axis of x; y goes from 0 to ``top`` where there is one.
    """

    caption: str
    x: str
    y: str
    lines: tuple[Line, ...]
    logarithmic: bool = False
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture among several; ``title`` says in a few words what it shows."""

    title: str
    pixels: UInt8[Array, "h w 3"]


@dataclass(frozen=True, slots=True)
class Picture:
    """Tiles that belong together, those of NumPy beside those of PyTorch.

    ``name`` is for files, ``subject`` says in a few words what all tiles are of, ``caption`` is a sentence.
    """

    name: str
    subject: str
    caption: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One experiment on one set of images."""

    name: str
    data: str
    rows: tuple[Row, ...]
    charts: tuple[Chart, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether rounding explains all that the sides differ by."""
        return all(row.agrees for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether, besides, every expectation is reached."""
        return all(row.passed for row in self.rows)

    @property
    def missed(self) -> tuple[Row, ...]:
        """The rows that did not reach what was expected."""
        return tuple(row for row in self.rows if not row.reached)
