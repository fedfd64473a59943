"""Tables about the course's experiments. Each names the data that it was made with."""

from collections.abc import Iterable, Sequence
from typing import Any

from parity_tests.experiments import EXPERIMENTS, Outcome, Row
from reports.check_tables import AGREE, DISAGREE, verdict_tone
from reports.table import Column, Table, count, exact, short

REACHED, MISSED = "reached", "MISSED"


def figure(value: float) -> str:
    """Six digits of what is compared with its like, fewer of an error.

    >>> figure(2.302585093), figure(4.60249e-10), figure(0.0)
    ('2.30259', '4.6e-10', '0')
    """
    return exact(value) if value == 0 or abs(value) >= 1e-3 else short(value)


def title_of(outcome: Outcome) -> str:
    """The heading of its experiment."""
    return EXPERIMENTS[outcome.name].title


def tables(outcomes: Sequence[Outcome]) -> list[Table]:
    """The summary, then one table for each experiment."""
    return [summary(outcomes), *(rows(outcome) for outcome in outcomes)]


def summary(outcomes: Sequence[Outcome]) -> Table:
    """One row for each experiment."""
    columns = (
        Column("experiment", "experiment"),
        Column("data", "data", detail=True),
        Column("figures", "figures", count),
        Column("expected", "expected", count),
        Column("reached", "reached", count),
        Column("apart", "apart", short),
        Column("verdict", "verdict", tone=verdict_tone, whole=True),
        Column("sides", "sides", tone=verdict_tone, whole=True),
    )
    note = f"{_data_note(outcomes)} Apart: what the two sides differ by at most in float64."
    return Table("experiments", "Experiments", columns, [_summary_row(o) for o in outcomes], note)


def _summary_row(outcome: Outcome) -> dict[str, Any]:
    expected = [row for row in outcome.rows if row.expected]
    apart = [r.apart for r in outcome.rows if r.apart is not None and r.dtype == "float64"]
    return {
        "experiment": title_of(outcome),
        "data": outcome.data,
        "figures": len(outcome.rows),
        "expected": len(expected),
        "reached": sum(row.reached for row in expected),
        "apart": max(apart, default=None),
        "verdict": MISSED if outcome.missed else REACHED,
        "sides": AGREE if outcome.agrees else DISAGREE,
    }


def rows(outcome: Outcome) -> Table:
    """One row for each figure of an experiment."""
    columns = (
        Column("setting", "setting", prose=True),
        Column("quantity", "figure", prose=True),
        Column("reference", "NumPy", figure),
        Column("torch", "PyTorch", figure),
        Column("expected", "expected", prose=True),
        Column("verdict", "verdict", tone=verdict_tone, whole=True),
        Column("sides", "sides", tone=verdict_tone, detail=True),
        Column("apart", "apart", short, detail=True),
        Column("dtype", "dtype", detail=True),
        Column("data", "data", detail=True),
    )
    made = [_row(outcome, row) for row in outcome.rows]
    return Table(name_of(outcome), title_of(outcome), columns, made, _data_note([outcome]))


def name_of(outcome: Outcome) -> str:
    """What the table of an experiment is called."""
    return f"experiment_{outcome.name.replace('-', '_')}"


def _row(outcome: Outcome, row: Row) -> dict[str, Any]:
    return {
        "setting": row.setting,
        "quantity": row.quantity,
        "dtype": row.dtype,
        "data": outcome.data,
        "reference": row.figures.reference,
        "torch": row.figures.torch,
        "expected": row.expected,
        "verdict": verdict(row),
        "apart": row.apart,
        "sides": AGREE if row.agrees else DISAGREE,
    }


def verdict(row: Row) -> str:
    """The worst that can be said of a row; nothing where nothing was expected and the sides agree."""
    if not row.agrees:
        return DISAGREE
    if not row.reached:
        return MISSED
    return REACHED if row.expected else ""


def sentence(outcomes: Sequence[Outcome]) -> str:
    """How many expectations were reached, and which were not."""
    expected = [row for outcome in outcomes for row in outcome.rows if row.expected]
    missed = [row for row in expected if not row.reached]
    told = f"Of {len(expected)} expectations of {len(outcomes)} of the course's experiments, both sides "
    if not missed:
        return f"{told}reached all."
    first = missed[0]
    return f"{told}missed {len(missed)}, the first: {first.quantity} with {first.setting}."


def agreement(outcomes: Sequence[Outcome]) -> str:
    """Whether the sides agree, and in which experiments they do not."""
    apart = [title_of(outcome) for outcome in outcomes if not outcome.agrees]
    if not apart:
        return "Rounding explains all that the two sides differ by."
    return f"The two sides DISAGREE in: {'; '.join(apart)}."


def _data_note(outcomes: Iterable[Outcome]) -> str:
    return f"Data: {', '.join(dict.fromkeys(outcome.data for outcome in outcomes))}."
