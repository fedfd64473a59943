"""``nnparity sensitivity``: how small an error is certain to be seen, pair by pair."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rich.console import Console

import parity_tests
from parity_tests.harness.cases import DTYPES
from parity_tests.harness.sensitivity import TARGETS, Sensitivity, by_quantity, by_regime, measure
from parity_tests.harness.verdict import versions
from parity_tests.suite import on_one_thread
from reports.output import Files
from reports.progress import progress
from reports.strength_run import floored
from reports.table import Column, Table, count

SCHEMA = 1
ORDINARY = "ordinary"
EXAMPLES = 20
NOTE = (
    "seen: share of elements at which a relative error of "
    f"{' or '.join(f'{target:g} ({dtype})' for dtype, target in TARGETS.items())} is certain to be reported; "
    "median, worst: the smallest relative errors that are certain to be reported"
)


def rough(value: float | None) -> str:
    """Two significant digits: the table is eighty columns wide, and more would say nothing.

    >>> rough(5.48e-06), rough(0.0), rough(0.0251)
    ('5.5e-06', '0', '0.025')
    """
    return "" if value is None else f"{value:.2g}"


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a run: of each regime of a pair's numbers, and of each quantity there."""

    regimes: Sequence[Sensitivity]
    quantities: Sequence[Sensitivity]
    seed: int
    examples: int

    @property
    def ordinary(self) -> list[Sensitivity]:
        """What is seen of ordinary numbers."""
        return [record for record in self.regimes if record.regime == ORDINARY]

    @property
    def special(self) -> list[Sensitivity]:
        """What is seen of numbers that are drawn for what may go wrong with them."""
        return [record for record in self.regimes if record.regime != ORDINARY]


def write(found: Found, files: Files) -> None:
    """Leave the files that were asked for."""
    files.write(
        lambda: to_json(found), lambda: quantities(found).to_csv(), lambda: to_markdown(found)
    )


def run(names: tuple[str, ...], examples: int, seed: int, files: Files | None = None) -> Found:
    """Measure the pairs that the names select, under a progress bar; first of all the places."""
    pairs = parity_tests.select(*names)
    if files is not None:
        files.check()
    regimes: list[Sensitivity] = []
    each: list[Sensitivity] = []
    with progress("measured", len(pairs)) as advance, on_one_thread():
        for pair in pairs:
            for dtype in DTYPES:
                measured = measure(pair, dtype, examples, seed)
                regimes += by_regime(measured)
                each += by_quantity(measured)
            advance(pair.name)
    return Found(regimes, each, seed, examples)


def _columns() -> tuple[Column, ...]:
    return (
        Column("pair", "operation", whole=True),
        Column("dtype", "dtype", whole=True),
        Column("regime", "numbers", whole=True),
        Column("share", "seen", floored),
        Column("median", "median", rough),
        Column("worst", "worst", rough),
        Column("worst_quantity", "worst in", detail=True),
        Column("elements", "elements", count, detail=True),
        Column("case", "its case", detail=True),
    )


def _row(record: Sensitivity) -> dict[str, Any]:
    return asdict(record) | {"share": record.share}


def ordinary(found: Found) -> Table:
    """One row per pair and dtype: ordinary numbers, all outputs and gradients together."""
    rows = [_row(record) for record in found.ordinary]
    return Table("sensitivity", "The smallest errors seen", _columns(), rows, NOTE)


def special(found: Found) -> Table:
    """One row for each further regime of a pair in a dtype."""
    rows = [_row(record) for record in found.special]
    title = "The same where numbers are drawn to be hard, or special"
    return Table("sensitivity_regimes", title, _columns(), rows, NOTE)


def quantities(found: Found) -> Table:
    """One row per quantity, regime and dtype, for machines."""
    pair, dtype, regime, *others = _columns()
    columns = (pair, dtype, regime, Column("quantity", "quantity"), *others)
    rows = [_row(record) for record in found.quantities]
    return Table("sensitivity_quantities", "Every quantity", columns, rows, NOTE)


def to_json(found: Found) -> str:
    """The machine interface, schema 1: equal bytes for equal figures; what is infinite is null."""
    records = [_row(record) for record in found.quantities]
    for record in records:
        record |= {n: record[n] if math.isfinite(record[n]) else None for n in ("median", "worst")}
    head = {"schema": SCHEMA, "seed": found.seed, "examples": found.examples}
    document = head | {"versions": versions(), "targets": TARGETS, "records": records}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def to_markdown(found: Found) -> str:
    """A job summary: the last line first, then the tables."""
    texts = [f"**{summary(found)}**", ordinary(found).to_markdown()]
    texts += [special(found).to_markdown()] if found.special else []
    return "\n\n".join(text.rstrip() for text in (*texts, NOTE)) + "\n"


def tell(found: Found, console: Console) -> None:
    """Print the tables, and what they come to."""
    if found.special:
        console.print(replace(special(found), note="").to_screen())
    console.print(ordinary(found).to_screen())
    console.print(summary(found), style="bold", markup=False, highlight=False, soft_wrap=True)


def summary(found: Found) -> str:
    """What is seen of ordinary numbers, in each dtype."""
    told = list(_shares(found.ordinary))
    if not told:
        return "Nothing was measured."
    return f"Of ordinary numbers, {' and '.join(told)}."


def _shares(records: Sequence[Sensitivity]) -> Iterator[str]:
    for dtype, target in TARGETS.items():
        own = [record for record in records if record.dtype == dtype]
        elements, seen = sum(r.elements for r in own), sum(r.seen for r in own)
        if elements:
            where = f"at {floored(seen / elements)} of {elements:,} elements"
            yield f"a relative error of {target:g} in {dtype} is certain to be seen {where}"
