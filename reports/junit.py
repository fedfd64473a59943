"""Verdicts as JUnit XML, which every CI server reads."""

from xml.etree import ElementTree as ET

from parity_tests.harness.verdict import Findings, Verdict
from reports.check_tables import groups
from reports.failures import failure_of, lines
from reports.plain_text import admitted, one_line


def to_junit(findings: Findings) -> str:
    """One suite per pair and dtype, one test case per verdict; a failure holds its counterexample.

    >>> from parity_tests.harness.verdict import Findings, Verdict
    >>> good = Verdict("layers.linear", "outputs_agree", "y", "float64", True)
    >>> 'name="outputs_agree (y)"' in to_junit(Findings((good,), seed=0, examples=50))
    True
    """
    root = ET.Element("testsuites", {"name": "nnparity"} | _totals(findings.verdicts))
    for (pair, dtype), verdicts in groups(findings).items():
        name = admitted(f"{pair} {dtype}")
        suite = ET.SubElement(root, "testsuite", {"name": name} | _totals(tuple(verdicts)))
        for verdict in verdicts:
            _add(suite, verdict)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add(suite: ET.Element, verdict: Verdict) -> None:
    name = f"{verdict.check} ({verdict.quantity})"
    classname = f"{verdict.pair}.{verdict.dtype}"
    case = ET.SubElement(suite, "testcase", name=admitted(name), classname=admitted(classname))
    if not verdict.passed:
        failure = ET.SubElement(case, "failure", message=one_line(verdict.sentence()))
        failure.text = "\n".join(lines(failure_of([verdict])))


def _totals(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    failures = sum(not verdict.passed for verdict in verdicts)
    return {"tests": str(len(verdicts)), "failures": str(failures), "errors": "0", "skipped": "0"}
