"""``nnparity course`` on a handful of images."""

import csv

import pytest

from parity_tests.training.course import Milestone, Outcome
from parity_tests.training.settings import TrainSettings
from reports import course_run, course_tables
from reports.cli import main
from reports.tests.tiny_data import TinyData

SMALL = TrainSettings(
    net="two_layer_net", net_options={"hidden_dim": 4}, batch_size=10, dtype="float32"
)
OTHER = TrainSettings(
    net="two_layer_net", net_options={"hidden_dim": 3}, batch_size=10, dtype="float32"
)
NETWORKS = {
    "easy": Milestone("easy", SMALL, 0.0),
    "easy_too": Milestone("easy, of another name", SMALL, 0.05, 0.3),
    "hard": Milestone("hard", OTHER, 1.01),
}


@pytest.fixture(autouse=True)
def tiny_networks(monkeypatch):
    monkeypatch.setattr(course_run, "COURSE", NETWORKS)
    monkeypatch.setattr(
        course_run, "load", lambda given: TinyData(name=given or "CIFAR-10 of toys")
    )


def rows(file):
    return list(csv.DictReader(file.read_text().splitlines()))


def test_what_is_reached_and_what_is_missed(tmp_path, capsys):
    assert main(["course", "easy", "--out", str(tmp_path), "--seeds", "2"]) == 0
    assert "is reached by 1 network." in capsys.readouterr().out
    assert main(["course", "--out", str(tmp_path), "--seeds", "2"]) == 1
    out, err = capsys.readouterr()
    assert "hard MISSED" in out.splitlines()[-1]
    assert "[1 of 2] hard, seed 0" in err, "those of before are not trained again"
    easy, too, hard = rows(tmp_path / "course.csv")
    assert (easy["verdict"], too["verdict"], hard["verdict"]) == ("reached", "reached", "MISSED")
    assert easy["torch"] == too["torch"] and easy["seeds"] == "2"
    assert float(easy["apart_low"]) <= float(easy["apart"]) <= float(easy["apart_high"])
    assert len(rows(tmp_path / "runs.csv")) == 4, "equal settings are one training"


def test_an_interrupted_command_goes_on(tmp_path, monkeypatch, capsys):
    right, left = course_run.measure, iter([True, False])

    def interrupted(*given):
        if not next(left):
            raise KeyboardInterrupt
        return right(*given)

    monkeypatch.setattr(course_run, "measure", interrupted)
    assert main(["course", "--out", str(tmp_path), "--seeds", "1"]) == 130
    assert "the same command goes on" in capsys.readouterr().out
    assert [row["name"] for row in rows(tmp_path / "course.csv")] == ["easy", "easy_too"]
    monkeypatch.setattr(course_run, "measure", right)
    assert main(["course", "--out", str(tmp_path), "--seeds", "1"]) == 1
    assert "[1 of 1] hard, seed 0" in capsys.readouterr().err


def test_of_other_images_nothing_is_stated(tmp_path, capsys):
    assert main(["course", "hard", "--data", "toys", "--out", str(tmp_path), "--seeds", "1"]) == 0
    assert "of CIFAR-10 only" in capsys.readouterr().out


def test_an_unknown_network_is_one_line(tmp_path, capsys):
    assert main(["course", "eazy", "--out", str(tmp_path)]) == 2
    assert "no network of the course 'eazy': did you mean easy?" in capsys.readouterr().err


def test_the_list_needs_no_images(capsys):
    assert main(["course", "--list"]) == 0
    assert "easy_too" in capsys.readouterr().out


def test_one_side_below_what_is_stated_is_a_miss():
    outcomes = [Outcome(0.39, 0.60, None, None, 1.0)]
    milestone = Milestone("low on one side", SMALL, 0.40)
    assert course_tables.row("low", milestone, "CIFAR-10", outcomes)["verdict"] == "MISSED"
    alone = [Outcome(None, 0.41, 5, 1.2, 1.0), Outcome(None, 0.40, 7, None, 1.0)]
    told = course_tables.row("one side", milestone, "CIFAR-10", alone)
    assert (told["verdict"], told["parted_at"], told["growth"]) == ("reached", 5, 1.2)
