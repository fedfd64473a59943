"""A class: every submission once, whatever ends the run; one that misbehaves changes nobody else's row."""

import json
import multiprocessing
import os
import signal
import sys
from dataclasses import replace

import pytest

from parity_tests.homework import class_run
from parity_tests.homework.class_member import Here, Work, judgement_of, report_of
from parity_tests.homework.class_run import ClassError, Terms, judge_class, submissions
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.process import Limits
from parity_tests.homework.submission import Submission

NAMES = ("amy.py", "bob.py", "cho.py", "dan.py")
TERMS = Terms(seed=1, only=("sgd",))
RIGHT = Judgement("sgd", "right")


class Noted:
    """Judges by the submission's text, and notes whom it judged."""

    def __init__(self, judgement=RIGHT, before=lambda name: None):
        self.judgement, self.before, self.seen = judgement, before, []

    def __call__(self, work):
        self.before(work.submission.name)
        self.seen.append(work.submission.name)
        return HomeworkReport(work.submission.name, "cs231n", (self.judgement,), work.seed)

    def stop(self):
        self.seen.append("stopped")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name in NAMES:
        (tmp_path / "in" / name).write_text(f"x = {name!r}")
    return tmp_path / "in"


def run(folder, judge, terms=TERMS, jobs=1):
    return judge_class(folder, folder.parent / "out", terms, jobs, judge)[0]


def test_members_stand_in_the_order_of_their_names_in_any_number_of_processes(folder):
    for jobs in (1, 3):
        members = run(folder, Noted(), replace(TERMS, seed=jobs), jobs)
        assert tuple(member.name for member in members) == NAMES


def test_what_is_finished_is_kept_and_what_has_changed_is_judged_again(folder):
    run(folder, Noted())
    (folder / "bob.py").write_text("x = 2")
    again = Noted()
    members = run(folder, again)
    assert again.seen == ["bob.py"]
    assert [member.kept for member in members] == [True, False, True, True]
    assert all(member.report.judgements == (RIGHT,) for member in members)


@pytest.mark.parametrize("change", [{"seed": 2}, {"examples": 7}, {"only": ("adam",)}])
def test_other_terms_are_another_run(folder, change):
    run(folder, Noted())
    again = Noted()
    run(folder, again, replace(TERMS, **change))
    assert again.seen == list(NAMES)


def test_a_run_that_goes_on_keeps_its_seed(folder):
    _, first = judge_class(folder, folder.parent / "out", replace(TERMS, seed=None), 1, Noted())
    again = Noted()
    _, second = judge_class(folder, folder.parent / "out", replace(TERMS, seed=None), 1, again)
    assert first.seed == second.seed
    assert again.seen == []


def test_a_failure_of_the_checker_is_tried_again(folder):
    run(folder, Noted(Judgement("sgd", "not judged", our_failure=True)))
    again = Noted()
    run(folder, again)
    assert again.seen == list(NAMES)


@pytest.mark.parametrize("place", ["read", "judge"])
def test_a_failure_of_the_checker_on_one_is_none_on_the_others(folder, place, monkeypatch):
    def fail(name):
        if name == "bob.py":
            raise OSError("no memory\nleft")

    def read(path):
        fail(path.name)
        return class_run.Submission(path.name, {"x.py": b""})

    if place == "read":
        monkeypatch.setattr(class_run, "read", read)
    first = Noted(before=fail if place == "judge" else lambda name: None)
    members = run(folder, first)
    (judgement,) = members[1].report.judgements
    assert (judgement.verdict, judgement.our_failure) == ("not judged", True)
    assert judgement.message == "OSError: no memory left"
    assert [member.report.judgements for member in (members[0], *members[2:])] == [(RIGHT,)] * 3


def test_what_cannot_be_judged_for_the_submission_s_sake_is_not_tried_again(folder):
    run(folder, Noted(Judgement("sgd", "not judged")))
    again = Noted()
    run(folder, again)
    assert again.seen == []


def test_an_interrupt_stops_what_runs_and_loses_nothing(folder):
    def interrupt(name):
        if name == "cho.py":
            raise KeyboardInterrupt

    first, second = Noted(before=interrupt), Noted()
    with pytest.raises(KeyboardInterrupt):
        run(folder, first)
    run(folder, second)
    assert "stopped" in first.seen
    assert "cho.py" in second.seen
    judged = [*first.seen, *second.seen]
    assert sorted(name for name in judged if name != "stopped") == sorted(NAMES)


