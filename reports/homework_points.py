"""What each function is worth in a course: a small TOML file, and the marks that follow from it."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parity_tests.homework.judgement import HomeworkReport, Judgement
from reports.usage import UsageError

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
"""Gradescope's words for when a student sees a test."""
DEFAULT = "default"
"""The key for all functions that are not named."""


@dataclass(frozen=True, slots=True)
class Points:
    """Points and visibility of functions by name, and how a wrong function is marked.

    Args:
        worth: by function; ``default`` for the others.
        visibility: by function; ``default`` for the others.
        partial: a wrong function gets the share of its cases that are right.
        explain: students read the whole explanation in the place of a hint.
        usual: what a function is worth where nothing is said of it: 1, or 0 if it comes with the handout.
    """

    worth: Mapping[str, float] = field(default_factory=dict)
    visibility: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    explain: bool = False
    usual: Mapping[str, int] = field(default_factory=dict)

    def of(self, name: str) -> float:
        """What a function is worth; ``default`` is for those that are worth anything.

        >>> Points({"default": 2}, usual={"Solver": 0}).of("Solver")
        0
        """
        return self.worth.get(name, self.worth.get(DEFAULT, 1) * self.usual.get(name, 1))

    def seen(self, name: str) -> str:
        """When a student sees it."""
        return self.visibility.get(name, self.visibility.get(DEFAULT, "visible"))

    def score(self, judgement: Judgement) -> float | None:
        """The mark of one function; None where the checker failed, which is no zero.

        >>> wrong = Judgement("sgd", "wrong", cases=100, failed=25)
        >>> Points().score(wrong), Points({"sgd": 2}, partial=True).score(wrong)
        (0, 1.5)
        """
        if judgement.our_failure:
            return None
        full = self.of(judgement.name)
        if judgement.verdict == "right":
            return full
        right = judgement.cases - judgement.failed
        if not self.partial or judgement.verdict != "wrong" or right <= 0:
            return 0
        return round(full * right / judgement.cases, 2)

    def total(self, report: HomeworkReport) -> tuple[float, float] | None:
        """The sum of the marks and of what they could be, of all that was judged; None if nothing was."""
        marks = [(self.score(j), self.of(j.name)) for j in report.judgements]
        known = [(score, full) for score, full in marks if score is not None]
        if not known:
            return None
        return round(math.fsum(s for s, _ in known), 2), round(math.fsum(f for _, f in known), 2)


def read(file: Path | None, usual: Mapping[str, int]) -> Points:
    """The points in a file; without one those that are usual in the course, whose functions these are.

    Raises:
        UsageError: it cannot be read, or names what does not exist; one line.
    """
    if file is None:
        return Points(usual=usual)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read --points {str(file)!r} ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"--points {str(file)!r} is not TOML: {error}") from error
    try:
        return _points(content, usual)
    except ValueError as error:
        raise UsageError(f"--points {str(file)!r}: {error}") from error


def _points(content: Mapping[str, Any], usual: Mapping[str, int]) -> Points:
    _known(content, ("points", "visibility", "options"), "table")
    tables = {name: content.get(name, {}) for name in ("points", "visibility", "options")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ValueError(f"{name} is no table: write [{name}] above its lines")
    worth, visibility, options = tables.values()
    for table in (worth, visibility):
        _known(table, (DEFAULT, *usual), "function")
    _known(options, ("partial", "explain"), "option")
    for name, value in worth.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < math.inf:
            raise ValueError(f"{name} = {value!r}: write a number from 0")
    for name, value in visibility.items():
        if value not in VISIBILITIES:
            raise ValueError(f"{name} = {value!r}: write one of {', '.join(VISIBILITIES)}")
    for name, value in options.items():
        if not isinstance(value, bool):
            raise ValueError(f"{name} = {value!r}: write true or false")
    return Points(worth, visibility, **options, usual=usual)


def _known(table: Mapping[str, Any], names: tuple[str, ...], what: str) -> None:
    for name in table:
        if name not in names:
            raise ValueError(f"there is no {what} {name!r}: there are {', '.join(names)}")
