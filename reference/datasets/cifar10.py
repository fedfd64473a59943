"""CIFAR-10 from its official files, in either layout; nothing in a file is trusted.

60,000 photographs of 32×32 pixels in ten classes, 6,000 of each. "Python version": pickles
``data_batch_1`` to ``data_batch_5`` and ``test_batch``; "binary version": the same names with
``.bin``, every image a label byte and 3,072 pixels, red before green before blue, row by row.
Source: Krizhevsky 2009, *Learning Multiple Layers of Features from Tiny Images*, section 3;
https://www.cs.toronto.edu/~kriz/cifar.html
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from reference.datasets.batch_pickle import AGAIN
from reference.datasets.images import Dataset, DatasetError, Labels, Pixels, assemble, locating
from reference.datasets.layouts import BATCHES, BINARY, CLASS_NAMES, PYTHON, Layout, Rows

BATCH_ROWS = 10_000
"""So many images are in an official file."""


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """All images of the official files in their order, and the honest name of these files."""

    name: str
    train: tuple[Pixels, Labels]
    test: tuple[Pixels, Labels]


def find_batches(folder: Path) -> tuple[Path, Layout]:
    """Where the batches lie, in this folder or in the one the archive makes, and which kind."""
    if folder.is_file():
        raise DatasetError("this is a file: unpack it and give the folder")
    if not folder.is_dir():
        raise DatasetError("no such folder: give the one that holds cifar-10-batches-py")
    for layout in (PYTHON, BINARY):
        for place in (folder, folder / layout.folder):
            if any((place / f"{batch}{layout.suffix}").exists() for batch in BATCHES):
                return place, layout
    raise DatasetError(
        "no CIFAR-10 here: give the folder that holds data_batch_1 (Python version)"
        " or data_batch_1.bin (binary version)"
    )


def read_bytes(path: Path, limit: int) -> bytes:
    """The whole file, if it is one and no larger than what belongs there."""
    if not path.exists():
        raise DatasetError(f"missing: {AGAIN}")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DatasetError(f"not a file: {AGAIN}")
    if status.st_size > limit:
        raise DatasetError(f"{status.st_size} bytes, at most {limit} belong here: {AGAIN}")
    with path.open("rb") as file:
        return file.read(limit)


def read_files(folder: str | Path, rows: int) -> Iterator[tuple[Path, Layout, bytes]]:
    """Every batch in the official order; beside the pixels, a pickle has 20 bytes an image."""
    with locating(Path(folder)):
        place, layout = find_batches(Path(folder).expanduser())
    for batch in BATCHES:
        path = place / f"{batch}{layout.suffix}"
        with locating(path):
            raw = read_bytes(path, limit=rows * (3072 + 200) + 10_000)
        yield path, layout, raw


def is_official(path: Path, layout: Layout, raw: bytes) -> bool:
    """Whether these are the bytes that the world trains on."""
    return layout.digest(raw) == layout.official[path.name.removesuffix(layout.suffix)]


def describe(official: bool) -> str:
    return "CIFAR-10" if official else "CIFAR-10 (files differ from the official ones)"


def provenance(folder: str | Path, rows: int = BATCH_ROWS) -> str:
    """The name under which results on this folder may be reported; compares six digests."""
    verdicts = [is_official(*file) for file in read_files(folder, rows)]
    return describe(all(verdicts))


def decode_batch(layout: Layout, raw: bytes, rows: int) -> Rows:
    """Pixels and labels of one batch, which holds so many images."""
    pixels, labels = layout.decode(raw)
    if len(pixels) != len(labels):
        raise DatasetError(f"{len(labels)} labels for {len(pixels)} images: {AGAIN}")
    if len(pixels) != rows:
        raise DatasetError(f"{len(pixels)} images, {rows} belong here: {AGAIN}")
    return pixels, labels


def check_class_names(path: Path, layout: Layout) -> None:
    """Where a file says what the labels mean, it is what they mean in CIFAR-10."""
    with locating(path):
        if path.exists():
            names = layout.decode_names(read_bytes(path, limit=10_000))
            if names != list(CLASS_NAMES):
                raise DatasetError(f"other classes than {', '.join(CLASS_NAMES)}: {AGAIN}")


def read(folder: str | Path, rows: int = BATCH_ROWS) -> Archive:
    """All batches of a folder in either layout, each of which must hold ``rows`` images.

    The folder may be that of the batches or the one around it. Raises ``DatasetError`` for
    whatever is missing, truncated, mislabelled or no CIFAR-10, and for a pickle that asks for
    more than the official ones do (``batch_pickle.py``).
    """
    pixels = np.empty((6 * rows, 3072), np.uint8)
    labels = np.empty(6 * rows, np.int64)
    official = []
    for number, (path, layout, raw) in enumerate(read_files(folder, rows)):
        chosen = slice(number * rows, (number + 1) * rows)
        with locating(path):
            pixels[chosen], labels[chosen] = decode_batch(layout, raw, rows)
        official.append(is_official(path, layout, raw))
    check_class_names(path.parent / layout.meta, layout)
    images = pixels.reshape(-1, 3, 32, 32)
    train, test = slice(5 * rows), slice(5 * rows, None)
    return Archive(
        describe(all(official)), (images[train], labels[train]), (images[test], labels[test])
    )


def course_split(
    archive: Archive, num_train: int = 49_000, num_val: int = 1_000, num_test: int = 1_000
) -> Dataset:
    """CS231n's: the first ``num_train`` images, the next ``num_val``, the first test images."""
    (pixels, labels), (test_pixels, test_labels) = archive.train, archive.test
    end = num_train + num_val
    if min(num_train, num_val, num_test) < 1 or end > len(pixels) or num_test > len(test_pixels):
        raise DatasetError(
            f"{archive.name}: no {num_train} + {num_val} and {num_test} images in"
            f" {len(pixels)} for training and {len(test_pixels)} for testing: ask for fewer"
        )
    return assemble(
        archive.name,
        CLASS_NAMES,
        train=(pixels[:num_train], labels[:num_train]),
        val=(pixels[num_train:end], labels[num_train:end]),
        test=(test_pixels[:num_test], test_labels[:num_test]),
    )


def full_split(archive: Archive) -> Dataset:
    """All 50,000 to train on; the 10,000 test images stand in for validation, so choose by none."""
    return assemble(archive.name, CLASS_NAMES, archive.train, archive.test, archive.test)


def load(
    folder: str | Path, split: Literal["course", "full"] = "course", rows: int = BATCH_ROWS
) -> Dataset:
    """CIFAR-10 from a folder in either official layout; see ``read`` for what is refused."""
    if split not in ("course", "full"):
        raise DatasetError(f"no split {split!r}: write course or full")
    archive = read(folder, rows)
    return course_split(archive) if split == "course" else full_split(archive)
