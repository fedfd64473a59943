"""``nnparity homework DIR --class``: a folder of submissions in; rows, pages and a histogram of mistakes out."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from parity_tests.homework.class_run import ClassError, Member, Terms, judge_class, submissions
from parity_tests.homework.judge_submission import UnknownCourse, functions_of, points_of
from reports import homework_page, homework_points
from reports.homework_points import Points
from reports.homework_tables import BAD, tone
from reports.output import check_folder, write_text
from reports.page import Fact, template
from reports.plain_text import one_line
from reports.progress import progress
from reports.table import Column, Table
from reports.usage import UsageError, asked_for

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets."""
MOST_BARS = 30
UNNAMED, ANY = "wrong, in a way without a name", "(one or more)"

ROWS = (
    Column("student", "submission"),
    Column("function", "function"),
    Column("verdict", "verdict", tone=tone),
    Column("score", "score"),
    Column("max_score", "of"),
    Column("cases", "cases"),
    Column("failed", "failed"),
    Column("condition", "condition"),
    Column("mistake", "mistake"),
    Column("message", "message"),
    Column("file", "file"),
    Column("line", "line"),
    Column("remarks", "remarks"),
)
STUDENTS = (
    Column("page", "submission", lambda link: Path(link).name.removesuffix(".html"), link=True),
    Column("score", "points", lambda score: "no mark" if score is None else f"{score:g}"),
    Column("right", "right", str),
    Column("wrong", "to correct", str),
    Column("missing", "missing", str),
    Column("other", "not judged", str),
)
FUNCTIONS = (
    Column("function", "function"),
    Column("right", "right", str),
    Column("wrong", "to correct", str),
    Column("missing", "missing", str),
    Column("other", "not judged", str),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A mistake, how many made it, and its share of the longest bar in percent."""

    function: str
    mistake: str
    count: int
    width: int


@dataclass(frozen=True, slots=True)
class ClassPage:
    """Everything that the template shows."""

    title: str
    passed: bool
    headline: str
    facts: Sequence[Fact]
    bars: Sequence[Bar]
    tables: Sequence[Table]
    footer: str


def rows(members: Sequence[Member], points: Points) -> Table:
    """One row for each submission and function."""
    made = [
        {
            "student": cell(member.name),
            "function": j.name,
            "verdict": j.verdict,
            "score": points.score(j),
            "max_score": points.of(j.name),
            "cases": j.cases,
            "failed": j.failed,
            "condition": cell(j.condition),
            "mistake": cell(j.diagnosis),
            "message": cell(j.message),
            "file": cell(j.file),
            "line": j.line,
            "remarks": cell("; ".join(j.remarks)),
        }
        for member in members
        for j in member.report.judgements
    ]
    return Table("rows", "Rows", ROWS, made)


def cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula.

    >>> cell("=1+1"), cell("right")
    ("'=1+1", 'right')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def students(members: Sequence[Member], points: Points) -> Table:
    """One row for each submission."""
    made: list[dict[str, Any]] = []
    for member in members:
        total = points.total(member.report)
        verdicts = [judgement.verdict for judgement in member.report.judgements]
        page = f"students/{member.file.replace('%', '%25')}.html"
        made.append({"page": page, "score": total and total[0]} | _counts(verdicts))
    return Table("students", "Submissions", STUDENTS, made)


def functions(members: Sequence[Member]) -> Table:
    """One row for each function: how the class did."""
    verdicts: dict[str, list[str]] = {}
    for member in members:
        for judgement in member.report.judgements:
            verdicts.setdefault(judgement.name, []).append(judgement.verdict)
    made = [{"function": name} | _counts(words) for name, words in verdicts.items()]
    return Table("functions", "Functions", FUNCTIONS, made)


def _counts(verdicts: Sequence[str]) -> dict[str, Any]:
    right, missing = verdicts.count("right"), verdicts.count("missing")
    wrong = sum(word in BAD for word in verdicts)
    other = len(verdicts) - right - missing - wrong
    return {"right": right, "wrong": wrong, "missing": missing, "other": other}


def histogram(members: Sequence[Member]) -> list[Bar]:
    """The mistakes of the class, the most frequent first; of what does not run, only how many."""
    counts = Counter(mistake for member in members for mistake in _mistakes(member))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_BARS]
    return [Bar(name, why, n, round(100 * n / ranked[0][1])) for (name, why), n in ranked]


def _mistakes(member: Member) -> set[tuple[str, str]]:
    """By function and name; what does not run is counted once, in however many functions."""
    return {
        (j.name, one_line(j.diagnosis) or UNNAMED) if j.verdict == "wrong" else (ANY, j.verdict)
        for j in member.report.judgements
        if j.verdict in BAD
    }


def headline(members: Sequence[Member]) -> str:
    """How many submissions, and what became of them."""
    judged = [m for m in members if not any(j.our_failure for j in m.report.judgements)]
    right = sum(member.report.passed for member in members)
    text = f"{len(members)} submissions, {right} right in all functions"
    failed = len(members) - len(judged)
    return text + (f"; the checker failed on {failed}, run it again" if failed else "")


def page(members: Sequence[Member], terms: Terms, points: Points) -> ClassPage:
    """The page of a class."""
    judgements = [j for member in members for j in member.report.judgements]
    totals = [total[0] for m in members if (total := points.total(m.report)) is not None]
    middle = sorted(totals)[len(totals) // 2] if totals else 0
    most = sum(points.of(j.name) for j in members[0].report.judgements)
    return ClassPage(
        title=f"{terms.course} homework, a class",
        passed=not any(j.our_failure for j in judgements),
        headline=headline(members),
        facts=[
            Fact(str(len(members)), "submissions"),
            Fact(f"{middle:g} / {most:g}", "points, the median"),
            Fact(str(sum(j.verdict in BAD for j in judgements)), "functions to correct"),
            Fact(str(sum(j.verdict == "missing" for j in judgements)), "functions missing"),
        ],
        bars=histogram(members),
        tables=[functions(members), students(members, points)],
        footer=f"Made by nnparity homework --class with seed {terms.seed}, {terms.examples} cases for each "
        "pair of functions. Every row: rows.csv. Every verdict: students/*.json.",
    )


def write(members: Sequence[Member], terms: Terms, points: Points, out: Path) -> None:
    """Leave the rows, a page for each submission, and the page of all, last of all."""
    write_text(out / "rows.csv", rows(members, points).to_csv())
    for member in members:
        text = homework_page.to_html(member.report, points, member.name)
        write_text(out / "students" / f"{member.file}.html", text)
    made = template("class.html").render(page=page(members, terms, points))
    write_text(out / "index.html", made + "\n")


def run(
    folder: Path,
    out: Path,
    terms: Terms,
    jobs: int | None = None,
    scheduler: str | None = None,
    points: Path | None = None,
) -> list[Member]:
    """Judge the class under a progress bar; what an earlier run has finished is kept."""
    check_folder(out, "--out")
    with asked_for(UnknownCourse, ClassError):
        names = functions_of(terms.course)
        for name in terms.only:
            if name not in names:
                raise UsageError(f"--only {name}: {terms.course} has {', '.join(names)}")
        worth = homework_points.read(points, points_of(terms.course))
        total = len(submissions(folder, out))
        cluster = _cluster(scheduler)
        at_once = jobs or (cluster.jobs if cluster is not None else os.cpu_count())
        with progress("judged", total) as advance:
            members, terms = judge_class(folder, out, terms, at_once, cluster, advance)
    write(members, terms, worth, out)
    return members


def _cluster(address: str | None) -> Any:
    """Connected to the scheduler, where there is one."""
    if address is None:
        return None
    from parity_tests.homework.cluster import Cluster  # Dask is not always there

    return Cluster(address)


def tell(members: Sequence[Member], out: Path, console: Console) -> None:
    """Print how the class did in each function, and where all of it is."""
    console.print(functions(members).to_screen())
    kept = sum(member.kept for member in members)
    earlier = f" ({kept} kept from an earlier run)" if kept else ""
    text = f"{headline(members)}{earlier}: {out / 'index.html'}"
    console.print(text, markup=False, highlight=False, soft_wrap=True)
