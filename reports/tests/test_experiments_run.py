"""``nnparity experiments`` on a handful of images."""

import csv

import pytest

from parity_tests.experiments import EXPERIMENTS
from reference.datasets import make_synthetic
from reference.layers.conv2d import Conv2d
from reports import experiments_run
from reports.cli import main

PICTURES = "hand-made-filters"


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    data = make_synthetic(num_train=20, num_val=40, num_test=1)
    monkeypatch.setattr(experiments_run, "load", lambda given: data)
    monkeypatch.setenv("COLUMNS", "80")


def rows(file):
    return list(csv.DictReader(file.read_text().splitlines()))


def test_an_experiment_leaves_tables_pictures_and_a_page(tmp_path, capsys):
    assert main(["experiments", PICTURES, "--out", str(tmp_path), "--jobs", "1"]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    tables = ("experiments", "experiment_hand_made_filters", "environment")
    assert {f"{table}.{kind}" for table in tables for kind in ("csv", "md")} < names
    assert {"index.html", "hand-made-falling-edges-numpy.png"} < names
    assert (tmp_path / "hand-made-falling-grey-pytorch.png").read_bytes().startswith(b"\x89PNG")
    grey, edges = rows(tmp_path / "experiment_hand_made_filters.csv")
    assert (grey["setting"], edges["setting"]) == ("grey", "edges")
    assert (edges["verdict"], edges["sides"]) == ("reached", "agree")
    assert edges["data"].startswith("synthetic")
    out, err = capsys.readouterr()
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert "both sides reached all." in out.splitlines()[-1]
    assert "Rounding explains" in out.splitlines()[-1]
    assert "done 1/1 hand-made-filters" in err


def test_a_planted_fault_is_exit_code_1_and_named(tmp_path, monkeypatch, capsys):
    right = Conv2d.forward
    monkeypatch.setattr(
        Conv2d, "forward", lambda self, x, weight, bias: right(self, x, weight[..., ::-1, :], bias)
    )
    assert main(["experiments", PICTURES, "--out", str(tmp_path), "--jobs", "1"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert "missed 1, the first: largest difference with edges." in last
    assert "The two sides DISAGREE in: Images through filters made by hand." in last
    _, edges = rows(tmp_path / "experiment_hand_made_filters.csv")
    assert (edges["verdict"], edges["sides"]) == ("DISAGREE", "DISAGREE")
    (summary,) = rows(tmp_path / "experiments.csv")
    assert (summary["verdict"], summary["sides"]) == ("MISSED", "DISAGREE")


def test_full_or_short_is_told(tmp_path):
    for given, told in (([], "short"), (["--full"], "the course's")):
        main(["experiments", PICTURES, *given, "--out", str(tmp_path), "--jobs", "1"])
        values = {row["name"]: row["value"] for row in rows(tmp_path / "environment.csv")}
        assert values["sizes"] == told


def test_the_same_run_leaves_the_same_bytes(tmp_path):
    left = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        main(["experiments", PICTURES, "--out", str(folder), "--jobs", "1"])
        left.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert left[0] == left[1]


def test_help_names_every_experiment(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["experiments", "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert all(name in out for name in EXPERIMENTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["optimiser"], "no experiment 'optimiser': did you mean optimizers?"),
        (["--out", "/dev/null/out"], "cannot write to --out '/dev/null/out'"),
    ],
)
def test_what_cannot_be_done(arguments, message, capsys):
    assert main(["experiments", *arguments]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert (out, err.count("\n")) == ("", 1)
