"""Tables, files and messages of ``nnparity sensitivity``."""

import csv
import json

import pytest

from reports import sensitivity_run
from reports.cli import main
from reports.sensitivity_run import Found
from reports.tests.made_report import record, sensitivity


def test_ordinary_numbers_come_last_and_are_summed_up(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["sensitivity", "layers.layer_norm", "--examples", "12"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[-1].startswith(
        "Of ordinary numbers, a relative error of 1e-12 in float64 is certain"
    )
    assert all(len(line) <= 80 for line in lines[:-1])
    rows = [line.split()[:3] for line in lines if line.strip().startswith("layers.layer_norm")]
    assert [dtype for _, dtype, regime in rows if regime == "ordinary"] == ["float64", "float32"]
    assert [regime for *_, regime in rows][-2:] == ["ordinary", "ordinary"]
    assert err.splitlines()[-1] == "measured 1/1 layers.layer_norm"


def test_shares_are_of_elements_and_100_only_when_nothing_is_hidden():
    found = Found([record(seen=100, elements=100), record(seen=99_998, elements=99_999)], [], 0, 20)
    assert "at 99.9 % of 100,099 elements" in sensitivity_run.summary(found)
    assert sensitivity_run.summary(Found([record("far")], [], 0, 20)) == "Nothing was measured."


def test_all_files_are_left_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(sensitivity_run, "run", lambda *arguments: sensitivity())
    kinds = ("json", "csv", "markdown")
    places = [word for kind in kinds for word in (f"--{kind}", str(tmp_path / "new" / kind))]
    assert main(["sensitivity", *places]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(kinds)
    document = json.loads((tmp_path / "new" / "json").read_text(), parse_constant=lambda _: 1 / 0)
    ordinary, far = document["records"]
    assert (document["schema"], document["targets"]["float64"]) == (1, 1e-12)
    assert (ordinary["share"], ordinary["worst"], far["worst"]) == (0.98, 3e-9, None)
    with (tmp_path / "new" / "csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["regime"], row["quantity"]) for row in rows] == [("ordinary", "dx"), ("far", "dx")]
    assert rows[0]["case"].startswith("layers.linear bias=True")
    assert (tmp_path / "new" / "markdown").read_text().startswith("**Of ordinary numbers")


def test_one_seed_gives_one_file(tmp_path):
    def written(seed):
        file = tmp_path / "sensitivity.json"
        main(["sensitivity", "activations.tanh", "--seed", seed, "--json", str(file)])
        return file.read_text()

    assert written("0") == written("0") != written("1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layers.conv3d"], "'layers.conv3d': did you mean layers.conv2d?"),
        (["--examples", "0"], "0 is not right: write a whole number from 1"),
        (["--csv", "/dev/null/f"], "cannot write to --csv '/dev/null/f'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, message, capsys):
    assert main(["sensitivity", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err
