"""A homework report as JUnit XML: one test case per function."""

from collections import Counter
from xml.etree import ElementTree as ET

from parity_tests.homework.judgement import HomeworkReport, Judgement
from reports.homework_tables import GOOD, told
from reports.plain_text import admitted, one_line

ELEMENTS = {"wrong": "failure", "missing": "failure", "not judged": "skipped"}
"""By verdict; every other one that is not right is an error."""


def to_junit(report: HomeworkReport, path: str = "") -> str:
    """One suite; a function that is missing fails, one that was not judged is skipped.

    >>> from parity_tests.homework.judgement import HomeworkReport, Judgement
    >>> report = HomeworkReport("hw.zip", "cs231n", (Judgement("sgd", "right"),), 0)
    >>> 'testcase name="sgd" classname="cs231n"' in to_junit(report)
    True
    """
    kinds = Counter(element(judgement) for judgement in report.judgements)
    totals = {
        "tests": str(len(report.judgements)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
    }
    root = ET.Element("testsuites", {"name": "nnparity homework"} | totals)
    suite = ET.SubElement(root, "testsuite", {"name": one_line(report.submission)} | totals)
    for judgement in report.judgements:
        _add(suite, judgement, report.course, path or report.submission)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def element(judgement: Judgement) -> str:
    """The name of the element inside the test case; nothing for one that passes."""
    return "" if judgement.verdict in GOOD else ELEMENTS.get(judgement.verdict, "error")


def _add(suite: ET.Element, judgement: Judgement, course: str, path: str) -> None:
    case = ET.SubElement(suite, "testcase", name=judgement.name, classname=course)
    if kind := element(judgement):
        said = one_line(f"{judgement.verdict}: {judgement.diagnosis or judgement.message}")
        inside = ET.SubElement(case, kind, message=said)
        inside.text = admitted("\n".join(told([judgement], path, course)))
