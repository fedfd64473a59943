"""What a comparison says: :class:`Verdict`, and the :class:`Findings` of a whole run."""

import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The record of one comparison, or of the worst of several (``cases`` > 1).

    ``worst`` is the largest error and ``allowed`` what rounding may do at that place, both
    in the units of the quantity; ``at`` is the index there. ``case`` replays it.

    >>> Verdict("layers.linear", "outputs_agree", "y", "float64", True, 1e-17, 4e-16, (0,)).used
    0.025
    """

    pair: str
    check: str
    quantity: str
    dtype: str
    passed: bool
    worst: float = 0.0
    allowed: float = 0.0
    at: tuple[int, ...] | None = None
    case: str = ""
    blame: str | None = None
    message: str = ""
    cases: int = 1
    failed: int = 0

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What this verdict is about: pair, check, quantity, dtype."""
        return self.pair, self.check, self.quantity, self.dtype

    @property
    def used(self) -> float:
        """The share of the allowed error that was needed: worst / allowed (inf when nothing is)."""
        if self.worst == 0:
            return 0.0
        return self.worst / self.allowed if self.allowed > 0 else float("inf")

    @property
    def replay(self) -> str:
        """The command that shows this verdict again."""
        return f'nnparity check --replay "{self.case}"'

    def sentence(self) -> str:
        """One line for a log or a failing test."""
        place = "" if self.at is None else f" at {list(self.at)}"
        size = self.message or f"error {self.worst:.3g}{place}, allowed {self.allowed:.3g}"
        state = "holds" if self.passed else f"FAILS in {self.failed} of {self.cases} cases"
        blame = f"; wrong: {self.blame}" if self.blame else ""
        return f"{self.pair} {self.dtype}: {self.check} ({self.quantity}) {state}: {size}{blame}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All verdicts of a run, one per pair, check, quantity and dtype."""

    verdicts: tuple[Verdict, ...]
    seed: int
    examples: int

    @property
    def passed(self) -> bool:
        """Whether there is something to say and all of it is good."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The verdicts that did not pass."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    def to_dict(self) -> dict[str, Any]:
        """The machine interface, schema 1: only JSON types, the same for the same seed."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "examples": self.examples,
            "versions": versions(),
            "verdicts": [_record(verdict) for verdict in self.verdicts],
        }


def versions() -> dict[str, str]:
    """The versions that a verdict depends on."""
    names = ("numpy", "torch", "hypothesis")
    own = {"python": platform.python_version(), "platform": sys.platform}
    return own | {name: version(name) for name in names}


def summarise(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Keep for each key its worst verdict, with how many cases were tried and failed.

    A failed verdict outranks every passed one; among equals the larger ``used`` stays,
    and of several equal the first.
    """
    worst: dict[tuple[str, str, str, str], Verdict] = {}
    counts: dict[tuple[str, str, str, str], list[int]] = {}
    for verdict in verdicts:
        count = counts.setdefault(verdict.key, [0, 0])
        count[0] += verdict.cases
        count[1] += verdict.failed if verdict.cases > 1 else not verdict.passed
        best = worst.get(verdict.key)
        if best is None or _rank(verdict) > _rank(best):
            worst[verdict.key] = verdict
    return tuple(_counted(worst[key], *counts[key]) for key in worst)


def _rank(verdict: Verdict) -> tuple[bool, float]:
    used = verdict.used
    return not verdict.passed, used if used == used else float("inf")


def _counted(verdict: Verdict, cases: int, failed: int) -> Verdict:
    return Verdict(**(_fields(verdict) | {"cases": cases, "failed": failed}))


def _fields(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict)


def _record(verdict: Verdict) -> dict[str, Any]:
    """JSON has no nan and no inf: they become None and the message says so."""
    record = _fields(verdict)
    record["at"] = None if verdict.at is None else list(verdict.at)
    for name in ("worst", "allowed"):
        number = record[name]
        if number != number or number in (float("inf"), float("-inf")):
            record[name] = None
            record["message"] = record["message"] or f"{name} is {number}"
    return record
