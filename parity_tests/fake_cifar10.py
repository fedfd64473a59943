"""CIFAR-10 of 20 random images a batch, written to a folder in both official layouts."""

import pickle
import struct
from pathlib import Path

import numpy as np

from reference.datasets.layouts import BATCHES, BINARY, CLASS_NAMES, PYTHON

ROWS = 20


def text(value: str) -> bytes:
    """A string as Python 2 pickled it."""
    return b"U" + bytes([len(value)]) + value.encode()


def pickled(
    labels: list[int], pixels: np.ndarray, dtype: str = "u1", shape: tuple[int, ...] | None = None
) -> bytes:
    """A batch in the instructions of the official files: Python 2, protocol 2."""
    sizes = b"".join(b"M" + struct.pack("<H", size) for size in shape or pixels.shape)
    raw = pixels.tobytes()
    return b"".join(
        [
            *(b"\x80\x02}q\x01(", text("batch_label"), text("training batch 1 of 5")),
            *(text("labels"), b"]q\x02(", b"".join(b"K" + bytes([y]) for y in labels), b"e"),
            *(text("data"), b"cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04"),
            *(b"K\x00\x85q\x05U\x01bq\x06\x87Rq\x07(K\x01", b"(", sizes, b"tq\x08cnumpy\ndtype\n"),
            *(
                text(dtype),
                b"K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
            ),
            *(b"\x89T", struct.pack("<i", len(raw)), raw, b"tb", text("filenames"), b"](e"),
            b"u.",
        ]
    )


def draw_rows(seed: int, rows: int = ROWS) -> tuple[list[int], np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 10, rows).tolist(), rng.integers(0, 256, (rows, 3072), np.uint8)


def write_python(folder: Path) -> Path:
    place = folder / PYTHON.folder
    place.mkdir(parents=True)
    for seed, batch in enumerate(BATCHES):
        (place / batch).write_bytes(pickled(*draw_rows(seed)))
    names = [name.encode() for name in CLASS_NAMES]
    (place / PYTHON.meta).write_bytes(pickle.dumps({b"label_names": names}, protocol=3))
    return place


def write_binary(folder: Path) -> Path:
    place = folder / BINARY.folder
    place.mkdir(parents=True)
    for seed, batch in enumerate(BATCHES):
        labels, pixels = draw_rows(seed)
        np.insert(pixels, 0, labels, axis=1).tofile(place / f"{batch}.bin")
    (place / BINARY.meta).write_text("\n".join(CLASS_NAMES) + "\n")
    return place


WRITERS = (write_python, write_binary)
