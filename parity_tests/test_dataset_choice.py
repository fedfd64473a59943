"""What a user writes becomes a data set: a folder, synthetic, download, or CIFAR10_DIR."""

import functools
from pathlib import Path

import numpy as np
import pytest

from parity_tests.fake_cifar10 import write_python
from parity_tests.refusal import refusal
from reference.datasets import make_synthetic, resolve


def test_what_a_user_writes_becomes_a_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = functools.partial(make_synthetic, 20, 10, 10)
    monkeypatch.setattr("reference.datasets.source.make_synthetic", small)
    place = write_python(tmp_path)
    assert (
        resolve("synthetic", environ={"CIFAR10_DIR": "/absent"}).name == "synthetic, not CIFAR-10"
    )
    assert resolve(None, environ={}).name == resolve(None, environ={"CIFAR10_DIR": ""}).name
    assert "belong here" in refusal(lambda: resolve(place))  # found, and truncated
    line = refusal(lambda: resolve(None, environ={"CIFAR10_DIR": "/absent"}))
    assert line.startswith("CIFAR10_DIR: /absent: no such folder")
    assert refusal(lambda: resolve("sythetic")).endswith("or did you mean synthetic?")
    assert "did you mean" not in refusal(lambda: resolve(str(tmp_path / "absent")))
    monkeypatch.setattr("reference.datasets.source.download_cifar10", lambda: place)
    assert "belong here" in refusal(lambda: resolve("download"))


@pytest.mark.real_data
def test_the_real_images_are_the_real_images() -> None:
    dataset = resolve(None)
    assert dataset.name.startswith("CIFAR-10")
    assert dataset.train_labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert np.bincount(dataset.train_labels, minlength=10).min() > 4800
    assert 115 < dataset.mean_image.mean() < 125
