"""Trainings on disk: cut anywhere, resumed bit by bit, never half written."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file

import torch_impl.networks
from parity_tests.training import LockStep, TrainSettings, checkpoint
from reference.datasets import make_synthetic

DATA = make_synthetic(num_train=20, num_val=9, num_test=1)
OPTIONS: dict[str, Any] = {"hidden_dims": (7, 6), "normalization": "batch", "dropout": 0.25}


def settings(**changed: Any) -> TrainSettings:
    """Five steps an epoch."""
    options = {"net_options": OPTIONS, "batch_size": 4, "reg": 0.01, "weight_scale": 0.01}
    return TrainSettings(net="fully_connected", **{**options, **changed})


def test_an_interruption_inside_a_step_refuses_a_checkpoint(tmp_path: Path) -> None:
    training = LockStep(settings(), DATA)

    def stop(*batch: Any) -> float:
        raise KeyboardInterrupt

    training.runs["torch"].step = stop  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        next(training.run())
    with pytest.raises(RuntimeError, match="inside a step"):
        checkpoint.save(training, tmp_path / "run.safetensors")


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam"])
@pytest.mark.parametrize("after", [3, 5, 6, 8])
def test_resumed_equals_uninterrupted_bit_by_bit(
    tmp_path: Path, optimizer: str, after: int
) -> None:
    options = {"lr": 0.01, "momentum": 0.9} if optimizer == "sgd" else {"lr": 0.01}
    chosen = settings(
        epochs=3,
        optimizer=optimizer,
        optimizer_options=options,
        lr_decay=0.5,
    )
    whole = LockStep(chosen, DATA)
    expected = list(whole.run())
    first = LockStep(replace(chosen, epochs=2), DATA)
    events = first.run()
    found = [next(events) for _ in range(after)]
    checkpoint.save(first, tmp_path / "run.safetensors")
    second = checkpoint.resume(tmp_path / "run.safetensors", DATA, epochs=3)
    assert found + list(second.run()) == expected
    for side, run in whole.runs.items():
        ours, theirs = run.state(), second.runs[side].state()
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name], strict=True)


def test_what_one_side_saved_the_other_can_go_on_with() -> None:
    training = LockStep(settings(), DATA)
    list(training.run())
    reference, twin = training.runs["reference"], training.runs["torch"]
    assert reference.state().keys() == twin.state().keys()
    reference.restore(twin.state())
    for name, array in reference.state().items():
        np.testing.assert_array_equal(array, twin.state()[name])


def test_saved_networks_load_strictly(tmp_path: Path) -> None:
    training = LockStep(settings(), DATA)
    list(training.run())
    paths = checkpoint.save_networks(training, tmp_path)
    assert [path.name for path in paths] == ["reference.safetensors", "torch.safetensors"]
    twin = torch_impl.networks.FullyConnectedNet(**OPTIONS).double()
    for path in paths:
        twin.load_state_dict(load_file(path), strict=True)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "run.safetensors"
    checkpoint.write(path, {"a": np.array(1.0)}, {})

    def refuse(*paths: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        checkpoint.write(path, {"a": np.array(2.0)}, {})
    assert checkpoint.read(path)[0]["a"] == 1.0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_resume_refuses_what_it_cannot_go_on_with(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    with pytest.raises(ValueError, match="cannot read"):
        checkpoint.resume(path, DATA)
    path.write_text("not a checkpoint")
    with pytest.raises(ValueError, match="cannot read"):
        checkpoint.resume(path, DATA)
    checkpoint.write(path, {"a": np.array(1.0)}, {})
    with pytest.raises(ValueError, match="holds no training"):
        checkpoint.resume(path, DATA)
    checkpoint.save(LockStep(settings(), DATA), path)
    with pytest.raises(ValueError, match="was trained on synthetic, not CIFAR-10, not on other"):
        checkpoint.resume(path, replace(DATA, name="other"))
