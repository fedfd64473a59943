"""Every refusal of a folder without CIFAR-10, and of a file in it that is another one."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from parity_tests.fake_cifar10 import ROWS, WRITERS, draw_rows, pickled, write_binary, write_python
from parity_tests.refusal import refusal
from reference.datasets import load, provenance, read
from reference.datasets.layouts import CLASS_NAMES


def test_folders_without_cifar10_are_refused(tmp_path: Path) -> None:
    archive = tmp_path / "cifar-10-python.tar.gz"
    archive.write_bytes(b"")
    line = refusal(lambda: load(tmp_path / "absent"))
    assert "absent: no such folder: give the one" in line
    assert "no CIFAR-10 here: give the folder that holds data_batch_1" in refusal(
        lambda: load(tmp_path)
    )
    assert "this is a file: unpack it" in refusal(lambda: load(archive))
    assert "\\n" in refusal(lambda: load(tmp_path / "two\nlines"))
    assert "home" in refusal(lambda: load("~nobody-of-this-name/data"))
    assert "no split 'half': write course or full" in refusal(lambda: load(tmp_path, "half"))  # type: ignore[arg-type]


@pytest.mark.parametrize("write", WRITERS)
def test_a_missing_batch_is_named(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    place = write(tmp_path)
    victim = next(place.glob("data_batch_3*"))
    victim.unlink()
    assert refusal(lambda: read(place, ROWS)).startswith(f"{victim}: missing: unpack")
    assert "missing" in refusal(lambda: provenance(place, ROWS))
    victim.mkdir()
    assert f"{victim}: not a file" in refusal(lambda: read(place, ROWS))
    victim.rmdir()
    os.mkfifo(victim)  # reading it would wait for ever
    assert f"{victim}: not a file" in refusal(lambda: read(place, ROWS))


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_of_another_size_is_refused(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    place = write(tmp_path)
    victim = next(place.glob("data_batch_2*"))
    whole = victim.read_bytes()
    for kept in (0, 1, 1000, len(whole) // 2, len(whole) - 1):
        victim.write_bytes(whole[:kept])
        assert str(victim) in refusal(lambda: read(place, ROWS))
    victim.write_bytes(bytes(90_000))
    assert "90000 bytes, at most 75440 belong here" in refusal(lambda: read(place, ROWS))


@pytest.mark.parametrize("write", WRITERS)
def test_a_batch_of_another_number_of_images_is_refused(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    place = write(tmp_path)
    assert "20 images, 21 belong here" in refusal(lambda: read(place, ROWS + 1))
    assert "20 images, 19 belong here" in refusal(lambda: read(place, ROWS - 1))
    assert "20 images, 10000 belong here" in refusal(lambda: load(place))


@pytest.mark.parametrize("write", WRITERS)
def test_a_label_beyond_9_is_refused(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    place = write(tmp_path)
    labels, pixels = draw_rows(2)
    labels[17] = 11
    raw = pickled(labels, pixels)
    if write is write_binary:
        raw = np.insert(pixels, 0, labels, axis=1).tobytes()
    victim = next(place.glob("data_batch_3*"))
    victim.write_bytes(raw)
    line = refusal(lambda: read(place, ROWS))
    assert line == f"{victim}: label 11 at row 17: labels are 0 to 9"


@pytest.mark.parametrize("write", WRITERS)
def test_other_classes_are_refused(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    place = write(tmp_path)
    meta = next(place.glob("batches.meta*"))
    python = write is write_python
    for names in (["cat", "dog"], [*CLASS_NAMES[:9], "tram"]):
        content = {"label_names": names}
        meta.write_bytes(pickle.dumps(content) if python else "\n".join(names).encode())
        assert "other classes than airplane" in refusal(lambda: read(place, ROWS))
    meta.write_bytes(pickle.dumps({"label_names": 3}) if python else bytes(100))
    assert str(meta) in refusal(lambda: read(place, ROWS))
    meta.unlink()
    assert len(read(place, ROWS).train[0]) == 5 * ROWS
