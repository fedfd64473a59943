"""``nnparity fit`` on a handful of images, with a network of a few filters."""

import csv
import json
import signal

import pytest
import torch
from safetensors.numpy import load_file

from reference import datasets
from reference.datasets import make_synthetic
from reports import fit_history, fit_run
from reports.cli import main
from torch_impl.airbench import AirbenchTraining

DATA = make_synthetic(num_train=40, num_val=9, num_test=8)


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """Few images, three filters a group, one thread."""
    monkeypatch.setattr(datasets, "resolve", lambda data, split: DATA)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    (tmp_path / "tiny.toml").write_text('widths = [3, 3, 3]\nbatch_size = 8\ndtype = "float32"\n')
    yield
    torch.set_num_threads(threads)


def fit(tmp_path, *more):
    return main(["fit", "--config", str(tmp_path / "tiny.toml"), "--epochs", "2", *more])


def rows(file):
    return list(csv.DictReader(file.read_text().splitlines()))


def test_a_training_leaves_its_files(tmp_path, capsys):
    out = tmp_path / "out"
    assert fit(tmp_path, "--out", str(out), "--seed", "3") == 0
    assert [int(row["step"]) for row in rows(out / "history.csv")] == list(range(10))
    assert len(rows(out / "epochs.csv")) == 2
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["schema"], summary["steps"], summary["interrupted"]) == (1, 10, False)
    assert summary["data"] == DATA.name and 0 <= summary["test_accuracy_tta"] <= 1
    assert summary["settings"]["seed"] == 3
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("Test accuracy") and DATA.name in said.out
    assert "step 10/10 loss" in said.err and "images/s" in said.err
    again = tmp_path / "again"
    assert main(["fit", "--config", str(out / "settings.toml"), "--out", str(again)]) == 0
    assert (again / "network.safetensors").read_bytes() == (
        out / "network.safetensors"
    ).read_bytes()


def test_ctrl_c_and_resume_end_in_the_same_bits(tmp_path, monkeypatch, capsys):
    whole, part = tmp_path / "whole", tmp_path / "part"
    fit(tmp_path, "--out", str(whole))
    take = AirbenchTraining._take_step

    def interrupted(self):
        if self.step == 7:
            signal.raise_signal(signal.SIGINT)
        return take(self)

    with monkeypatch.context() as patch:
        patch.setattr(AirbenchTraining, "_take_step", interrupted)
        assert fit(tmp_path, "--out", str(part)) == 130
    assert "Interrupted after 8 steps" in capsys.readouterr().out
    checkpoint = part / "checkpoint.safetensors"
    assert main(["fit", "--resume", str(checkpoint), "--out", str(part)]) == 0
    for name in ("history.csv", "epochs.csv"):
        assert (part / name).read_bytes() == (whole / name).read_bytes()
    ours, theirs = (load_file(folder / "network.safetensors") for folder in (whole, part))
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)


REFUSED = {
    "a setting beside a checkpoint": (["--resume", "{checkpoint}", "--muon-lr", "0.1"], "leave out --muon-lr"),
    "a file of another kind": (["--resume", "{network}"], "no checkpoint of this command"),
    "no file": (["--resume", "nowhere.safetensors"], "cannot read the checkpoint nowhere.safetensors"),
    "nothing left": (["--resume", "{checkpoint}"], "all its 2 epochs behind it"),
    "an unknown setting": (["--config", "{bad}"], "'momentum': write some of epochs"),
    "a shift": (["--shift", "40"], "shift 40"),
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    (folder / "bad.toml").write_text("momentum = 0.5\n")
    return folder


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(words, said, trained, tmp_path, capsys):
    if not (trained / "checkpoint.safetensors").exists():
        fit(tmp_path, "--out", str(trained))
        capsys.readouterr()
    places = {
        "checkpoint": trained / "checkpoint.safetensors",
        "network": trained / "network.safetensors",
        "bad": trained / "bad.toml",
    }
    given = [word.format(**places) for word in words]
    assert main(["fit", *given, "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_loss_that_is_no_number_is_one_line_and_nothing_is_lost(tmp_path, monkeypatch, capsys):
    batch = AirbenchTraining.batch

    def broken(self):
        if self.step == 7:
            self.network.head.weight.data.fill_(torch.nan)
        return batch(self)

    monkeypatch.setattr(AirbenchTraining, "batch", broken)
    assert fit(tmp_path, "--out", str(tmp_path / "out")) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "the loss is nan at step 7 of 10" in last and "checkpoint.safetensors" in last
    assert len(rows(tmp_path / "out" / "history.csv")) == 7
    monkeypatch.undo()
    monkeypatch.setattr(datasets, "resolve", lambda data, split: DATA)
    checkpoint = tmp_path / "out" / "checkpoint.safetensors"
    assert main(["fit", "--resume", str(checkpoint), "--out", str(tmp_path / "out")]) == 0


def test_every_setting_of_the_command_is_one_of_the_recipe():
    assert fit_run.settings_from(None, {"shift": 3}).shift == 3
    assert "shift = 3\n" in fit_history.to_toml(fit_run.settings_from(None, {"shift": 3}))
