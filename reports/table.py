"""One :class:`Table`, four ways out: screen, CSV, Markdown and the page. Pandas holds the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from rich import box
from rich.table import Table as ScreenTable
from rich.text import Text

from reports.output import write_text
from reports.plain_text import one_line

Tone = Literal["", "good", "bad"]
SCREEN_STYLES: Mapping[Tone, str] = {"": "", "good": "green", "bad": "bold red"}


def plain(value: Any) -> str:
    """A cell as it is; nothing for None."""
    return "" if value is None else str(value)


def short(value: float | None) -> str:
    """Three significant digits.

    >>> short(0.0123456), short(2.5e-16), short(0), short(None)
    ('0.0123', '2.5e-16', '0', '')
    """
    return "" if value is None else f"{value:.3g}"


def exact(value: float | None) -> str:
    """Six significant digits, for losses.

    >>> exact(2.302585092994046)
    '2.30259'
    """
    return "" if value is None else f"{value:.6g}"


def percent(value: float | None) -> str:
    """A share as a percentage; beyond ten wholes nobody needs its digits.

    >>> percent(0.4962), percent(1e-05), percent(0), percent(None), percent(2e15)
    ('49.6 %', '<0.01 %', '0 %', '', '>1000 %')
    """
    if value is None:
        return ""
    if 0 < value < 1e-4:
        return "<0.01 %"
    if value > 10:
        return ">1000 %"
    return f"{100 * value:.3g} %" if value < 1 else f"{100 * value:.0f} %"


def count(value: int | None) -> str:
    """A whole number with its thousands apart.

    >>> count(12400)
    '12,400'
    """
    return "" if value is None else f"{value:,}"


def thread(link: str | None) -> str:
    """A link to an issue or a pull request, as people write it; any other link as it is.

    >>> thread("https://github.com/pytorch/pytorch/issues/63224"), thread("")
    ('pytorch#63224', '')
    """
    parts = (link or "").split("/")
    if len(parts) == 7 and parts[2] == "github.com" and parts[5] in ("issues", "pull"):
        return f"{parts[4]}#{parts[6]}"
    return link or ""


def neutral(value: Any) -> Tone:
    """No colour."""
    return ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for machines, its title for people, and how a cell reads.

    A ``detail`` is left out on the screen, where there are 80 columns in all; what is ``whole``
    is not folded there, and no number is. ``prose`` is folded on the page too. The values of a
    ``link`` are addresses, for which ``show`` gives the words to click on.
    """

    name: str
    title: str
    show: Callable[[Any], str] = plain
    tone: Callable[[Any], Tone] = neutral
    detail: bool = False
    whole: bool = False
    prose: bool = False
    link: bool = False

    @property
    def is_number(self) -> bool:
        """Whether cells stand at the right."""
        return self.show is not plain and not self.link

    def cell(self, value: Any) -> "Cell":
        """What a row has in this column."""
        link = str(value) if self.link and value else ""
        kind: Literal["number", "prose", "text"] = "prose" if self.prose else "text"
        kind = "number" if self.is_number else kind
        return Cell(self.show(value), self.tone(value), kind, link)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a page needs of one cell."""

    text: str
    tone: Tone
    kind: Literal["number", "prose", "text"]
    link: str

    @property
    def markdown(self) -> str:
        """One line that does not end the cell of a table."""
        text = one_line(self.text).replace("|", "\\|")
        return f"[{text}]({self.link})" if self.link else text


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns.

    >>> table = Table("t", "A table", (Column("worst", "worst", short),), [{"worst": 1 / 3}])
    >>> print(table.to_csv(), end="")
    worst
    0.3333333333333333
    >>> print(table.to_markdown(), end="")
    |   worst |
    |--------:|
    |   0.333 |
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The rows with their full precision."""
        return pd.DataFrame(self.rows, columns=[c.name for c in self.columns], dtype=object)

    @property
    def cells(self) -> list[list[Cell]]:
        """The rows as they are read on the page."""
        return [[c.cell(row.get(c.name)) for c in self.columns] for row in self.rows]

    def to_csv(self) -> str:
        """For machines: names of columns, numbers in full."""
        return str(self.frame.to_csv(index=False, lineterminator="\n"))

    def to_markdown(self) -> str:
        """For a job summary: titles of columns, numbers to be read."""
        texts = [[cell.markdown for cell in row] for row in self.cells]
        frame = pd.DataFrame(texts, columns=[c.title for c in self.columns], dtype=object)
        sides = ["right" if c.is_number else "left" for c in self.columns]
        alignment: dict[str, Any] = {"colalign": sides} if texts else {}
        return str(frame.to_markdown(index=False, disable_numparse=True, **alignment)) + "\n"

    def to_screen(self) -> ScreenTable:
        """For a terminal; a cell that does not fit is folded, never cut."""
        caption = self.note or None
        screen = ScreenTable(
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
            caption=caption,
            caption_justify="left",
        )
        shown = [index for index, column in enumerate(self.columns) if not column.detail]
        for index in shown:
            column = self.columns[index]
            side: Literal["left", "right"] = "right" if column.is_number else "left"
            screen.add_column(column.title, justify=side, overflow="fold", no_wrap=column.whole)
        for row in self.cells:
            screen.add_row(*(Text(row[i].text, SCREEN_STYLES[row[i].tone]) for i in shown))
        return screen

    def write(self, folder: Path) -> None:
        """Leave ``<name>.csv`` and ``<name>.md`` in the folder."""
        write_text(folder / f"{self.name}.csv", self.to_csv())
        heading = f"## {self.title}\n\n"
        note = f"\n{self.note}\n" if self.note else ""
        write_text(folder / f"{self.name}.md", heading + self.to_markdown() + note)
