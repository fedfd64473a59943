"""Exit codes, and messages of one line."""

import json
import os
import pickle

import numpy as np
import pytest

import parity_tests
from reports import main_job
from reports.cli import main
from reports.tests.made_findings import CASE, agreeing, disagreeing
from reports.tests.made_report import report


def test_agreement_is_exit_code_0(capsys):
    assert main(["check", "activations.relu", "--examples", "3"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("1 operation agrees on 6 random cases")
    assert err.splitlines()[-1] == "checked 2/2 activations.relu"


def test_disagreement_is_exit_code_1(monkeypatch, capsys):
    monkeypatch.setattr(parity_tests, "check", lambda *names, **keywords: disagreeing())
    assert main(["check"]) == 1
    assert "DISAGREES" in capsys.readouterr().out.splitlines()[-1]


def test_all_files_are_left_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(parity_tests, "check", lambda *names, **keywords: agreeing())
    kinds = ("json", "junit", "csv", "markdown")
    places = [word for kind in kinds for word in (f"--{kind}", str(tmp_path / "new" / kind))]
    assert main(["check", *places]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(kinds)


def test_one_seed_gives_one_file_and_another_seed_other_cases(tmp_path):
    def written(seed):
        file = tmp_path / "verdicts.json"
        main(["check", "layers.linear", "--examples", "3", "--seed", seed, "--json", str(file)])
        return file.read_text()

    first = written("0")
    assert first == written("0")
    cases = [{v["case"] for v in json.loads(t)["verdicts"]} for t in (first, written("1"))]
    assert cases[0] != cases[1]


def test_a_replay_repeats_a_verdict(tmp_path, capsys):
    file = tmp_path / "verdicts.json"
    main(["check", "layers.linear", "--examples", "5", "--json", str(file)])
    first = json.loads(file.read_text())["verdicts"][0]
    assert main(["check", "--replay", first["case"], "--json", str(file)]) == 0
    again = json.loads(file.read_text())["verdicts"][0]
    same = ("pair", "check", "quantity", "dtype", "passed", "worst", "allowed", "at", "case")
    assert [again[name] for name in same] == [first[name] for name in same]


def test_list_names_every_pair_in_eighty_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(pair.name in out for pair in parity_tests.select())
    assert max(map(len, out.splitlines())) <= 80


def test_list_for_machines(capsys):
    assert main(["list", "layers.conv2d", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["pairs"]
    assert (entry["pair"], entry["naive"]) == ("layers.conv2d", True)
    assert "groups" in entry["options"]
    assert "gradients_agree" in entry["checks"]


@pytest.mark.parametrize("width", ["80", "140"])
@pytest.mark.parametrize("pair", ["layers.batch_norm.BatchNorm2d", "optimizers.adam", "networks"])
def test_show_has_both_sides(width, pair, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", width)
    assert main(["show", pair]) == 0
    out = capsys.readouterr().out
    assert "reference/" in out
    assert "torch_impl/" in out
    assert ">>>" not in out


@pytest.mark.parametrize("command", [(), ("list",), ("show",), ("check",), ("train",), ("report",)])
def test_help_teaches_by_example(command, capsys):
    assert main([*command, "--help"]) == 0
    assert "Examples:" in capsys.readouterr().out


def test_without_a_command_there_is_help(capsys):
    assert main([]) == 0
    assert "report" in capsys.readouterr().out


@pytest.mark.parametrize(("made", "code"), [(agreeing(), 0), (disagreeing(), 1)])
def test_the_report_is_left_whole(made, code, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(main_job, "make", lambda *arguments: report(made))
    assert main(["report", "--data", "synthetic", "--out", str(tmp_path / "out")]) == code
    assert (tmp_path / "out" / "index.html").exists()
    assert str(tmp_path / "out" / "index.html") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["chekc"], "Did you mean 'check'?"),
        (["check", "--frob"], "No such option: --frob"),
        (["check", "layers.conv3d"], "'layers.conv3d': did you mean layers.conv2d?"),
        (["show", "zzz"], "no pair is named 'zzz'"),
        (["list", "zzz"], "no pair is named 'zzz'"),
        (["check", "--dtype", "int8"], "'int8' is not one of 'float64', 'float32', 'both'"),
        (["check", "--examples", "0"], "0 is not right: write a whole number from 1"),
        (["check", "--examples", "ten"], "ten is not right: write a whole number from 1"),
        (["check", "--seed", "-1"], "-1 is not right: write a whole number from 0"),
        (["check", "--jobs", "0"], "0 is not right: write a whole number from 1"),
        (["check", "--replay", "nonsense"], "cannot read the case 'nonsense'"),
        (["check", "--replay", CASE], "gives no size for"),
        (["check", "--replay", CASE.replace("n=2", "n=-2 features=(3,) d_in=3 d_out=2")], "n=-2"),
        (["check", "layers", "--replay", CASE], "leave out layers"),
        (["check", "--json", "/dev/null/f"], "cannot write to --json '/dev/null/f'"),
        (["check", "--junit", "."], "is a folder: name a file"),
        (["report", "--out", "/dev/null/out"], "cannot write to --out '/dev/null/out'"),
        (["train", "--lr", "-1"], "-1 is not right: write a number from 0"),
        (["train", "--num-train", "0"], "0 is not right: write a whole number from 1"),
        (["train", "--data", "nowhere"], "nowhere"),
        (["report", "--data", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert err.startswith("nnparity: ")
    assert message in err
    assert (out, err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


class System:
    """Unpickled without care, it would leave a file behind."""

    def __reduce__(self):
        return os.mkdir, ("seen",)


def batch(label=3):
    return {"data": np.zeros((1, 3072), np.uint8), "labels": [label]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no CIFAR-10"),
        (pickle.dumps(batch())[:50], "data_batch_1"),
        (pickle.dumps(System()), "data_batch_1"),
        (pickle.dumps(batch(11)), "data_batch_1"),
    ],
    ids=["no batches", "truncated", "imports os", "label 11"],
)
@pytest.mark.parametrize("command", ["train", "report"])
def test_bad_data_is_said_in_one_line(command, content, message, tmp_path, monkeypatch, capsys):
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (data / "data_batch_1").write_bytes(content)
    assert main([command, "--data", "data"]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert (out, err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [data])
