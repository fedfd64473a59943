"""``nnparity fit`` on a handful of images, with a network of a few filters."""

import csv
import dataclasses
import importlib.util
import json
import signal
import sys
import types

import pytest
import torch
from safetensors.numpy import load_file

from parity_tests.training.checkpoint import read, write
from reference import datasets
from reference.datasets import make_synthetic
from reports.cli import main
from reports.fit_settings import settings_from
from reports.settings_file import to_toml
from torch_impl.airbench import AirbenchTraining
from torch_impl.airbench.settings import LR

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
    assert "2 epochs of 5 steps: muon at 0.17, linear; float32 on" in said.err.splitlines()[0]
    assert (out / "curves.svg").read_text().startswith("<svg")
    again = tmp_path / "again"
    assert main(["fit", "--config", str(out / "settings.toml"), "--out", str(again)]) == 0
    assert (again / "network.safetensors").read_bytes() == (
        out / "network.safetensors"
    ).read_bytes()


WAYS = {
    "muon": (),
    "sgd": ("--optimizer", "sgd", "--schedule", "onecycle"),
    "adamw": ("--optimizer", "adamw", "--lr", "1e-3", "--schedule", "cosine"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_ctrl_c_and_resume_end_in_the_same_bits(way, tmp_path, monkeypatch, capsys):
    whole, part = tmp_path / "whole", tmp_path / "part"
    fit(tmp_path, *way, "--out", str(whole))
    take = AirbenchTraining._take_step

    def interrupted(self):
        if self.step == 7:
            signal.raise_signal(signal.SIGINT)
        return take(self)

    with monkeypatch.context() as patch:
        patch.setattr(AirbenchTraining, "_take_step", interrupted)
        assert fit(tmp_path, *way, "--out", str(part)) == 130
    assert "Interrupted after 8 steps" in capsys.readouterr().out
    checkpoint = part / "checkpoint.safetensors"
    assert main(["fit", "--resume", str(checkpoint), "--out", str(part)]) == 0
    for name in ("history.csv", "epochs.csv"):
        assert (part / name).read_bytes() == (whole / name).read_bytes()
    ours, theirs = (load_file(folder / "network.safetensors") for folder in (whole, part))
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)


REFUSED = {
    "a setting beside a checkpoint": (["--resume", "{checkpoint}", "--lr", "0.1"], "leave out --lr"),
    "a checkpoint of an older version": (["--resume", "{older}"], "has schema 1, this version reads 2: go on with"),
    "a file of another kind": (["--resume", "{network}"], "no checkpoint of this command"),
    "no file": (["--resume", "nowhere.safetensors"], "cannot read the checkpoint nowhere.safetensors"),
    "nothing left": (["--resume", "{checkpoint}"], "all its 2 epochs behind it: write --epochs 3 or more"),
    "an unknown setting": (["--config", "{bad}"], "'momentum': write some of epochs"),
    "a word for a number": (["--config", "{word}"], "has epochs = 'two': write a whole number"),
    "truth for a number": (["--config", "{truth}"], "has lr = True: write a number"),
    "widths": (["--config", "{widths}"], "write whole numbers, as [64, 256, 256]"),
    "a shift": (["--shift", "40"], "shift 40"),
    "an optimizer": (["--optimizer", "adam"], "'adamw'"),
    "no learning rate": (["--lr", "0"], "lr must be above 0, not 0.0"),
}  # fmt: skip


TOML = {
    "bad": "momentum = 0.5\n",
    "word": 'epochs = "two"\n',
    "truth": "lr = true\n",
    "widths": "widths = [4, 4.5, 4]\n",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    for name, text in TOML.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_in_one_line(words, said, trained, tmp_path, capsys):
    if not (trained / "checkpoint.safetensors").exists():
        fit(tmp_path, "--out", str(trained))
        arrays, texts = read(trained / "checkpoint.safetensors")
        write(trained / "older.safetensors", arrays, {**texts, "schema": "1"})
        capsys.readouterr()
    weights = ("checkpoint", "network", "older")
    places = {name: trained / f"{name}.safetensors" for name in weights}
    places |= {name: trained / f"{name}.toml" for name in TOML}
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


def test_flags_win_over_a_file_and_a_rate_goes_with_its_optimizer(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('optimizer = "sgd"\nlr = 0.5\nshift = 3\n')
    read_alone = settings_from(file, {})
    assert (read_alone.optimizer, read_alone.lr, read_alone.shift) == ("sgd", 0.5, 3)
    assert settings_from(file, {"optimizer": "sgd"}).lr == 0.5
    assert settings_from(file, {"optimizer": "adamw"}).lr is None
    assert settings_from(file, {"optimizer": "adamw", "lr": 0.1}).lr == 0.1
    file.write_text(to_toml(dataclasses.asdict(read_alone)))
    assert settings_from(file, {}) == read_alone


def test_the_help_page_has_the_rates_and_fits_in_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    main(["fit", "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).replace("│", " ").split())
    for name, lr in LR.items():
        assert f"{lr:g} for {name}" in text


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch):
    """Where the test images stood in for validation the last epoch has seen them; the figures are the same."""
    apart = make_synthetic(num_train=40, num_val=9, num_test=60)
    same = dataclasses.replace(apart, val_images=apart.test_images, val_labels=apart.test_labels)
    monkeypatch.setattr(datasets, "resolve", lambda data, split: same)
    (tmp_path / "tiny.toml").write_text(
        'widths = [16, 16, 16]\nbatch_size = 8\ndtype = "float32"\n'
    )
    measured, accuracy = [], AirbenchTraining.accuracy

    def counted(self, data, level=0):
        measured.append(level)
        return accuracy(self, data, level)

    monkeypatch.setattr(AirbenchTraining, "accuracy", counted)
    fit(tmp_path, "--out", str(tmp_path / "once"))
    assert measured == [0, 2]
    found = [json.loads((tmp_path / "once" / "summary.json").read_text())]
    monkeypatch.setattr(datasets, "resolve", lambda data, split: apart)
    fit(tmp_path, "--out", str(tmp_path / "apart"))
    assert measured == [0, 2, 0, 2, 2]
    found.append(json.loads((tmp_path / "apart" / "summary.json").read_text()))
    for name in ("test_accuracy", "test_accuracy_tta"):
        assert found[0][name] == found[1][name]
    assert found[0]["test_accuracy"] != found[0]["test_accuracy_tta"]


def test_numbers_are_logged_where_tensorboard_is(tmp_path, monkeypatch):
    logged, closed = [], []

    class SummaryWriter:
        def __init__(self, folder):
            assert folder == str(tmp_path / "out" / "tensorboard")

        def __enter__(self):
            return self

        def __exit__(self, *_):
            closed.append(True)

        def add_scalar(self, *given):
            logged.append(given)

    package = types.ModuleType("torch.utils.tensorboard")
    package.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", package)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: package)
    assert fit(tmp_path, "--out", str(tmp_path / "out")) == 0
    assert [step for name, _, step in logged if name == "loss"] == list(range(10))
    assert [step for name, _, step in logged if name == "val_accuracy"] == [5, 10]
    assert {name for name, *_ in logged} == {"loss", "lr", "val_accuracy"}
    assert closed == [True]
