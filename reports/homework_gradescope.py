"""A homework report as Gradescope's ``results.json``: one test per function, with its mark.

The format: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
"""

import json
from typing import Any

from parity_tests.homework.judgement import HomeworkReport, Judgement
from reports.homework_points import Points
from reports.homework_tables import GOOD, sentences
from reports.plain_text import admitted, one_line

LONGEST = 8_000
"""Characters of one test's output: a page is no place for more."""
OUR_FAILURE = (
    "This function has no mark, because the checker failed on it, not you. "
    "Please tell the course staff, who can run the autograder again."
)
HIDDEN = (
    "{count} of the {total} functions are shown later or never, so what you see here is not the "
    "whole mark."
)


def to_gradescope(report: HomeworkReport, points: Points, seconds: float) -> str:
    """The file. A function that the checker could not judge has no score: that is no zero.

    Where no function was judged there is no score at all, so Gradescope reports a failed autograder
    and gives no mark.
    """
    results: dict[str, Any] = {"execution_time": round(seconds)}
    total = points.total(report)
    if total is not None:
        results["score"] = total[0]
    results |= {
        "output": _output(report, points),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [
            _test(judgement, points, number)
            for number, judgement in enumerate(report.judgements, start=1)
        ],
    }
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _test(judgement: Judgement, points: Points, number: int) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": judgement.name,
        "name_format": "text",
        "number": str(number),
        "output": told(judgement, points.explain),
        "output_format": "text",
        "visibility": points.seen(judgement.name),
    }
    score = points.score(judgement)
    if score is None:
        return test
    status = "passed" if judgement.verdict in GOOD else "failed"
    return test | {"score": score, "max_score": points.of(judgement.name), "status": status}


def told(judgement: Judgement, explain: bool = False) -> str:
    """What a student reads under a test."""
    lines: list[str] = [judgement.verdict]
    if judgement.verdict not in GOOD:
        lines += sentences(judgement, explain)
    if judgement.our_failure:
        lines.append(OUR_FAILURE)
    if judgement.counterexample:
        lines += ["", "The smallest case that fails:", *judgement.counterexample.splitlines()]
    lines += [f"remark: {one_line(remark)}" for remark in judgement.remarks]
    return admitted("\n".join(lines))[:LONGEST]


def _output(report: HomeworkReport, points: Points) -> str:
    """About the whole submission, and nothing about tests that are hidden."""
    shown = [j for j in report.judgements if points.seen(j.name) == "visible"]
    right = sum(j.verdict in GOOD for j in shown)
    lines = [f"{right} of {len(shown)} functions right"]
    if hidden := len(report.judgements) - len(shown):
        lines.append(HIDDEN.format(count=hidden, total=len(report.judgements)))
    return "\n".join([*lines, *(one_line(remark) for remark in report.remarks)])