def test_a_killed_run_goes_on(folder):
    def kill(name):
        if name == "cho.py":
            os.kill(os.getpid(), signal.SIGKILL)

    context = multiprocessing.get_context("fork")
    child = context.Process(target=run, args=(folder, Noted(before=kill)))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    again = Noted()
    assert len(run(folder, again)) == len(NAMES)
    assert again.seen == ["cho.py", "dan.py"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 1}', '{"schema": 2}', "\x00"])
def test_a_record_that_nobody_wrote_so_does_not_count(folder, content):
    run(folder, Noted())
    (folder.parent / "out" / "students" / "bob.py.json").write_text(content)
    again = Noted()
    run(folder, again)
    assert again.seen == ["bob.py"]


def test_two_runs_do_not_write_to_one_folder(folder):
    run(folder, Noted())
    again = Noted()
    with (
        class_run.alone(folder.parent / "out"),
        pytest.raises(ClassError, match="another run is writing"),
    ):
        run(folder, again)
    assert again.seen == []


def test_what_cannot_be_read_is_an_error_in_all_functions_and_delays_nobody(folder):
    (folder / "bob.py").unlink()
    (folder / "bob").mkdir()
    judge = Noted()
    member = run(folder, judge)[1]
    assert "bob" not in judge.seen
    assert [(j.name, j.verdict) for j in member.report.judgements] == [("sgd", "error")]
    assert str(folder) not in member.report.judgements[0].message
    assert run(folder, Noted())[1].kept


def test_links_hidden_files_grades_and_the_own_output_are_no_submissions(folder):
    for name in (".hidden.py", "grades.csv", "__MACOSX"):
        (folder / name).write_text("")
    (folder / "link.py").symlink_to(folder / "amy.py")
    (folder / "build" / "out").mkdir(parents=True)
    found = submissions(folder, folder / "build" / "out")
    assert tuple(path.name for path in found) == NAMES


def test_a_class_without_a_submission_is_refused(tmp_path):
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(ClassError):
            submissions(place)


@pytest.mark.parametrize("name", ["a b.py", "ä.py", "x\n.py", "%41.py", "y" * 200 + ".py"])
def test_any_name_has_a_file_of_its_own_in_the_output(tmp_path, name):
    place = tmp_path / "in"
    place.mkdir()
    (place / name).write_text("x = 1")
    (place / "A.py").write_text("x = 1")
    members = run(place, Noted())
    assert sorted(member.name for member in members) == sorted([name, "A.py"])
    files = {file.name for file in (tmp_path / "out" / "students").iterdir()}
    assert files == {f"{member.file}.json" for member in members}
    assert len(files) == 2


def test_a_report_comes_back_from_its_json_as_it_was():
    judgement = Judgement("sgd", "wrong", "a.py", 3, 9, 2, "when", "why", remarks=("prints",))
    report = HomeworkReport("x", "cs231n", (judgement,), 5, "all", ("note",), {"a.py": "E"})
    assert report_of(json.loads(json.dumps(report.to_dict()))) == report


def test_a_key_of_another_version_is_passed_over():
    record = json.loads(json.dumps({"name": "sgd", "verdict": "right", "remarks": [], "new": 1}))
    assert judgement_of(record) == RIGHT


SGD = """
def sgd(w, dw, config=None):
    config = {'learning_rate': 1e-2, **(config or {})}
    w -= config['learning_rate'] * dw
    return w, config
"""


def work(text, only=("sgd",), **changes):
    files = {"optim.py": text.encode()}
    fields = {"course": "cs231n", "examples": 5, "seed": 1, "limits": Limits(), "seconds": 100.0}
    return Work(Submission("x", files), only=only, **fields | changes)


def test_a_submission_is_judged_in_a_process_of_its_own():
    report = Here()(work(SGD))
    assert [(j.name, j.verdict) for j in report.judgements] == [("sgd", "right")]
    assert report.seed == 1


def test_who_takes_too_long_in_all_has_timed_out():
    (judgement,) = Here()(work(SGD, seconds=0.01)).judgements
    assert (judgement.verdict, judgement.our_failure) == ("timeout", False)


def test_a_process_of_the_checker_that_fails_is_no_verdict(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (judgement,) = Here()(work(SGD)).judgements
    assert (judgement.verdict, judgement.our_failure) == ("not judged", True)


def test_after_a_stop_nothing_is_started():
    here = Here()
    here.stop()
    with pytest.raises(InterruptedError):
        here(work(SGD))
