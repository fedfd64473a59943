"""What is left of a class: rows, pages, and the histogram of its mistakes."""

import csv
import io
from dataclasses import replace

import pytest

from parity_tests.homework import class_run
from parity_tests.homework.class_run import Member, Terms
from parity_tests.homework.judgement import HomeworkReport
from reports import homework_class
from reports.cli import main
from reports.homework_points import Points
from reports.tests.made_homework import HOSTILE, OTHERS, WRONG, hostile, report
from reports.tests.test_homework_formats import Read

TERMS = Terms(seed=7)


def members(*reports):
    return [Member(f"s{i}.zip", f"s{i}.zip", made) for i, made in enumerate(reports)]


def read(table):
    return list(csv.DictReader(io.StringIO(table.to_csv())))


def test_a_row_for_each_submission_and_function():
    made = read(homework_class.rows(members(report(), report()), Points({"default": 2})))
    assert len(made) == 2 * len(report().judgements)
    by_name = {row["function"]: row for row in made if row["student"] == "s1.zip"}
    assert (by_name["affine_forward"]["score"], by_name["affine_forward"]["max_score"]) == (
        "2",
        "2",
    )
    assert by_name["conv_backward_naive"]["mistake"] == WRONG.diagnosis
    assert by_name["adam"]["score"] == "0"
    assert by_name["rmsprop"]["score"] == ""  # the checker failed: no zero


def test_no_cell_is_a_formula_for_a_spreadsheet():
    evil = replace(WRONG, message="=cmd|' /C calc'!A0", remarks=("+1",))
    (row,) = read(homework_class.rows([Member("@x", "x", report(evil))], Points()))
    assert all(not value.startswith(("=", "+", "@")) for value in row.values())


def test_the_histogram_counts_submissions_and_begins_with_the_most_frequent():
    other = replace(WRONG, diagnosis="")
    bars = homework_class.histogram(members(report(WRONG), report(WRONG), report(other)))
    told = [(bar.function, bar.mistake, bar.count, bar.width) for bar in bars]
    assert told == [
        ("conv_backward_naive", "crops by minus padding", 2, 100),
        ("conv_backward_naive", homework_class.UNNAMED, 1, 50),
    ]


def test_a_submission_that_does_not_run_is_one_bar_not_one_for_each_function():
    (bar,) = homework_class.histogram(members(report(OTHERS[1], OTHERS[2])))
    assert (bar.function, bar.mistake, bar.count) == (homework_class.ANY, "error", 1)


def test_functions_add_up_to_the_class():
    made = read(homework_class.functions(members(report(), report(), report())))
    counts = [[int(row[name]) for name in ("right", "wrong", "missing", "other")] for row in made]
    assert all(sum(each) == 3 for each in counts)


def test_a_failure_of_the_checker_is_in_the_headline():
    assert "the checker failed on 1" in homework_class.headline(members(report(), report(WRONG)))
    assert "failed" not in homework_class.headline(members(report(WRONG)))


def test_every_page_is_well_formed_whatever_the_submissions_are_called(tmp_path):
    made = [Member(HOSTILE, "a%2Fb.zip", hostile()), *members(report())]
    homework_class.write(made, TERMS, Points(), tmp_path)
    pages = [tmp_path / "index.html", *(tmp_path / "students").glob("*.html")]
    assert len(pages) == 3
    for file in pages:
        page = Read()
        page.feed(file.read_text())
        assert page.open == []
        assert "script" not in page.seen
    index = (tmp_path / "index.html").read_text()
    assert 'href="students/a%252Fb.zip.html"' in index  # the name on the disk has a percent sign
    assert (tmp_path / "students" / "a%2Fb.zip.html").exists()


class Fake:
    """Judges at once: by the first letter of a submission's name."""

    def __call__(self, work):
        judgement = OTHERS[-1] if work.submission.name.startswith("z") else OTHERS[0]
        return HomeworkReport(work.submission.name, "cs231n", (judgement,), work.seed)

    def stop(self):
        pass


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(class_run, "Here", Fake)
    (tmp_path / "in").mkdir()
    for name in ("amy.py", "bob.py"):
        (tmp_path / "in" / name).write_text("x = 1")
    return tmp_path / "in"


def test_a_class_is_judged_told_and_gone_on_with(folder, tmp_path, capsys):
    given = ["homework", str(folder), "--class", "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert main(given) == 0
    assert "2 submissions, 2 right in all functions" in capsys.readouterr().out
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"index.html", "rows.csv", "run.json", "students", ".lock"}
    rows = (tmp_path / "out" / "rows.csv").read_bytes()
    assert main(given) == 0
    assert "(2 kept from an earlier run)" in capsys.readouterr().out
    assert (tmp_path / "out" / "rows.csv").read_bytes() == rows


def test_a_failure_of_the_checker_is_exit_code_1(folder, tmp_path):
    (folder / "zed.py").write_text("x = 1")
    assert main(["homework", str(folder), "--class", "--out", str(tmp_path / "out")]) == 1


def test_a_class_with_another_run_in_its_folder_is_refused(folder, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    with class_run.alone(out):
        assert main(["homework", str(folder), "--class", "--out", str(out)]) == 2
    assert "another run is writing" in capsys.readouterr().err
