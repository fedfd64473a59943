"""A homework report as tables and sentences: for a terminal, a log and a job summary."""

import shlex
import textwrap
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from parity_tests.homework.judgement import HomeworkReport, Judgement
from reports.plain_text import admitted, one_line
from reports.table import Column, Table, Tone

GOOD, BAD = ("right",), ("wrong", "error", "timeout", "crashed", "forbidden")
WIDTH, SHORT = 79, 76
"""Columns of a terminal, and characters of a reason in a table."""


def tone(verdict: str) -> Tone:
    """Right is good; what is missing or was not judged is neither."""
    return "good" if verdict in GOOD else "bad" if verdict in BAD else ""


COLUMNS = (
    Column("name", "function", whole=True),
    Column("verdict", "verdict", tone=tone, whole=True),
    Column("said", "why"),
    Column("file", "file", detail=True),
    Column("line", "line", detail=True),
    Column("cases", "cases", detail=True),
    Column("failed", "failed", detail=True),
    Column("message", "message", detail=True, prose=True),
    Column("condition", "condition", detail=True, prose=True),
    Column("diagnosis", "mistake", detail=True, prose=True),
    Column("remarks", "remarks", detail=True, prose=True),
)


def functions(report: HomeworkReport) -> Table:
    """One row for each function."""
    rows = [
        {
            "name": j.name,
            "verdict": j.verdict,
            "said": _in_short(j),
            "file": one_line(j.file),
            "line": j.line,
            "cases": j.cases,
            "failed": j.failed,
            "message": one_line(j.message),
            "condition": one_line(j.condition),
            "diagnosis": one_line(j.diagnosis),
            "remarks": one_line("; ".join(j.remarks)),
        }
        for j in report.judgements
    ]
    return Table("functions", "Functions", COLUMNS, rows)


def _in_short(judgement: Judgement) -> str:
    """Why it is not right, in a line or two of a table; all of it stands below."""
    if judgement.verdict == "right":
        return ""
    return textwrap.shorten(
        one_line(judgement.diagnosis or judgement.message), SHORT, placeholder=" …"
    )


def summary(report: HomeworkReport) -> str:
    """How many functions are right, and what the others are.

    >>> from parity_tests.homework.judgement import HomeworkReport, Judgement
    >>> judgements = (Judgement("sgd", "right"), Judgement("adam", "missing"))
    >>> summary(HomeworkReport("hw.zip", "cs231n", judgements, 0))
    'hw.zip: 1 of 2 right, 1 missing'
    """
    counts: Counter[str] = Counter(judgement.verdict for judgement in report.judgements)
    others = [f"{counts[word]} {word}" for word in (*BAD, "missing", "not judged") if counts[word]]
    right = f"{counts['right']} of {len(report.judgements)} right"
    return f"{one_line(report.submission)}: {', '.join([right, *others])}"


def troubled(report: HomeworkReport) -> list[list[Judgement]]:
    """The functions of which more is to be said than their verdict.

    Those of which the same is to be said, since their file cannot be imported, are together.
    """
    bad = [j for j in report.judgements if j.verdict in BAD]
    return [list(same) for _, same in groupby(bad, _what_is_said)]


def _what_is_said(j: Judgement) -> tuple[object, ...]:
    own = j.name if j.verdict == "wrong" else ""
    return own, j.verdict, j.file, j.line, j.message, j.counterexample


def title(same: Sequence[Judgement]) -> str:
    """Which functions, their verdict, and where they are."""
    first = same[0]
    line = f", line {first.line}" if first.line else ""
    place = f" ({one_line(first.file)}{line})" if first.file else ""
    return f"{', '.join(j.name for j in same)}: {first.verdict}{place}"


def sentences(judgement: Judgement, explain: bool = False) -> list[str]:
    """When it fails, what the mistake is, and how to find it."""
    lines = [one_line(judgement.condition or judgement.message)]
    if judgement.diagnosis:
        lines.append(f"mistake: {one_line(judgement.diagnosis)}")
    if explain and judgement.explanation:
        lines.append(f"why: {one_line(judgement.explanation)}")
    elif judgement.hint:
        lines.append(f"hint: {one_line(judgement.hint)}")
    return [line for line in lines if line]


def again(judgement: Judgement, path: str, course: str = "cs231n") -> str:
    r"""The command that runs the counterexample once more; nothing where there is none.

    >>> from parity_tests.homework.judgement import Judgement
    >>> again(Judgement("sgd", "wrong", replay="optimizers.SGD / d0=1 / seed=1"), "my hw.zip")
    'nnparity homework \'my hw.zip\' --only sgd --replay "optimizers.SGD / d0=1 / seed=1"'
    """
    if not judgement.replay:
        return ""
    chosen = "" if course == "cs231n" else f" --course {course}"
    return (
        f"nnparity homework {shlex.quote(admitted(path))}{chosen} --only {judgement.name} "
        f'--replay "{one_line(judgement.replay)}"'
    )


def told(
    same: Sequence[Judgement], path: str, course: str = "cs231n", explain: bool = False
) -> list[str]:
    """What a student reads of functions that are not right, under their title, line by line."""
    first = same[0]
    lines = [wrapped for line in sentences(first, explain) for wrapped in folded(line, "  ")]
    example = admitted(first.counterexample).splitlines()
    command = again(first, path, course)
    return [
        *lines,
        *(f"    {line}" for line in example),
        *([f"  again: {command}"] if command else []),
    ]


def folded(line: str, indent: str = "") -> list[str]:
    """A sentence in lines of a terminal; what has no blank is not cut."""
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def left(report: HomeworkReport) -> list[str]:
    """The functions that are missing, and those that were not judged, each in one line."""
    others = [j for j in report.judgements if j.verdict not in (*GOOD, *BAD)]
    return [f"{j.name}: {j.verdict} ({one_line(j.message)})" for j in others]


def remarks(report: HomeworkReport) -> list[str]:
    """What is worth knowing and no mistake: of the submission, then of its functions."""
    failed = [f"{file} cannot be imported: {why}" for file, why in report.errors.items()]
    own = [f"{j.name}: {remark}" for j in report.judgements for remark in j.remarks]
    return [one_line(text) for text in (*report.remarks, *failed, *own)]
