"""The options that several commands share, and numbers that are refused in one clear sentence."""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from parity_tests.harness import cases

Precision = Literal["float64", "float32"]
Precisions = Literal["float64", "float32", "both"]
Formats = Literal["float64", "float32", "both", "float16", "bfloat16", "half", "all"]
Side = Literal["both", "reference", "torch"]
DTYPES = {
    "both": cases.DTYPES,
    "half": cases.HALF,
    "all": cases.DTYPES + cases.HALF,
    **{dtype: (dtype,) for dtype in cases.DTYPES + cases.HALF},
}


def whole(least: int) -> Callable[[str], int]:
    """Reads whole numbers from ``least`` on.

    >>> whole(1)("12")
    12
    """

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise typer.BadParameter(f"{text!s} is not right: write a whole number from {least}")
        return number

    return read


def real(text: str) -> float:
    """Reads numbers that are not negative.

    >>> real("1e-3")
    0.001
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise typer.BadParameter(f"{text!s} is not right: write a number from 0, as 0.001 or 1e-3")
    return number


def duration(text: str) -> float:
    """Reads seconds: a number above 0.

    >>> duration("2.5")
    2.5
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise typer.BadParameter(f"{text!s} is not right: write seconds above 0, as 10 or 0.5")
    return seconds


def number(help: str, least: int = 1, panel: str | None = None) -> Any:  # noqa: A002 - typer's name
    """An option that takes a whole number; a ``panel`` is its box on the help page."""
    return typer.Option(metavar="N", parser=whole(least), help=help, rich_help_panel=panel)


def rate(help: str, panel: str | None = None) -> Any:  # noqa: A002 - typer's name
    """An option that takes a number that is not negative."""
    return typer.Option(metavar="X", parser=real, help=help, rich_help_panel=panel)


def seconds(help: str) -> Any:  # noqa: A002 - typer's name
    """An option that takes a time."""
    return typer.Option(metavar="X", parser=duration, help=help)


def file(help: str) -> Any:  # noqa: A002 - typer's name
    """An option that takes a file."""
    return typer.Option(metavar="F", help=help)


def folder(help: str) -> Any:  # noqa: A002 - typer's name
    """An option that takes a folder."""
    return typer.Option(metavar="DIR", help=help)


def examples_of(*lines: str) -> str:
    """The end of a help page: commands to copy, one a line."""
    return "\n\n".join(["Examples:", *(f"  {line}" for line in lines)])


Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PAIR",
        help="A pair, or the start of its name (layers, layers.batch_norm); none for all.",
    ),
]
Examples = Annotated[int, number("Random cases per pair and dtype.")]
Seed = Annotated[int, number("Another seed, other cases; the same seed, the same file.", least=0)]
Jobs = Annotated[int | None, number("Processes at once; without it one per core.")]
Data = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|synthetic|download",
        help="CIFAR-10; without it CIFAR10_DIR, else the built-in synthetic images.",
    ),
]
