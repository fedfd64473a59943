"""What is left of a homework report: JSON, Gradescope, JUnit, CSV, Markdown and a page."""

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from reports import homework_tables
from reports.homework_gradescope import to_gradescope
from reports.homework_junit import to_junit
from reports.homework_page import to_html
from reports.homework_points import Points, read
from reports.homework_run import to_json, to_markdown
from reports.tests.made_homework import HOSTILE, OTHERS, WRONG, hostile, report
from reports.usage import UsageError

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    "score": (int, float), "execution_time": (int, float), "output": str, "output_format": FORMATS,
    "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBILITIES,
    "stdout_visibility": VISIBILITIES, "extra_data": dict, "tests": list, "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": (int, float), "max_score": (int, float), "status": {"passed", "failed"}, "name": str,
    "name_format": FORMATS, "number": str, "output": str, "output_format": FORMATS, "tags": list,
    "visibility": VISIBILITIES, "extra_data": dict,
}  # fmt: skip


def fits(record, keys):
    """Whether every key is one that Gradescope's documentation has, with a value that it allows."""
    return set(record) <= set(keys) and all(
        value in keys[key] if isinstance(keys[key], set) else isinstance(value, keys[key])
        for key, value in record.items()
    )


def graded(made, points=Points()):  # noqa: B008
    results = json.loads(to_gradescope(made, points, 12.3))
    return results, {test["name"]: test for test in results["tests"]}


@pytest.mark.parametrize("made", [report(), hostile(), report(OTHERS[-1])])
def test_gradescope_s_results_have_the_documented_form(made):
    results, tests = graded(made)
    assert fits(results, TOP)
    assert all(fits(test, TEST) for test in tests.values())
    assert all(test["output_format"] == test["name_format"] == "text" for test in tests.values())


def test_the_form_would_be_seen_to_be_wrong():
    assert not fits({"score": "1"}, TEST)
    assert not fits({"visible": "visible"}, TEST)
    assert not fits({"visibility": "never"}, TEST)


def test_scores_are_points_by_function():
    points = Points({"affine_forward": 3, "default": 2})
    results, tests = graded(report(), points)
    assert (tests["affine_forward"]["score"], tests["affine_forward"]["max_score"]) == (3, 3)
    assert (tests["adam"]["score"], tests["adam"]["max_score"]) == (0, 2)
    assert (tests["affine_forward"]["status"], tests["adam"]["status"]) == ("passed", "failed")
    assert results["score"] == 3


def test_partial_points_are_the_share_of_cases_and_of_wrong_functions_only():
    _, tests = graded(report(), Points({"default": 2}, partial=True))
    assert tests["conv_backward_naive"]["score"] == 1.5
    assert tests["sgd"]["score"] == tests["relu_forward"]["score"] == 0


def test_a_failure_of_the_checker_is_no_zero():
    results, tests = graded(report())
    assert {"score", "max_score", "status"} & set(tests["rmsprop"]) == set()
    assert "not you" in tests["rmsprop"]["output"]
    assert tests["layernorm_backward"]["score"] == 0  # this one is the submission's
    nothing, _ = graded(report(OTHERS[-1]))
    assert "score" not in nothing
    assert "score" in results


def test_hidden_functions_are_counted_and_not_told():
    points = Points(visibility={"adam": "hidden", "affine_forward": "after_due_date"})
    results, tests = graded(report(), points)
    assert tests["adam"]["visibility"] == "hidden"
    assert "0 of 6 functions right" in results["output"]
    assert "2 of the 8 functions are shown later or never" in results["output"]


def test_students_read_the_hint_or_the_explanation():
    for explain, said, unsaid in (
        (False, WRONG.hint, WRONG.explanation),
        (True, WRONG.explanation, WRONG.hint),
    ):
        text = graded(report(), Points(explain=explain))[1]["conv_backward_naive"]["output"]
        assert said in text
        assert unsaid not in text
        assert WRONG.counterexample in text


