"""Tables, files and exit codes of ``nnparity strength``; the survivors are shown as patches."""

import json

import pytest

from parity_tests import strength
from parity_tests.strength import Judged, JudgedFault, Strength
from parity_tests.strength.equivalent import Equivalent
from parity_tests.strength.measurement import mutants_in
from reports import strength_run
from reports.cli import main

MUTANTS = mutants_in("activations.tanh")
ENTRY = Equivalent("activations.tanh", "Tanh.forward", "x", "y", "no reason")


def found(survivors=0, equivalent=1, missed=0, stale=(), broken=()):
    """Findings about 6 mutants and 2 faults."""
    mutants = tuple(
        Judged(
            m, "" if i < survivors + equivalent else "outputs_agree", "" if i >= equivalent else "y"
        )
        for i, m in enumerate(MUTANTS[:6])
    )
    faults = tuple(
        JudgedFault("activations.tanh", f"Fault{i}", "" if i < missed else "seen") for i in range(2)
    )
    return Strength(("activations.tanh",), mutants, faults, stale, broken, 0, 200)


def test_everything_seen_is_exit_code_0(capsys):
    assert main(["strength", "activations.tanh", "--sample", "2", "--examples", "20"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].endswith("2 of 2 mutants killed; 0 more change nothing.")
    assert err.splitlines()[-1].startswith("judged ")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"survivors": 1}, "SURVIVES"),
        ({"missed": 1}, "MISSED"),
        ({"stale": (ENTRY,)}, "STALE"),
        ({"broken": (("activations.tanh", "why"),)}, "BROKEN"),
    ],
)
def test_anything_not_seen_is_exit_code_1(wrong, word, monkeypatch, capsys):
    monkeypatch.setattr(strength, "measure", lambda *names, **keywords: found(**wrong))
    assert main(["strength", "activations.tanh"]) == 1
    assert word in capsys.readouterr().out


def test_a_survivor_is_shown_with_its_patch_and_how_to_look_at_it(monkeypatch, capsys):
    monkeypatch.setattr(strength, "measure", lambda *names, **keywords: found(survivors=1))
    main(["strength", "activations.tanh"])
    out = capsys.readouterr().out
    assert MUTANTS[1].diff(strength_run.source_of("activations.tanh")).rstrip("\n") in out
    assert "--- a/reference/activations/tanh.py" in out
    assert "nnparity check activations.tanh" in out


def test_the_table_counts_and_fits_eighty_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(strength, "measure", lambda *names, **keywords: found(survivors=1))
    main(["strength", "activations.tanh"])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if " %" in line]
    assert row.split() == ["activations.tanh", "2", "2", "5", "4", "1", "85.7", "%"]
    assert len(row) <= 80


def test_one_missing_of_thousands_is_not_everything():
    assert strength_run.floored(0.99999) == "99.9 %"


def test_all_files_are_left_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(strength, "measure", lambda *names, **keywords: found(1, 1, 1, (ENTRY,)))
    kinds = ("json", "csv", "markdown")
    places = [word for kind in kinds for word in (f"--{kind}", str(tmp_path / "new" / kind))]
    assert main(["strength", "activations.tanh", *places]) == 1
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(kinds)
    record = json.loads((tmp_path / "new" / "json").read_text())
    assert (record["schema"], len(record["mutants"]), len(record["faults"])) == (1, 6, 2)
    assert record["stale"] == [ENTRY.name]
    assert (tmp_path / "new" / "csv").read_text().count("\n") >= 9
    assert "```diff" in (tmp_path / "new" / "markdown").read_text()


def test_one_seed_gives_one_file(tmp_path):
    def written(seed):
        file = tmp_path / "strength.json"
        arguments = ["activations.relu", "--sample", "2", "--examples", "10", "--seed", seed]
        main(["strength", *arguments, "--json", str(file)])
        return file.read_text()

    assert written("0") == written("0") != written("1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layers.conv3d"], "'layers.conv3d': did you mean layers.conv2d?"),
        (["--sample", "0"], "0 is not right: write a whole number from 1"),
        (["--examples", "x"], "x is not right: write a whole number from 1"),
        (["--json", "/dev/null/f"], "cannot write to --json '/dev/null/f'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, message, capsys):
    assert main(["strength", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_interruption_is_exit_code_130(monkeypatch):
    def interrupted(*names, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(strength, "measure", interrupted)
    assert main(["strength", "activations.tanh"]) == 130


def test_help_teaches_by_example(capsys):
    assert main(["strength", "--help"]) == 0
    assert "Examples:" in capsys.readouterr().out
