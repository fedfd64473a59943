"""The page of one submission: what a student reads, in one file that needs no other."""

from collections.abc import Sequence
from dataclasses import dataclass

from parity_tests.homework.judgement import HomeworkReport, Judgement
from reports.homework_points import Points
from reports.homework_tables import BAD, again, functions, left, remarks, summary, title, troubled
from reports.page import Fact, template
from reports.plain_text import admitted, one_line
from reports.table import Table


@dataclass(frozen=True, slots=True)
class Trouble:
    """Functions that are not right, and all that is known of why."""

    title: str
    name: str
    condition: str
    diagnosis: str
    hint: str
    explanation: str
    counterexample: str
    again: str


@dataclass(frozen=True, slots=True)
class StudentPage:
    """Everything that the template shows."""

    title: str
    passed: bool
    headline: str
    facts: Sequence[Fact]
    troubles: Sequence[Trouble]
    left: Sequence[str]
    remarks: Sequence[str]
    table: Table
    footer: str


def to_html(report: HomeworkReport, points: Points = Points(), path: str = "") -> str:  # noqa: B008
    """The file; every text in it is escaped."""
    place = path or one_line(report.submission)
    page = StudentPage(
        title=f"{report.course} homework",
        passed=report.passed,
        headline=summary(report),
        facts=facts(report, points),
        troubles=[trouble(same, place, report.course) for same in troubled(report)],
        left=left(report),
        remarks=remarks(report),
        table=functions(report),
        footer=footer(report),
    )
    return template("homework.html").render(page=page) + "\n"


def facts(report: HomeworkReport, points: Points) -> list[Fact]:
    """The numbers at the top."""
    total = points.total(report)
    cases = sum(judgement.cases for judgement in report.judgements)
    wrong = sum(judgement.verdict in BAD for judgement in report.judgements)
    missing = sum(judgement.verdict == "missing" for judgement in report.judgements)
    score = "no mark" if total is None else f"{total[0]:g} / {total[1]:g}"
    return [
        Fact(score, "points"),
        Fact(str(wrong), "functions to correct"),
        Fact(str(missing), "functions to write"),
        Fact(f"{cases:,}", "random cases tried"),
    ]


def trouble(same: Sequence[Judgement], path: str, course: str) -> Trouble:
    """Those of which the same is to be said."""
    first = same[0]
    return Trouble(
        title(same),
        first.name,
        one_line(first.condition or first.message),
        one_line(first.diagnosis),
        one_line(first.hint),
        one_line(first.explanation),
        admitted(first.counterexample),
        again(first, path, course),
    )


def footer(report: HomeworkReport) -> str:
    """Under what it was made, so that it can be made again."""
    isolation = (
        f" Submitted code ran confined: {one_line(report.isolation)}." if report.isolation else ""
    )
    return f"Made by nnparity homework with seed {report.seed}.{isolation}"
