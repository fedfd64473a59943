"""The textures: the same on every machine, balanced, and not solved by a linear classifier."""

import hashlib

import numpy as np
import pytest

from parity_tests.refusal import refusal
from reference.datasets import Dataset, make_synthetic
from reference.datasets.synthetic import TEXTURES, TINTS


def test_the_same_numbers_give_the_same_textures() -> None:
    """On every machine: no cosine, no logarithm. The digest changes when NumPy's generators do."""
    first, second = make_synthetic(300, 20, 20), make_synthetic(300, 20, 20)
    assert np.array_equal(first.train_images.pixels, second.train_images.pixels)
    assert not np.array_equal(
        first.train_images.pixels, make_synthetic(300, 20, 20, seed=1).train_images.pixels
    )
    digest = hashlib.sha256(first.train_images.pixels.tobytes()).hexdigest()
    assert digest.startswith("e24557f6852ed971")


def test_one_part_does_not_depend_on_the_size_of_another() -> None:
    small, large = make_synthetic(20, 30, 40), make_synthetic(50, 30, 40)
    for part in ("val", "test"):
        images, labels = f"{part}_images", f"{part}_labels"
        assert np.array_equal(getattr(small, images).pixels, getattr(large, images).pixels)
        assert np.array_equal(getattr(small, labels), getattr(large, labels))
    assert not np.array_equal(small.val_images.pixels[:20], small.train_images.pixels)


def test_the_textures_are_balanced_distinct_and_not_saturated() -> None:
    """Equal patches would be ties in a max pool: there are no two equal images, nor flat ones."""
    dataset = make_synthetic(1000, 100, 100)
    pixels = dataset.train_images.pixels
    assert pixels.shape == (1000, 3, 32, 32)
    assert dataset.class_names == tuple(TEXTURES)
    assert np.bincount(dataset.train_labels).tolist() == [100] * 10
    assert len({image.tobytes() for image in pixels}) == 1000
    assert ((pixels == 0) | (pixels == 255)).mean() < 1e-3
    rows = np.lib.stride_tricks.sliding_window_view(pixels[:100], 4, axis=3)
    assert (np.ptp(rows, axis=-1) == 0).mean() < 1e-3
    assert dataset.train_labels[:20].tolist() != sorted(dataset.train_labels[:20])


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -5, 1), (1, 1, 0)])
def test_an_empty_part_is_refused(sizes: tuple[int, int, int]) -> None:
    assert f"{min(sizes)} synthetic images: ask for 1 or more" in refusal(
        lambda: make_synthetic(*sizes)
    )


def linear_accuracy(dataset: Dataset) -> float:
    """The best of three ridge regressions on the classes, in its dual form."""
    x, val = (
        np.insert(images.array("float32").reshape(len(images), -1) / 64, 0, 1, axis=1)
        for images in (dataset.train_images, dataset.val_images)
    )
    gram, targets = x @ x.T, np.eye(10, dtype=np.float32)[dataset.train_labels]
    best = 0.0
    for strength in (1e2, 1e3, 1e4):
        dual = np.linalg.solve(gram + strength * np.eye(len(gram), dtype=np.float32), targets)
        right = (val @ (x.T @ dual)).argmax(axis=1) == dataset.val_labels
        best = max(best, float(right.mean()))
    return best


def test_a_linear_classifier_does_not_solve_the_textures(monkeypatch: pytest.MonkeyPatch) -> None:
    accuracy = linear_accuracy(make_synthetic(2000, 500, 10))
    assert 0.15 < accuracy < 0.6
    monkeypatch.setattr("reference.datasets.synthetic.TINTS", 4 * TINTS)
    assert (
        linear_accuracy(make_synthetic(2000, 500, 10)) > accuracy + 0.2
    )  # it can see what is linear
