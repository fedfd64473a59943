"""The course's split and the full one, and what a data set gives of its images."""

import functools
from pathlib import Path

import numpy as np
import pytest

from parity_tests.fake_cifar10 import ROWS, write_binary, write_python
from parity_tests.refusal import refusal
from reference.datasets import course_split, full_split, load, make_synthetic, read


def test_the_course_split_subtracts_the_mean_of_its_training_images(tmp_path: Path) -> None:
    write_python(tmp_path)
    archive = read(tmp_path, rows=ROWS)
    dataset = course_split(archive, num_train=80, num_val=15, num_test=7)
    x = archive.train[0].astype(np.float64)  # from here on as the course does it
    mean = np.mean(x[:80], axis=0)
    assert np.array_equal(dataset.mean_image, mean)
    assert np.array_equal(dataset.train_images.array(), x[:80] - mean)
    assert np.array_equal(dataset.val_images.array(), x[80:95] - mean)
    assert np.array_equal(dataset.test_images.array(), archive.test[0][:7] - mean)
    assert np.array_equal(dataset.val_labels, archive.train[1][80:95])
    assert len(dataset.test_labels) == len(dataset.test_images) == 7
    assert dataset.class_names[3] == "cat"


def test_the_full_split_validates_on_the_test_images(tmp_path: Path) -> None:
    write_binary(tmp_path)
    dataset = load(tmp_path, "full", rows=ROWS)
    assert (len(dataset.train_images), len(dataset.val_images)) == (100, 20)
    assert np.array_equal(dataset.val_labels, dataset.test_labels)
    assert np.abs(dataset.train_images.array().mean(axis=0)).max() < 1e-12


def test_a_split_larger_than_the_archive_is_refused(tmp_path: Path) -> None:
    write_binary(tmp_path)
    archive = read(tmp_path, ROWS)
    assert "49000 + 1000 and 1000 images in 100" in refusal(lambda: course_split(archive))
    for sizes in ((0, 5, 5), (5, 0, 5), (5, 5, 0), (96, 5, 5), (5, 5, 21)):
        assert "ask for fewer" in refusal(functools.partial(course_split, archive, *sizes))
    assert len(full_split(archive).train_images) == 100


def test_a_batch_has_the_order_and_dtype_that_were_asked_for() -> None:
    images = make_synthetic(20, 10, 10).train_images
    for dtype in ("float32", np.float64, np.longdouble):
        x = images.batch(np.array([5, 3, 5]), dtype)
        assert x.dtype == dtype
        assert x.flags.writeable
        assert np.array_equal(x, images.array(dtype)[[5, 3, 5]])
    assert images.batch([]).shape == (0, 3, 32, 32)
    with pytest.raises(ValueError, match="uint8: write float32 or float64"):
        images.batch([0], np.uint8)
    with pytest.raises(IndexError):
        images.batch([20])


def test_nobody_can_write_into_a_data_set() -> None:
    dataset = make_synthetic(20, 10, 10)
    for array in (dataset.train_images.pixels, dataset.train_labels, dataset.mean_image):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
