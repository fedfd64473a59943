"""Waivers and exclusions, in words: on the screen, in tables, and among the failures when they are stale."""

import io

from rich.console import Console

from parity_tests import check
from parity_tests.harness.verdict import Findings
from reports import check_run, failures
from reports import known_disagreements as known
from reports.tests.made_findings import agreeing, verdict, waived


def test_a_waiver_is_one_row_for_both_dtypes():
    (row,) = known.known(waived()).rows
    assert (row["dtypes"], row["cases"], row["state"]) == ("float64, float32", 9, "excused")
    assert (row["condition"], row["reason"]) == ("an axis of length 1", "PyTorch reads dy wrongly")
    assert known.excused(waived()) == 9


def test_the_link_is_whole_for_machines_and_short_for_people():
    table = known.known(waived())
    thread = "https://github.com/pytorch/pytorch/issues/1"
    assert thread in table.to_csv()
    assert f"[pytorch#1]({thread})" in table.to_markdown()


def test_a_waiver_that_is_not_needed_is_bad_news():
    table = known.known(waived(needed=False))
    (cell,) = [cell for cell in table.cells[0] if cell.text == "PYTORCH AGREES"]
    assert cell.tone == "bad"
    (failure,) = failures.failures(waived(needed=False))
    assert failure.title == "layers.linear: PyTorch agrees where a waiver says that it does not"
    assert "remove the waiver" in failure.sentence
    assert (failure.why, failure.counterexample) == ("", "")


def test_what_is_not_drawn_stands_beside_it():
    findings = Findings((verdict("layers.group_norm"), verdict("layers.max_pool2d")), 0, 50)
    rows = known.known(findings).rows
    assert [(row["pair"], row["state"]) for row in rows] == [
        ("layers.max_pool2d", "not drawn"),
        ("layers.group_norm", "not drawn"),
    ]
    assert list(known.lines(findings)) == []


def test_the_screen_tells_it_in_one_line_under_the_table():
    console = Console(width=80, file=io.StringIO())
    check_run.tell(waived(), console)
    lines = console.file.getvalue().splitlines()
    told = [line for line in lines if line.startswith("known disagreement: layers.linear")]
    assert len(told) == 1
    assert told[0].endswith("(9 cases excused; https://github.com/pytorch/pytorch/issues/1)")
    assert list(known.lines(agreeing())) == []


def test_a_real_waiver_is_found():
    findings = check("layers.batch_norm.BatchNorm2d", examples=5, dtypes=("float64",))
    (row,) = known.known(findings).rows
    assert row["state"] == "excused"
    assert row["link"].startswith("https://")
