"""CIFAR-10 is the same in both official layouts, and other files than the official ones say so."""

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.fake_cifar10 import ROWS, WRITERS, draw_rows
from reference.datasets import provenance, read
from reference.datasets.batch_pickle import decode_labels, decode_rows, unpickle
from reference.datasets.cifar10 import describe, is_official
from reference.datasets.layouts import BATCHES, BINARY, PYTHON


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("given", ["the folder itself", "its parent"])
def test_both_layouts_hold_the_same_images_in_order(
    tmp_path: Path, write: Callable[[Path], Path], given: str
) -> None:
    place = write(tmp_path)
    archive = read(place if given == "the folder itself" else tmp_path, rows=ROWS)
    labels, pixels = zip(*(draw_rows(seed) for seed in range(6)), strict=True)
    assert archive.train[1].tolist() == [label for batch in labels[:5] for label in batch]
    assert archive.test[1].tolist() == labels[5]
    assert np.array_equal(archive.train[0].reshape(-1, 3072), np.concatenate(pixels[:5]))
    assert np.array_equal(archive.test[0].reshape(-1, 3072), pixels[5])
    assert archive.train[0].shape[1:] == (3, 32, 32)
    assert archive.train[1].dtype == np.int64
    assert archive.train[0][7, 2, 3, 4] == pixels[0][7, 2 * 1024 + 3 * 32 + 4]


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("key", [str, str.encode])
def test_a_batch_written_with_python_3_is_read(
    protocol: int, order: Any, key: Callable[[str], Any]
) -> None:
    labels, pixels = draw_rows(0)
    content = {key("labels"): labels, key("data"): np.asarray(pixels, order=order)}
    back = unpickle(pickle.dumps(content, protocol=protocol))
    assert decode_labels(back["labels"]) == labels
    assert np.array_equal(decode_rows(back["data"]), pixels)


def test_other_files_than_the_official_ones_say_so(tmp_path: Path) -> None:
    for write in WRITERS:
        name = provenance(write(tmp_path / write.__name__), rows=ROWS)
        assert name == read(tmp_path / write.__name__, rows=ROWS).name
        assert name == "CIFAR-10 (files differ from the official ones)"
    assert describe(official=True) == "CIFAR-10"


def test_the_official_files_are_recognised_by_their_digest() -> None:
    for layout in (PYTHON, BINARY):
        path = Path(f"test_batch{layout.suffix}")
        published = layout._replace(official={"test_batch": layout.digest(b"images")})
        assert is_official(path, published, b"images")
        assert not is_official(path, published, b"imagez")


@pytest.mark.parametrize(("layout", "algorithm"), [(PYTHON, "md5"), (BINARY, "sha1")])
def test_digests_are_of_the_published_kind(layout: Any, algorithm: str) -> None:
    assert layout.digest(b"nnparity") == hashlib.new(algorithm, b"nnparity").hexdigest()
    assert set(layout.official) == set(BATCHES)
    assert {len(digest) for digest in layout.official.values()} == {len(layout.digest(b""))}
