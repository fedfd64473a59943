"""``nnparity train`` on a handful of images."""

import csv
import json
import signal

import pytest
from safetensors.numpy import load_file

from parity_tests import replay
from parity_tests.training import LockStep
from reference.activations.relu import ReLU
from reports import keeping, training_run
from reports.cli import main
from reports.interrupts import first_interrupt
from reports.tests.tiny_data import TinyData

QUICK = ("train", "--net", "two_layer_net", "--hidden-dim", "4", "--batch-size", "10")


@pytest.fixture(autouse=True)
def tiny_data(monkeypatch):
    monkeypatch.setattr(training_run, "load", lambda given: TinyData())


def rows(file):
    return list(csv.DictReader(file.read_text().splitlines()))


def test_a_training_leaves_its_files(tmp_path, capsys):
    assert main([*QUICK, "--epochs", "2", "--out", str(tmp_path)]) == 0
    steps, epochs = rows(tmp_path / "history.csv"), rows(tmp_path / "epochs.csv")
    assert [int(row["step"]) for row in steps] == list(range(8))
    assert list(steps[0])[:4] == ["step", "loss_reference", "loss_torch", "difference"]
    assert len(epochs) == 2
    parameters = rows(tmp_path / "parameters.csv")
    assert set(parameters[0]) == {
        "step",
        "linear1.weight",
        "linear1.bias",
        "linear2.weight",
        "linear2.bias",
    }
    assert all(0 <= float(row["linear1.weight"]) < 1000 for row in parameters)
    assert (tmp_path / "curves.svg").read_text().startswith(("<svg", "<?xml"))
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["schema"], summary["steps"], summary["agree"]) == (1, 8, True)
    assert summary["data"] == "tiny images (made for tests)"
    kept = {path.name for path in tmp_path.glob("*.safetensors")}
    assert kept == {"checkpoint.safetensors", "reference.safetensors", "torch.safetensors"}
    out, err = capsys.readouterr()
    assert "tiny images (made for tests)" in out
    assert "In lock step: 8 steps in float64" in out.splitlines()[-1]
    assert "two_layer_net step 8/8 loss" in err


def test_a_fault_is_told_with_its_operation_and_a_line_that_shows_it(tmp_path, monkeypatch, capsys):
    right = ReLU.backward
    monkeypatch.setattr(ReLU, "backward", lambda self, saved, dy: right(self, saved, dy) * 1.001)
    assert main([*QUICK, "--out", str(tmp_path)]) == 1
    told = json.loads((tmp_path / "summary.json").read_text())["difference"]
    assert (told["step"], told["layer"], told["pair"], told["direction"], told["quantity"]) == (
        0, "relu1", "activations.relu", "backward", "dx"
    )  # fmt: skip
    assert told["worst"] > told["allowed"]
    assert {"x", "dy"} <= set(load_file(tmp_path / told["inputs"]))
    last = capsys.readouterr().out.splitlines()[-1]
    assert "DIVERGED at step 0" in last and told["replay"] in last
    line = told["replay"].partition("'")[2].removesuffix("'")
    assert not replay(line).passed


def test_one_side_alone_is_not_compared(tmp_path, capsys):
    assert main([*QUICK, "--side", "reference", "--out", str(tmp_path)]) == 0
    assert {row["loss_torch"] for row in rows(tmp_path / "history.csv")} == {""}
    assert capsys.readouterr().out.splitlines()[-1].startswith("Trained: 4 steps")


def test_ctrl_c_leaves_the_history_so_far_and_a_checkpoint_to_go_on_from(
    tmp_path, monkeypatch, capsys
):
    before = signal.getsignal(signal.SIGINT)
    main([*QUICK, "--epochs", "2", "--out", str(tmp_path / "whole")])
    whole_step = LockStep.take_step

    def interrupted(self, indices):
        if self.step == 5:
            signal.raise_signal(signal.SIGINT)
        return whole_step(self, indices)

    part = tmp_path / "part"
    with monkeypatch.context() as patch:
        patch.setattr(LockStep, "take_step", interrupted)
        assert main([*QUICK, "--epochs", "2", "--out", str(part)]) == 130
    assert len(rows(part / "history.csv")) == 6
    assert json.loads((part / "summary.json").read_text())["interrupted"] is True
    assert "Interrupted: 6 steps" in capsys.readouterr().out

    resumed = ["train", "--resume", str(part / "checkpoint.safetensors"), "--out", str(part)]
    assert main(resumed) == 0
    for name in ("history.csv", "epochs.csv", "parameters.csv"):
        assert (part / name).read_text() == (tmp_path / "whole" / name).read_text()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_stops_at_once():
    with first_interrupt() as is_interrupted:
        signal.raise_signal(signal.SIGINT)
        assert is_interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_what_is_rounding_piece_by_piece_is_no_divergence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("parity_tests.training.yardstick.Yardstick.rounding", lambda self: -1.0)
    monkeypatch.setattr("parity_tests.training.yardstick.Yardstick.grow", lambda *_: 0.0)
    assert main([*QUICK, "--out", str(tmp_path)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("In lock step: 4 steps")
    assert "at steps 0, 1, 2, 3 they part by more than the control does" in last
    assert {row["by_rounding"] for row in rows(tmp_path / "history.csv")} == {"loss"}
    assert json.loads((tmp_path / "summary.json").read_text())["taken_to_pieces_at"] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--net", "three_layer"], "no network 'three_layer'"),
        (["--optimizer", "adan"], "did you mean adam?"),
        (["--hidden-dim", "50,0"], "--hidden-dim '50,0': write whole numbers from 1"),
        (["--net", "two_layer_net", "--hidden-dim", "5,5"], "has one hidden layer"),
        (["--resume", "nowhere.safetensors"], "cannot read the checkpoint nowhere.safetensors"),
        (["--resume", "F", "--lr", "1", "--net", "model_2017"], "leave out --net, --lr"),
        (["--out", "/dev/null/out"], "cannot write to --out '/dev/null/out'"),
    ],
)
def test_what_cannot_be_trained(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert (out, err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


def test_a_finished_training_needs_more_epochs_to_go_on(tmp_path, capsys):
    checkpoint = str(tmp_path / "checkpoint.safetensors")
    main([*QUICK, "--out", str(tmp_path)])
    assert main(["train", "--resume", checkpoint, "--out", str(tmp_path)]) == 2
    assert "write --epochs 2 or more" in capsys.readouterr().err
    assert main(["train", "--resume", checkpoint, "--epochs", "2", "--out", str(tmp_path)]) == 0
    assert len(rows(tmp_path / "history.csv")) == 8


def test_the_history_is_on_disk_while_the_training_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "write", lambda *_: None)  # what a killed process never does
    monkeypatch.setattr(keeping, "SHARE", 0)
    assert main([*QUICK, "--epochs", "2", "--out", str(tmp_path)]) == 0
    assert len(rows(tmp_path / "history.csv")) == 8
