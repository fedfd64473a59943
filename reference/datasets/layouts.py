"""The two layouts in which CIFAR-10 is published, and what their files must hold."""

import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray as Array

from reference.datasets.batch_pickle import AGAIN, decode_labels, decode_rows, unpickle
from reference.datasets.images import DatasetError

CLASS_NAMES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")

Rows: TypeAlias = tuple[UInt8[Array, "n 3072"], list[int]]

PYTHON_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
"""The official files, as torchvision checks them."""
BINARY_SHA1 = {
    "data_batch_1": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
    "data_batch_2": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
    "data_batch_3": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
    "data_batch_4": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
    "data_batch_5": "26e2849e66a845b7f1e4614ae70f4889ae604628",
    "test_batch": "67eb016db431130d61cd03c7ad570b013799c88c",
}
"""The official files, as MXNet's Gluon checks them."""


def decode_pickle(raw: bytes) -> Rows:
    """Pixels and labels of a batch of the Python version."""
    content = unpickle(raw)
    if missing := {"data", "labels"} - content.keys():
        raise DatasetError(f"no {min(missing)!r} in the pickle: {AGAIN}")
    return decode_rows(content["data"]), decode_labels(content["labels"])


def decode_binary(raw: bytes) -> Rows:
    """Pixels and labels of a batch of the binary version: a label, 3,072 pixels, and so on.

    >>> pixels, labels = decode_binary(bytes([7]) + bytes(range(256)) * 12)
    >>> pixels.shape, pixels[0, :3], labels
    ((1, 3072), array([0, 1, 2], dtype=uint8), [7])
    """
    if len(raw) % 3073:
        raise DatasetError(f"{len(raw)} bytes are no multiple of 3073: {AGAIN}")
    records = np.frombuffer(raw, np.uint8).reshape(-1, 3073)
    return records[:, 1:], decode_labels(records[:, 0].tolist())


def decode_names(raw: bytes) -> list[object]:
    """The class names in the ``batches.meta`` of the Python version."""
    names = unpickle(raw).get("label_names")
    if type(names) is not list:
        raise DatasetError(f"no list 'label_names' in the pickle: {AGAIN}")
    return [name.decode("latin1") if isinstance(name, bytes) else name for name in names]


class Layout(NamedTuple):
    """Names of files, how to read them, and the digests of the official ones."""

    folder: str
    suffix: str
    meta: str
    decode: Callable[[bytes], Rows]
    decode_names: Callable[[bytes], list[object]]
    digest: Callable[[bytes], str]
    official: Mapping[str, str]


PYTHON = Layout(
    "cifar-10-batches-py",
    "",
    "batches.meta",
    decode_pickle,
    decode_names,
    lambda raw: hashlib.md5(raw, usedforsecurity=False).hexdigest(),
    PYTHON_MD5,
)
BINARY = Layout(
    "cifar-10-batches-bin",
    ".bin",
    "batches.meta.txt",
    decode_binary,
    lambda raw: list(raw.decode("latin1").split()),
    lambda raw: hashlib.sha1(raw, usedforsecurity=False).hexdigest(),
    BINARY_SHA1,
)