def test_points_are_read(tmp_path):
    file = tmp_path / "points.toml"
    file.write_text(
        '[points]\nsgd = 3\n[visibility]\ndefault = "hidden"\n[options]\npartial = true\n'
    )
    points = read(file, {"sgd": 1, "adam": 1})
    assert (points.of("sgd"), points.of("adam"), points.partial) == (3, 1, True)
    assert points.seen("adam") == "hidden"
    assert read(None, {"sgd": 1}) == Points(usual={"sgd": 1})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[points]\nsdg = 3", "no function 'sdg'"),
        ("[points]\nsgd = -1", "write a number from 0"),
        ("[points]\nsgd = nan", "write a number from 0"),
        ("[points]\nsgd = inf", "write a number from 0"),
        ("[points]\nsgd = true", "write a number from 0"),
        ('[visibility]\nsgd = "never"', "write one of visible"),
        ("[visibility]\nsgd = [1]", "write one of visible"),
        ("[options]\npartial = 1", "write true or false"),
        ("[options]\npartly = true", "no option 'partly'"),
        ("points = 3", "points is no table"),
        ("[marks]\nsgd = 3", "no table 'marks'"),
        ("[points", "is not TOML"),
    ],
)
def test_points_that_mean_nothing_are_refused_in_one_line(tmp_path, text, said):
    file = tmp_path / "points.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        read(file, {"sgd": 1})
    assert said in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_points_that_cannot_be_read_are_refused(tmp_path, content):
    file = tmp_path / "points.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError):
        read(file, {"sgd": 1})


@pytest.mark.parametrize("made", [report(), hostile()])
def test_junit_is_xml_and_its_totals_are_right(made):
    root = ET.fromstring(to_junit(made))
    for kind, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert len(root.findall(f".//testcase/{kind}")) == int(root.attrib[total])
    assert len(root.findall(".//testcase")) == int(root.attrib["tests"]) == len(made.judgements)


def test_junit_tells_what_is_wrong_and_what_was_not_judged():
    cases = {
        case.attrib["name"]: case
        for case in ET.fromstring(to_junit(report(), "my hw")).iter("testcase")
    }
    kinds = {name: [child.tag for child in case] for name, case in cases.items()}
    assert kinds["affine_forward"] == []
    assert kinds["conv_backward_naive"] == kinds["adam"] == ["failure"]
    assert kinds["relu_forward"] == kinds["sgd"] == ["error"]
    assert kinds["rmsprop"] == ["skipped"]
    assert "nnparity homework 'my hw' --only" in cases["conv_backward_naive"][0].text


def test_json_keeps_its_promises():
    record = json.loads(to_json(report()))
    assert record["schema"] == 1
    assert {"submission", "course", "score", "max_score", "functions"} <= set(record)
    keys = {"name", "file", "line", "verdict", "cases", "failed", "condition", "diagnosis"}
    keys |= {"counterexample", "replay", "message"}
    assert all(keys <= set(function) for function in record["functions"])


def test_csv_has_a_row_for_each_function():
    rows = list(csv.DictReader(io.StringIO(homework_tables.functions(hostile()).to_csv())))
    assert [row["name"] for row in rows] == ["conv_backward_naive"]
    assert rows[0]["line"] == "335"


def test_markdown_begins_with_the_summary_and_ends_every_block():
    text = to_markdown(report())
    assert text.startswith(
        "**hw.zip: 1 of 8 right, 1 wrong, 2 error, 1 timeout, 1 missing, 2 not judged**"
    )
    assert text.count("\n~~~") % 2 == 0
    assert WRONG.hint in text


class Read(HTMLParser):
    """The names of all elements, and whether each that was opened was closed."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self):
        super().__init__()
        self.seen, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("made", [report(), hostile(), report(OTHERS[0])])
def test_the_page_is_one_well_formed_file_without_scripts(made):
    text = to_html(made)
    page = Read()
    page.feed(text)
    assert page.open == []
    assert not {"script", "img", "iframe"} & set(page.seen)
    assert "http" not in text


def test_the_page_has_all_that_a_student_needs():
    text = to_html(report(), Points({"default": 2}), "my hw.zip")
    for said in ("2 / 14", "What is x[0:-0]?", WRONG.explanation, "to write", "left out a link"):
        assert said in text
    assert "relu_forward, relu_backward: error" in text


def test_what_is_the_same_of_several_functions_is_said_once():
    groups = homework_tables.troubled(report())
    names = [[judgement.name for judgement in same] for same in groups]
    assert names == [["conv_backward_naive"], ["relu_forward", "relu_backward"], ["sgd"]]
    other = replace(OTHERS[2], message="another")
    assert len(homework_tables.troubled(report(OTHERS[1], other))) == 2


def test_what_is_told_fits_a_terminal_but_for_the_command():
    for line in homework_tables.told([WRONG], "hw.zip"):
        assert len(line) < 80 or line.startswith("  again: nnparity homework hw.zip --only")
    assert all(len(line) < 80 for line in homework_tables.folded("word " * 60))


def test_no_control_character_reaches_the_terminal():
    made = hostile()
    told = homework_tables.told(made.judgements, HOSTILE)
    said = [homework_tables.title(made.judgements), homework_tables.summary(made), *told]
    said += [*homework_tables.remarks(made), homework_tables.functions(made).to_csv()]
    assert not {"\x1b", "\x00", "\ud800"} & set("".join(said))
