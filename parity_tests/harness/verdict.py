"""What a comparison says: :class:`Verdict`, and the :class:`Findings` of a whole run."""

import math
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

SCHEMA = 1

Key = tuple[str, str, str, str]
"""What a verdict is about: pair, check, quantity, dtype."""

DECADES = ("0", "<0.1 %", "0.1-1 %", "1-10 %", "10-100 %", ">100 %")
"""The columns of ``Verdict.used_counts``: shares of the allowed error."""
NEGLIGIBLE = 3
"""So many of them, from the left, are too little to need the allowance."""
MANY = 100
"""Fewer cases do not tell what a tolerance is needed for."""
WORDS = 400
"""So many characters of an error are told: PyTorch may list all its kernels in one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The record of one comparison, or of the worst of several (``cases`` > 1).

    ``worst`` is the largest error and ``allowed`` what rounding may do at that place, both
    in the units of the quantity; ``at`` is the index there. ``case`` replays it. Of a failed one
    ``blame`` names who is wrong, ``why`` the reason, ``condition`` what the failing cases share.
    ``ulps`` is ``worst`` in units of the last place of the number expected there (inf for 0); ``used_counts`` says
    in how many cases which share of the allowed error was needed (columns: ``DECADES``).

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
    why: str = ""
    condition: str = ""
    ulps: float = 0.0
    used_counts: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """What this verdict is about: pair, check, quantity, dtype."""
        return self.pair, self.check, self.quantity, self.dtype

    @property
    def used(self) -> float:
        """The share of the allowed error that was needed: worst / allowed (inf when nothing is)."""
        if self.worst == 0:
            return 0.0
        return self.worst / self.allowed if self.allowed > 0 else float("inf")

    @property
    def slack(self) -> bool:
        """Whether in MANY cases with an error none needed more than a hundredth of what is allowed."""
        small = sum(self.used_counts[1:NEGLIGIBLE])
        return small >= MANY and not any(self.used_counts[NEGLIGIBLE:])

    @property
    def replay(self) -> str:
        """The command that shows this verdict again."""
        return f'nnparity check --replay "{self.case}"'

    def claim(self) -> str:
        """What was compared and what became of it, without the pair."""
        place = "" if self.at is None else f" at {list(self.at)}"
        size = self.message or f"error {self.worst:.3g}{place}, allowed {self.allowed:.3g}"
        failure = self.condition or f"FAILS in {self.failed} of {self.cases} cases"
        state = "holds" if self.passed else failure
        return f"{self.check} ({self.quantity}) {state}: {size}"

    def sentence(self) -> str:
        """One line for a log or a failing test."""
        blame = f"; wrong: {self.blame}" if self.blame else ""
        return f"{self.pair} {self.dtype}: {self.claim()}{blame}"


def in_words(raised: BaseException) -> str:
    r"""An error's class and message on one line of at most WORDS characters.

    >>> in_words(RuntimeError("Error(s) in loading state_dict:\n\tsize mismatch for weight"))
    'RuntimeError: Error(s) in loading state_dict: size mismatch for weight'
    """
    try:
        message = " ".join(str(raised).split())
    except Exception:  # somebody's error may not even have a message
        message = ""
    text = f"{type(raised).__name__}: {message}".removesuffix(": ")
    return text if len(text) <= WORDS else text[: WORDS - 2] + " …"


def counted(used: float) -> tuple[int, ...]:
    """One case, in the column of the share that it used.

    >>> counted(0.0), counted(0.02), counted(1.0)
    ((1, 0, 0, 0, 0, 0), (0, 0, 0, 1, 0, 0), (0, 0, 0, 0, 1, 0))
    """
    last = len(DECADES) - 1
    column = 0
    if used > 0:
        column = last if used == math.inf else last - 1 + math.ceil(math.log10(used))
        column = min(max(column, 1), last)
    return tuple(int(place == column) for place in range(len(DECADES)))


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
    worst: dict[Key, Verdict] = {}
    counts: dict[Key, tuple[int, int]] = {}
    shares: dict[Key, list[int]] = {}
    for verdict in verdicts:
        cases, failed = counts.get(verdict.key, (0, 0))
        failed += verdict.failed if verdict.cases > 1 else not verdict.passed
        counts[verdict.key] = cases + verdict.cases, failed
        share = shares.setdefault(verdict.key, [0] * len(DECADES))
        for column, number in enumerate(verdict.used_counts):
            share[column] += number
        best = worst.get(verdict.key)
        if best is None or _rank(verdict) > _rank(best):
            worst[verdict.key] = verdict
    return tuple(_counted(worst[key], *counts[key], tuple(shares[key])) for key in worst)


def _rank(verdict: Verdict) -> tuple[bool, float]:
    used = verdict.used
    return not verdict.passed, used if used == used else float("inf")


def _counted(verdict: Verdict, cases: int, failed: int, shares: tuple[int, ...]) -> Verdict:
    own = {"cases": cases, "failed": failed, "used_counts": shares if any(shares) else ()}
    return Verdict(**(_fields(verdict) | own))


def _fields(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict)


def _record(verdict: Verdict) -> dict[str, Any]:
    """JSON has no nan and no inf: they become None and the message says so."""
    record = _fields(verdict)
    record["at"] = None if verdict.at is None else list(verdict.at)
    record["used_counts"] = list(verdict.used_counts)
    record["ulps"] = verdict.ulps if math.isfinite(verdict.ulps) else None
    for name in ("worst", "allowed"):
        number = record[name]
        if number != number or number in (float("inf"), float("-inf")):
            record[name] = None
            record["message"] = record["message"] or f"{name} is {number}"
    return record
