"""``nnparity list``: every pair, its options, its checks."""

import inspect
import json
from collections.abc import Sequence

from rich.console import Console

from parity_tests.harness.checks import CHECKS, checks_of
from parity_tests.harness.pair import Pair
from reports.check_tables import numbered
from reports.table import Column, Table, count


def catalogue(pairs: Sequence[Pair]) -> Table:
    """One row per pair; its checks stand as the numbers that ``legend`` explains."""
    columns = (
        Column("pair", "pair", whole=True),
        Column("options", "options"),
        Column("checks", "checks", whole=True),
    )
    numbers = {check: str(number) for number, check in enumerate(checks_in(pairs), 1)}
    rows = [
        {
            "pair": pair.name,
            "options": ", ".join(pair.options),
            "checks": " ".join(
                number if check in checks_of(pair) else " " * len(number)
                for check, number in numbers.items()
            ).rstrip(),
        }
        for pair in pairs
    ]
    return Table("catalogue", "Pairs", columns, rows)


def checks_in(pairs: Sequence[Pair]) -> list[str]:
    """Every check that one of the pairs has, in the order in which they are made."""
    wanted = {check for pair in pairs for check in checks_of(pair)}
    return [check for check in CHECKS if check in wanted]


def legend(pairs: Sequence[Pair]) -> Table:
    """What each check claims."""
    columns = (
        Column("number", "", count),
        Column("check", "check", whole=True),
        Column("claim", "what it holds the NumPy side to"),
    )
    rows = [
        {"number": number, "check": check, "claim": first_line(CHECKS[check][0])}
        for number, check in enumerate(checks_in(pairs), 1)
    ]
    return Table("checks", "Checks", columns, rows)


def first_line(documented: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def to_json(pairs: Sequence[Pair]) -> str:
    """The same for machines, schema 1, with all checks at every pair."""
    entries = [
        {
            "pair": pair.name,
            "address": pair.address,
            "options": list(pair.options),
            "checks": list(checks_of(pair)),
            "naive": pair.naive is not None,
        }
        for pair in pairs
    ]
    return json.dumps({"schema": 1, "pairs": entries}, indent=1) + "\n"


def tell(pairs: Sequence[Pair], console: Console) -> None:
    """Print the table and what its numbers mean."""
    console.print(catalogue(pairs).to_screen())
    console.print(legend(pairs).to_screen())
    console.print(f"{numbered(len(pairs), 'pair')}.", highlight=False)
