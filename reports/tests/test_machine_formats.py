"""What other programs read: JSON and JUnit."""

import json
import math
from xml.etree import ElementTree as ET

from parity_tests import check
from parity_tests.harness.verdict import Findings
from reference.activations import relu
from reference.activations.relu import ReLU
from reports.check_run import to_json
from reports.junit import to_junit
from reports.tests.made_findings import agreeing, disagreeing, verdict


def test_json_is_the_promised_interface():
    document = json.loads(to_json(agreeing()))
    assert document["schema"] == 1
    assert {"seed", "versions", "verdicts"} <= set(document)
    promised = {"pair", "check", "quantity", "passed", "worst", "allowed", "at", "case", "blame"}
    assert all(promised <= set(each) for each in document["verdicts"])


def test_json_has_no_word_for_infinity():
    text = to_json(Findings((verdict(passed=False, worst=math.inf, allowed=math.nan),), 0, 1))
    (only,) = json.loads(text, parse_constant=lambda name: 1 / 0)["verdicts"]
    assert (only["worst"], only["allowed"]) == (None, None)


def test_equal_findings_are_equal_bytes():
    assert to_json(agreeing()) == to_json(agreeing())


def test_junit_counts_and_names_what_failed():
    root = ET.fromstring(to_junit(disagreeing()))
    assert (root.get("tests"), root.get("failures")) == ("6", "2")
    names = [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]
    assert names == ["gradients_agree (dx)", "dtype_kept (y)"]


class Doubled(ReLU):
    """Twice what it ought to be where x is positive."""

    def forward(self, x):
        y, saved = super().forward(x)
        return 2 * y, saved


def test_junit_holds_why_and_the_counterexample(monkeypatch):
    monkeypatch.setattr(relu, "ReLU", Doubled)
    root = ET.fromstring(to_junit(check("activations.relu", examples=20, dtypes=("float64",))))
    told = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    text = told["outputs_agree (y)"].text
    assert text.startswith("activations.relu: the NumPy reference is wrong")
    assert "why: the definition gives" in text
    assert "expected y" in text
    assert 'again: nnparity check --replay "activations.relu' in text
    assert told["inputs_untouched (x)"] is None


def test_junit_leaves_out_what_xml_cannot_hold():
    text = to_junit(disagreeing())
    assert not {"\x00", "\x1b", "\ud800"} & set(text)
    text.encode()
    message = list(ET.fromstring(text).iter("failure"))[-1].get("message")
    assert '<script>alert("&")</script>[31m' in message


def test_junit_of_agreement_has_no_failure():
    assert "<failure" not in to_junit(agreeing())
