"""Archives and notebooks that nobody makes by accident: read as far as they can be, and no further."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from parity_tests.homework.tests.archives import zipped
from parity_tests.homework.worker import notebook
from parity_tests.homework.worker.archive import ArchiveError, members

PY, OTHER = b"def f(): pass\n", b"def g(): pass\n"
NAME = "cs231n/layers.py"


def changed(data: bytes, magic: bytes, at: int, value: bytes) -> bytes:
    """The archive with other bytes at this place in each header that begins with `magic`."""
    made, start = bytearray(data), -1
    while (start := made.find(magic, start + 1)) >= 0:
        made[start + at : start + at + len(value)] = value
    return bytes(made)


def overlapping() -> bytes:
    """Every member begins where the first does."""
    return changed(zipped([(NAME, PY), ("b.py", PY)]), b"PK\1\2", 42, bytes(4))


def of_wrong_size() -> bytes:
    stored = zipped([(NAME, PY), ("b.py", PY)], zipfile.ZIP_STORED)
    return changed(stored, b"PK\1\2", 20, struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0))


def of_wrong_content() -> bytes:
    stored = zipped([(NAME, PY), ("b.py", OTHER)], zipfile.ZIP_STORED)
    return stored.replace(b"def g", b"def h")


def with_headers(**headers: str) -> bytes:
    """A tar whose first member has these extended headers."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, extended in (("a.txt", headers), (NAME, {})):
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(PY), extended
            archive.addfile(info, io.BytesIO(PY))
    return data.getvalue()


def of_negative_size() -> bytes:
    made = bytearray(with_headers())
    made[124:136] = b"\xff" * 12
    total = sum(made[:148]) + 8 * ord(" ") + sum(made[156:512])
    made[148:156] = b"%06o\0 " % total
    return bytes(made)


READ: dict[str, tuple[Callable[[], bytes], dict[str, bytes] | None]] = {
    "members in one place": (overlapping, {NAME: PY}),
    "a size that is not its own": (of_wrong_size, None),
    "content that is not its own": (of_wrong_content, {NAME: PY}),
    "two archives in a row": (lambda: zipped([("b.py", PY)]) + zipped([(NAME, PY)]), {NAME: PY}),
    "behind a picture": (lambda: zipped([]) + b"\x89PNG" + zipped([(NAME, PY)]), {NAME: PY}),
    "another name in its headers": (lambda: with_headers(path="../../evil.py"), {NAME: PY}),
    "another size in its headers": (lambda: with_headers(size="99999999999"), None),
    "less than nothing": (of_negative_size, None),
    "compressed twice": (lambda: gzip.compress(gzip.compress(with_headers())), None),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_of_an_odd_archive(name: str) -> None:
    make, wanted = READ[name]
    if wanted is None:
        with pytest.raises(ArchiveError, match=r"^\S.+$"):
            members(make(), "hw.zip")
    else:
        assert dict(members(make(), "hw.zip")[0]) == wanted


def cells(*found: object) -> bytes:
    return json.dumps({"cells": found}).encode()


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (cells("code", 3, None, {"cell_type": "code", "source": 5}), [(4, "5")]),
        (cells({"cell_type": "code", "source": {"a": 1}}), [(1, "{'a': 1}")]),
        (cells({"cell_type": "code", "source": "x = 1", "n": float("nan")}), [(1, "x = 1")]),
        (cells({"cell_type": "code", "source": "!rm -rf /\n%run a.py"}), [(1, "pass\npass")]),
        (cells({"cell_type": "code", "source": "%%bash\nrm -rf /"}), []),
    ],
)
def test_cells_of_every_kind(data: bytes, wanted: list[tuple[int, str]]) -> None:
    assert notebook.read(data).cells == wanted


@pytest.mark.parametrize(
    "data",
    [b'{"cells": ' + b"[" * 10**6, b'{"cells": [{"cell_type"', b"[]", b'{"n": ' + b"9" * 10**5],
)
def test_what_is_no_notebook_is_told_in_a_line(data: bytes) -> None:
    with pytest.raises(notebook.NotebookError, match=r"^not a notebook.*$"):
        notebook.read(data)
