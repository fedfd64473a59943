"""``nnparity strength``: plant mistakes, count those that the checks see, show the others."""

import json
import math
from collections.abc import Iterator

from rich.console import Console

from parity_tests import strength
from parity_tests.strength import Strength
from parity_tests.strength.finding import Judged
from parity_tests.strength.loader import source_of
from reports.check_tables import numbered
from reports.output import Files
from reports.plain_text import admitted, one_line
from reports.progress import progress
from reports.table import Column, Table, Tone, count

EVERY = 100
"""In a log one line for so many mistakes."""


def write(found: Strength, files: Files) -> None:
    """Leave the files that were asked for."""
    files.write(
        lambda: to_json(found), lambda: mistakes(found).to_csv(), lambda: to_markdown(found)
    )


def run(
    names: tuple[str, ...],
    examples: int,
    sample: int | None,
    seed: int,
    jobs: int | None,
    files: Files,
) -> Strength:
    """Measure what the names select, under a progress bar; first of all the places."""
    files.check()
    total = strength.planned(*names, sample=sample)
    with progress("judged", total, every=EVERY) as advance:
        return strength.measure(
            *names, examples=examples, sample=sample, seed=seed, jobs=jobs, progress=advance
        )


def floored(share: float | None) -> str:
    """A share as a percentage that is 100 only when nothing is missing.

    >>> floored(1.0), floored(0.99999), floored(0.5), floored(None)
    ('100 %', '99.9 %', '50 %', '')
    """
    return "" if share is None else f"{math.floor(1000 * share) / 10:g} %"


def share_tone(share: float | None) -> Tone:
    """Everything seen is good, anything less is not."""
    return "" if share is None else "good" if share == 1 else "bad"


def operations(found: Strength) -> Table:
    """One row per module of the reference."""
    columns = (
        Column("module", "operation", whole=True),
        Column("faults", "faults", count),
        Column("caught", "caught", count),
        Column("mutants", "mutants", count),
        Column("killed", "killed", count),
        Column("equivalent", "equivalent", count),
        Column("score", "score", floored, share_tone),
    )
    rows = [
        {
            "module": row.module,
            "faults": row.faults,
            "caught": row.caught,
            "mutants": row.mutants,
            "killed": row.killed,
            "equivalent": row.equivalent,
            "score": row.score,
        }
        for row in found.rows
    ]
    return Table("strength", "What the checks see", columns, rows)


def mistakes(found: Strength) -> Table:
    """One row per mutant and fault, for machines."""
    names = ("module", "function", "line", "operator", "before", "after", "seen", "equivalent")
    columns = tuple(Column(name, name) for name in names)
    rows = [judged.to_dict() for judged in found.mutants]
    rows += [{"module": f.pair, "function": f.name, "seen": f.seen} for f in found.faults]
    return Table("mistakes", "Every mistake", columns, rows)


def to_json(found: Strength) -> str:
    """The machine interface: equal bytes for equal findings."""
    return json.dumps(found.to_dict(), indent=1, allow_nan=False) + "\n"


def to_markdown(found: Strength) -> str:
    """A job summary: the last line first, then the table, then what was not seen."""
    lines = [f"**{summary(found)}**", "", operations(found).to_markdown()]
    lines += [f"- {line}" for line in complaints(found)]
    for judged in found.survivors:
        lines += [f"- `{one_line(judged.mutant.name)}`", "", "```diff", diff(judged), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def tell(found: Strength, console: Console) -> None:
    """Print the table, what no check saw and how to look at it, and the summary."""

    def say(text: str, style: str = "") -> None:
        console.print(text, style=style, soft_wrap=True, markup=False, highlight=False)

    console.print(operations(found).to_screen())
    for line in complaints(found):
        say(line, "red")
    for judged in found.survivors:
        mutant = judged.mutant
        say(f"\nSURVIVES {one_line(mutant.name)} ({mutant.operator})", "red")
        say(diff(judged))
        say(
            f"  to look at it: `git apply` these lines, then nnparity check {checked(mutant.module)}"
        )
    say(summary(found), "bold green" if found.passed else "bold red")


def diff(judged: Judged) -> str:
    """The survivor as a patch."""
    return admitted(judged.mutant.diff(source_of(judged.mutant.module))).rstrip("\n")


def checked(module: str) -> str:
    """What to check to see a module's mistakes.

    >>> checked("layers.linear"), checked("networks.chain")
    ('layers.linear', 'networks')
    """
    return "networks" if module.startswith("networks.") else module


def complaints(found: Strength) -> Iterator[str]:
    """What is wrong besides the surviving mutants."""
    for module, seen in found.broken:
        yield f"BROKEN {module}: the checks fail it unchanged, so its mutants prove nothing: {seen}"
    for fault in found.missed:
        yield f"MISSED the fault {fault.name} of {fault.pair} (parity_tests/faults)"
    for entry in found.stale:
        yield f"STALE entry of parity_tests/strength/equivalents: {one_line(entry.name)}"


def summary(found: Strength) -> str:
    """The last line: how many were planted, and how many seen."""
    if not found.mutants and not found.faults:
        return "Nothing was planted."
    rows = found.rows
    caught, faults = sum(row.caught for row in rows), sum(row.faults for row in rows)
    killed, mutants = sum(row.killed for row in rows), sum(row.mutants for row in rows)
    spared = sum(row.equivalent for row in rows)
    text = f"{caught:,} of {numbered(faults, 'fault')} caught, {killed:,} of "
    text += f"{numbered(mutants, 'mutant')} killed; {spared:,} more change nothing"
    text += f"; stale entries: {len(found.stale)}" if found.stale else ""
    return f"{text}; broken: {len(found.broken)}." if found.broken else f"{text}."
