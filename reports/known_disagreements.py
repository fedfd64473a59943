"""What PyTorch is known to do wrong: the cases on which that is excused, and those that are not drawn."""

from collections.abc import Iterator

from parity_tests.harness.verdict import Findings, Verdict
from parity_tests.harness.waiver import NEEDED
from parity_tests.pairs.exclusions import NOT_DRAWN, Exclusion
from reports.plain_text import one_line
from reports.table import Column, Table, Tone, count, thread

EXCUSED, NOT_ANY_MORE, LEFT_OUT = "excused", "PYTORCH AGREES", "not drawn"
NOTE = (
    "Excused: failures on these cases do not count, and each run looks at one of them; when PyTorch agrees there, "
    "that is a failure. Not drawn: PyTorch crashes or returns whatever memory holds. A thread is related, "
    "and need not be about exactly this."
)


def state_tone(state: str) -> Tone:
    """A waiver that nothing needs any more is bad news."""
    return "bad" if state.isupper() else ""


def known(findings: Findings) -> Table:
    """One row for each waiver of the pairs that were checked, then one for each kind of case that is not drawn."""
    columns = (
        Column("pair", "operation", whole=True),
        Column("dtypes", "dtypes", whole=True),
        Column("condition", "condition", prose=True),
        Column("reason", "what PyTorch does", prose=True),
        Column("cases", "cases it covers", count),
        Column("state", "here", tone=state_tone),
        Column("link", "related thread", thread, link=True),
    )
    rows = [*_waived(findings), *_left_out(findings)]
    return Table(
        "known", "What is excused, and what is not drawn", columns, rows, NOTE if rows else ""
    )


def excused(findings: Findings) -> int:
    """How many of the drawn cases a waiver covers."""
    return sum(map(_covered, _verdicts(findings)))


def lines(findings: Findings) -> Iterator[str]:
    """The waivers for a terminal, one line each; the rest is on the report."""
    for row in _waived(findings):
        yield (
            f"known disagreement: {row['pair']} {row['dtypes']}, {row['condition']}: {row['reason']} "
            f"({row['cases']} cases {row['state']}; {row['link']})"
        )


def _verdicts(findings: Findings) -> list[Verdict]:
    return [verdict for verdict in findings.verdicts if verdict.check == NEEDED]


def _covered(verdict: Verdict) -> int:
    """The witness, of which no run is without, was not drawn."""
    return verdict.cases - 1


def _waived(findings: Findings) -> list[dict[str, object]]:
    """A waiver has one verdict in each dtype; which cases it covers, dtypes share."""
    grouped: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in _verdicts(findings):
        grouped.setdefault((verdict.pair, verdict.quantity), []).append(verdict)
    return [_waiver(*key, verdicts) for key, verdicts in grouped.items()]


def _waiver(pair: str, condition: str, verdicts: list[Verdict]) -> dict[str, object]:
    first = next((verdict for verdict in verdicts if not verdict.passed), verdicts[0])
    return {
        "pair": pair,
        "dtypes": ", ".join(verdict.dtype for verdict in verdicts),
        "condition": condition,
        "reason": one_line(first.message),
        "cases": sum(map(_covered, verdicts)),
        "state": EXCUSED if first.passed else NOT_ANY_MORE,
        "link": first.why,
    }


def _left_out(findings: Findings) -> list[dict[str, object]]:
    dtypes: dict[str, dict[str, None]] = {}
    for verdict in findings.verdicts:
        dtypes.setdefault(verdict.pair, {})[verdict.dtype] = None
    return [_exclusion(one, ", ".join(dtypes[one.pair])) for one in NOT_DRAWN if one.pair in dtypes]


def _exclusion(one: Exclusion, dtypes: str) -> dict[str, object]:
    return {
        "pair": one.pair,
        "dtypes": dtypes,
        "condition": one.condition,
        "reason": one.reason,
        "state": LEFT_OUT,
        "link": one.link,
    }
