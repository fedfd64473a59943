"""Arrays as text for a narrow page: rows of numbers, one element marked, the rest cut when it is too much."""

import textwrap
from typing import Any

import numpy as np
from numpy import ndarray as Array

WIDTH = 80
CUT = "…"
# What a line needs beside its numbers: the indent, where it is cut, and how many rows there are.
MARGIN = 24


def number(x: Any) -> str:
    """A number as short as six digits allow.

    >>> number(2.0), number(0.1 + 0.2), number(np.float32(1e-9))
    ('2', '0.3', '1e-09')
    """
    if isinstance(x, bool | np.bool_ | int | np.integer):
        return str(x)
    return f"{float(x):.6g}"


def picture(title: str, x: Any, mark: tuple[int, ...] | None = None, lines: int = 6) -> list[str]:
    """A title and an array in ``lines`` lines at most; the element at ``mark`` stands in arrows.

    >>> for line in picture("x (2, 2)", np.eye(2), (1, 0)):
    ...     print(line)
    x (2, 2)
        1   0
      >0<   1
    >>> picture("dbias", None)
    ['dbias: None']
    """
    if not isinstance(x, np.ndarray | np.generic):
        return textwrap.wrap(f"{title}: {x}", WIDTH, subsequent_indent="  ", max_lines=lines)
    rows = _rows(np.asarray(x), mark, lines - 1)
    if len(rows) == 1 and len(title) + len(rows[0].strip()) + 2 <= WIDTH:
        return [f"{title}: {rows[0].strip()}"]
    return [title[:WIDTH], *rows][: max(lines, 1)]


def _rows(x: Array, mark: tuple[int, ...] | None, lines: int) -> list[str]:
    """One line for each row along the last axis; in front of it the indices of the axes before."""
    if x.size == 0:
        return ["  (empty)"]
    if sum(size > 1 for size in x.shape) < 2:  # a column is as well a row
        mark = None if mark is None else (int(np.ravel_multi_index(mark, x.shape)) if mark else 0,)
        x = x.reshape(-1)
    table, leading = x.reshape(-1, x.shape[-1]), x.shape[:-1]
    here = None
    if mark is not None:
        here = (int(np.ravel_multi_index(mark[:-1], leading)) if leading else 0, mark[-1])
    shown = _window(len(table), here[0] if here else 0, max(lines, 1))
    labels = [_label(leading, row) for row in shown]
    columns = _columns(table[shown.start : shown.stop], here, shown, len(labels[0]))
    body = [f"  {label}{cells}" for label, cells in zip(labels, columns, strict=True)]
    if shown.stop < len(table) or shown.start > 0:
        body[-1] += f"  {CUT} {len(table)} rows"
    return body


def _window(size: int, centre: int, most: int) -> range:
    """At most so many neighbours, among them ``centre``."""
    start = min(max(centre - most // 2, 0), max(size - most, 0))
    return range(start, min(start + most, size))


def _label(leading: tuple[int, ...], row: int) -> str:
    long = [axis for axis, size in enumerate(leading) if size > 1]
    if len(long) < 2:
        return ""
    index = np.unravel_index(row, leading)
    return f"[{', '.join(str(int(i)) for i in index)}] "


def _columns(table: Array, here: tuple[int, int] | None, shown: range, label: int) -> list[str]:
    """The rows, all with the same columns: as many around the marked one as find room."""
    cells = [[number(x) for x in row] for row in table]
    if here is not None:
        row, column = here[0] - shown.start, here[1]
        cells[row][column] = f">{cells[row][column]}<"
    width = max(len(cell) for row in cells for cell in row) + 1
    room = max((WIDTH - label - MARGIN) // width, 1)
    count = len(cells[0])
    kept = _window(count, here[1] if here is not None else 0, room)
    before, after = (CUT if cut else "" for cut in (kept.start > 0, kept.stop < count))
    return [
        before
        + "".join(f"{row[i]:>{width}}" for i in kept)
        + (f" {after} {count}" if after else "")
        for row in cells
    ]
