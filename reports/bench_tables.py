"""Tables about costs: the sides against each other, and the parts of checking a case."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from parity_tests.benchmarks import Cost, Row, total
from parity_tests.benchmarks.cases import SIZES
from reports.check_tables import numbered
from reports.table import Column, Table, percent

WORDS: Mapping[str, str] = {
    "configuration": "drawing options and sizes",
    "arrays": "drawing the arrays",
    "twin": "the twin, with autograd",
    "subject": "the reference",
    "allowed_errors": "the allowed errors",
    "definition": "the definition",
}
"""The parts that are no checks; a check stands under its own name."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "draw": ("configuration", "arrays"),
    "allowed": ("allowed_errors",),
    "loops": ("definition", "definition_agrees"),
    "slopes": ("slopes_agree",),
}
"""The columns of the table by pair; all other checks share one."""


def operation_tables(rows: Sequence[Row]) -> tuple[Table, ...]:
    """One table per size of case."""
    return tuple(
        _operation_table(size, [row for row in rows if row.size == size]) for size in SIZES
    )


def _operation_table(size: str, rows: Sequence[Row]) -> Table:
    """One row per pair: NumPy's time over PyTorch's, and on small cases the loops' over NumPy's."""
    dtypes = list(dict.fromkeys(row.dtype for row in rows))
    ways = [f"{dtype} {way}" for dtype in dtypes for way in ("forward", "backward")]
    columns = [Column("pair", "operation", whole=True), *(Column(w, w, ratio) for w in ways)]
    note = "Reference / twin: above 1 PyTorch is faster; an optimizer's step stands under forward"
    if any(row.naive_ratio is not None for row in rows):
        columns.append(Column("loops", "loops", ratio))
        note += f". loops: definition / reference, forward, {dtypes[0]}"
    cells: dict[str, dict[str, Any]] = {}
    for row in rows:
        cell = cells.setdefault(row.pair, {"pair": row.pair})
        # An optimizer has one pass, and no column of its own for it.
        cell[f"{row.dtype} {row.direction.replace('step', 'forward')}"] = row.ratio
        if row.direction != "backward":
            cell.setdefault("loops", row.naive_ratio)
    title = f"{size.capitalize()} cases"
    return Table(f"bench_{size}", title, tuple(columns), list(cells.values()), note)


def operation_summary(rows: Sequence[Row]) -> str:
    """The median over pairs, dtypes and passes for each size of case, and how steady the figures are."""
    medians = [
        f"{ratio(median(row.ratio for row in rows if row.size == size))} on {size} cases"
        for size in SIZES
    ]
    unsteady = sum(row.unsteady for row in rows)
    advice = f"; {unsteady} of {len(rows)} rows unsteady, so use a larger --budget"
    pairs = numbered(len({row.pair for row in rows}), "operation")
    told = f"{pairs}, NumPy / PyTorch: {', '.join(medians)} (medians)"
    return f"{told}{advice if unsteady else ''}."


def part_rows(cost: Cost) -> list[dict[str, Any]]:
    """For machines: every part with its milliseconds per case, its share and its multiple.

    The arbiter is asked on other cases, and of failures only: it has a multiple and nothing else.
    """
    head = {"pair": cost.pair, "dtype": cost.dtype, "cases": cost.cases}
    rows: list[dict[str, Any]] = [
        {
            **head,
            "part": part,
            "ms": 1e3 * seconds / cost.cases,
            "share": cost.share(part),
            "multiple": cost.multiple(part),
        }
        for part, seconds in cost.seconds.items()
    ]
    if cost.arbitration is not None:
        nothing = {"ms": None, "share": None}
        rows.append({**head, "part": "arbiter", **nothing, "multiple": cost.arbitration})
    return rows


def part_table(cost: Cost) -> Table:
    """One row per part of checking a case, summed over pairs."""
    columns = (
        Column("part", "part of checking a case", whole=True),
        Column("share", "share", percent),
        Column("multiple", "multiple", multiple),
    )
    rows: list[dict[str, Any]] = [
        {
            "part": WORDS.get(part, part),
            "share": cost.share(part),
            "multiple": cost.multiple(part),
        }
        for part in cost.seconds
    ]
    rows.append({"part": "in all", "share": 1.0, "multiple": cost.overall})
    if cost.arbitration is not None:
        rows.append({"part": "the arbiter, after a failure", "multiple": cost.arbitration})
    return Table(
        "parts", "All operations", columns, rows, "multiple: twin and reference together are 1"
    )


def cost_table(costs: Sequence[Cost]) -> Table:
    """One row per pair, its dtypes together."""
    names = [*GROUPS, "others", "all", "arbiter"]
    columns = [
        Column("pair", "operation", whole=True),
        *(Column(n, n, multiple, detail=n == "others") for n in names),
    ]
    pairs = dict.fromkeys(cost.pair for cost in costs)
    together = [total((c for c in costs if c.pair == pair), pair) for pair in pairs]
    note = (
        "Multiples: twin and reference together are 1. draw: options, sizes and arrays; "
        "allowed: the allowed errors; loops: the definition and its check"
    )
    return Table(
        "witnesses", "By operation", tuple(columns), [_multiples(c) for c in together], note
    )


def _multiples(cost: Cost) -> dict[str, Any]:
    known = {"twin", "subject", *(part for parts in GROUPS.values() for part in parts)}
    groups = {**GROUPS, "others": tuple(set(cost.seconds) - known)}
    # What a pair has not stays empty.
    multiples = {name: cost.multiple(*parts) or None for name, parts in groups.items()}
    return {"pair": cost.pair, **multiples, "all": cost.overall, "arbiter": cost.arbitration}


def witness_summary(cost: Cost) -> str:
    """The dearest part beside the two sides."""
    others = [part for part in cost.seconds if part not in ("twin", "subject")]
    dearest = max(others, key=cost.share)
    return (
        f"Checking a case costs {ratio(cost.overall)} times running both sides once; "
        f"most beside them goes to {WORDS.get(dearest, dearest)} ({percent(cost.share(dearest))})."
    )


def ratio(value: float | None) -> str:
    """Two digits, or a whole number.

    >>> ratio(0.0327), ratio(1), ratio(9.96), ratio(5321.4), ratio(None)
    ('0.033', '1.0', '10', '5,321', '')
    """
    if value is None:
        return ""
    return f"{value:#.2g}" if value < 9.95 else f"{value:,.0f}"


def multiple(value: float | None) -> str:
    """Two decimals, or a whole number; nothing for None.

    >>> multiple(0.0612), multiple(4.1), multiple(12.4), multiple(None)
    ('0.06', '4.10', '12', '')
    """
    if value is None:
        return ""
    return f"{value:.2f}" if value < 9.995 else f"{value:,.0f}"
