"""The tables about operations, in all their forms."""

import csv
import io
import math

import pytest
from rich.console import Console

from parity_tests.harness.verdict import Findings
from reports import check_run, check_tables
from reports.tests.made_findings import agreeing, disagreeing, verdict


def on_screen(findings, width=80):
    console = Console(width=width, file=io.StringIO())
    check_run.tell(findings, console)
    return console.file.getvalue()


def test_one_row_per_pair_and_dtype():
    rows = check_tables.operations(agreeing()).rows
    assert [(row["pair"], row["dtype"]) for row in rows] == [
        ("layers.linear", "float64"),
        ("layers.linear", "float32"),
        ("layers.conv2d", "float64"),
    ]
    assert (rows[0]["checks"], rows[0]["cases"], rows[0]["used"]) == (2, 50, 0.25)
    assert {row["verdict"] for row in rows} == {"agree"}


def test_a_failure_is_the_tightest_whatever_it_used():
    findings = Findings((verdict(worst=3.9e-16), verdict(passed=False)), 0, 50)
    (row,) = check_tables.operations(findings).rows
    assert (row["verdict"], row["used"]) == ("DISAGREE", 0.25)


def test_not_a_number_used_everything():
    assert check_tables.used(verdict(worst=math.nan)) == math.inf


def test_the_screen_is_eighty_wide_and_says_how_to_replay():
    text = on_screen(disagreeing())
    table, _, rest = text.partition("used: worst error")
    assert all(len(line) <= 80 for line in table.splitlines())
    assert "layers.conv2d: nothing decides who is wrong" in rest
    assert "gradients_agree (dx) FAILS in 12 of 40 cases" in rest
    assert 'nnparity check --replay "layers.linear bias=True' in rest
    assert text.splitlines()[-1] == "1 of 2 operations DISAGREES (140 random cases): layers.conv2d."


def test_the_summary_of_agreement_counts_cases_and_checks():
    assert on_screen(agreeing()).splitlines()[-1] == (
        "2 operations agree on 140 random cases: 4 comparisons, at most 75 % of the allowed error used."
    )


def test_nothing_compared_is_said():
    assert on_screen(Findings((), 0, 50)).splitlines()[-1] == "Nothing was compared."


def test_csv_has_names_of_columns_and_full_precision():
    table = check_tables.verdict_rows(disagreeing())
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert len(rows) == 6
    assert float(rows[0]["worst"]) == 1e-16
    assert rows[-1]["failed"] == "40"


@pytest.mark.parametrize("findings", [agreeing(), disagreeing(), Findings((), 0, 50)])
def test_markdown_has_one_line_per_row(findings):
    table = check_tables.operations(findings)
    lines = table.to_markdown().splitlines()
    assert len(lines) == 2 + len(table.rows)
    assert len({line.count("|") for line in lines}) == 1


def test_a_job_summary_begins_with_the_verdict_and_ends_with_replays():
    lines = check_run.to_markdown(disagreeing()).splitlines()
    assert lines[0].startswith("**1 of 2 operations DISAGREES")
    assert "### layers.conv2d: nothing decides who is wrong" in lines
    assert any(line.startswith('Again: `nnparity check --replay "') for line in lines)
    assert lines[-1] == "Also: dtype_kept (y) in float64"


def test_every_comparison_is_readable_in_eighty_columns():
    wrong = verdict(
        check="derivations_agree", quantity="dx by nine_steps and backward", passed=False
    )
    findings = Findings((*agreeing().verdicts, wrong), 0, 50)
    console = Console(width=80, file=io.StringIO())
    console.print(check_tables.by_operation(findings).to_screen())
    lines = console.file.getvalue().splitlines()
    assert all(len(line) <= 80 for line in lines)
    (at,) = [i for i, line in enumerate(lines) if line.strip() == "layers.linear float64"]
    assert lines[at + 1].split() == ["outputs_agree", "(y)", "50", "25", "%", "agree"]
    assert lines[at + 3].split()[:2] == ["derivations_agree", "(dx"]
    assert lines[at + 3].split()[-1] == "DISAGREE"


def test_numbers_are_short():
    text = check_tables.operations(agreeing()).to_markdown()
    assert " 25 % " in text
    assert " 3e-08 " in text


def test_a_check_that_never_compared_anything_is_said_of_what_agrees():
    assert check_tables.warnings(disagreeing())[0] == (
        "layers.linear float64: gradients_agree, slopes_agree, definition_agrees, inputs_untouched, "
        "same_answer_twice never compared; draw more cases with --examples"
    )
    assert "layers.conv2d" not in "".join(check_tables.warnings(disagreeing()))


def test_a_tolerance_that_is_never_needed_is_listed():
    """A hundred cases with an error, none of which needed a hundredth."""
    wide = verdict(used_counts=(40, 90, 10, 0, 0, 0), worst=2e-18)
    too_few = verdict(quantity="z", used_counts=(40, 89, 10, 0, 0, 0), worst=2e-18)
    needed = verdict(quantity="dx", used_counts=(0, 500, 0, 1, 0, 0))
    findings = Findings((wide, too_few, needed), 0, 140)
    assert check_tables.slack(findings) == [wide]
    (row,) = check_tables.slack_rows(findings).rows
    assert (row["quantity"], row["used"], row["compared"]) == ("y", 0.005, 100)
    assert "outputs_agree (y) has slack: of what is allowed at most 0.5 % was needed" in on_screen(
        findings, width=200
    )


def test_ulps_and_shares_are_in_the_table_of_comparisons():
    found = Findings((verdict(ulps=3.0, used_counts=(0, 0, 0, 1, 2, 0)),), 0, 3)
    text = check_tables.verdict_rows(found).to_csv()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["ulps"], row["spread"]) == ("3.0", "(0, 0, 0, 1, 2, 0)")
    assert "···▄█·" in check_tables.verdict_rows(found).to_markdown()
    assert check_tables.spread(found.verdicts * 2) == (0, 0, 0, 2, 4, 0)
