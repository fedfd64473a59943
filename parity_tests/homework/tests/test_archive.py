"""Archives are read, never extracted: no name leads out, nothing but regular files, nothing without an end."""

import gzip
import tarfile
import zipfile

import pytest

from parity_tests.homework.tests.archives import encrypted, tarred, zip_link, zipped
from parity_tests.homework.worker import archive, wanted

PY = b"def f(): pass"
PLAIN = [
    ("hw/layers.py", PY),
    ("hw/a2.ipynb", b"{}"),
    ("hw/data.bin", bytes(100)),
    ("hw/x.py/", b""),
]


@pytest.mark.parametrize(
    "data",
    [
        zipped(PLAIN),
        zipped(PLAIN, zipfile.ZIP_STORED),
        zipped(PLAIN, zipfile.ZIP_LZMA),
        *(tarred(PLAIN[:3], mode) for mode in ("w", "w:gz", "w:bz2", "w:xz")),
    ],
    ids=["zip", "stored", "lzma", "tar", "gz", "bz2", "xz"],
)
def test_python_and_notebooks_are_read(data: bytes) -> None:
    files, remarks = archive.members(data, "any name")  # what it is, its content says
    assert dict(files) == dict(PLAIN[:2])
    assert remarks == []


@pytest.mark.parametrize(
    "name",
    [
        "../out.py",
        "/etc/out.py",
        "a/../../out.py",
        "C:\\out.py",
        "\\out.py",
        "a\x01.py",
        "x/" * 40 + "a.py",
        "a" * 500 + ".py",
    ],
)
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_name_that_leads_elsewhere_is_left_out(name: str, make: object) -> None:
    files, remarks = archive.members(make([(name, PY), ("layers.py", PY)]), "hw")  # type: ignore[operator]
    assert files == [("layers.py", PY)]
    assert len(remarks) == 1
    assert remarks[0].startswith("left out ")
    assert remarks[0].isprintable()


def test_links_and_devices_are_left_out() -> None:
    files, remarks = archive.members(zipped([zip_link("a.py", "/etc/passwd"), ("b.py", PY)]), "hw")
    assert files == [("b.py", PY)]
    assert remarks == ["left out a.py: it is a link or a device"]
    kinds = {
        "link": tarfile.SYMTYPE,
        "hard": tarfile.LNKTYPE,
        "fifo": tarfile.FIFOTYPE,
        "device": tarfile.CHRTYPE,
    }
    files, remarks = archive.members(tarred([("b.py", PY)], kinds=kinds), "hw")
    assert files == [("b.py", PY)]
    assert remarks == [f"left out {name}.py: it is a link or a device" for name in kinds]


def test_the_first_of_two_of_one_name_counts() -> None:
    files, remarks = archive.members(zipped([("a.py", PY), ("a.py", b"def g(): pass")]), "hw")
    assert files == [("a.py", PY)]
    assert remarks == ["left out a.py: the archive has it twice, the first counts"]


def test_what_tools_leave_behind_is_skipped() -> None:
    junk = [
        "__MACOSX/hw/._a.py",
        "._a.py",
        ".ipynb_checkpoints/a.ipynb",
        "venv/lib/b.py",
        "__pycache__/c.py",
    ]
    files, remarks = archive.members(zipped([*((name, PY) for name in junk), ("a.py", PY)]), "hw")
    assert (files, remarks) == ([("a.py", PY)], [])


def test_a_member_that_inflates_without_end() -> None:
    bomb = bytes(wanted.LARGEST[".py"] + 1)
    for data in (zipped([("a.py", bomb), ("b.py", PY)]), tarred([("a.py", bomb), ("b.py", PY)])):
        files, remarks = archive.members(data, "hw")
        assert files == [("b.py", PY)]
        assert remarks == ["left out a.py: larger than 4 MB"]


def test_a_stream_that_inflates_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_INFLATED", 2**20)
    data = tarred([("big.bin", bytes(2**21)), ("a.py", PY)])
    with pytest.raises(archive.ArchiveError, match="inflates to more than 1 MB"):
        archive.members(data, "hw")


def test_many_files_together_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_BYTES", 1000)
    with pytest.raises(archive.ArchiveError, match="too much"):
        archive.members(zipped([(f"{i}.py", bytes(100)) for i in range(11)]), "hw")
    monkeypatch.setattr(wanted, "MOST_ENTRIES", 10)
    with pytest.raises(archive.ArchiveError, match="more than 10 entries"):
        archive.members(zipped([(f"{i}.bin", b"") for i in range(11)]), "hw")


def test_a_long_list_of_members_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped([(f"{i}.bin", b"") for i in range(11)])
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 500)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(archive.ArchiveError, match=r"hw\.zip: more than 100000 entries"):
        archive.members(data, "hw.zip")


def test_an_encrypted_archive() -> None:
    with pytest.raises(archive.ArchiveError, match=r"no Python file .*a.py: it is encrypted"):
        archive.members(encrypted(zipped([("a.py", PY)])), "hw.zip")


def test_one_archive_inside_another() -> None:
    inner = zipped([("layers.py", PY)])
    data = zipped([("jane/hw2.zip", inner), ("bob/hw2.tar.gz", tarred([("layers.py", PY)]))])
    files, _ = archive.members(data, "all.zip")
    assert files == [("jane/hw2/layers.py", PY), ("bob/hw2/layers.py", PY)]
    with pytest.raises(archive.ArchiveError, match="holds no Python file"):
        archive.members(zipped([("a.zip", zipped([("b.zip", inner)]))]), "all.zip")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no archive that can be read"),
        (b"def f(): pass", "no archive that can be read"),
        (zipped([]), "holds no Python file and no notebook"),
        (zipped([("a.py", PY)])[:-30], "no archive that can be read"),
        (gzip.compress(PY), "no archive that can be read"),
        (gzip.compress(bytes(5000))[:20], "no archive that can be read"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive: a .zip or .tar.gz can be read"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    ],
)
def test_no_archive_is_one_clear_line(data: bytes, message: str) -> None:
    with pytest.raises(archive.ArchiveError, match=message) as caught:
        archive.members(data, "hand\nin.zip")
    assert str(caught.value).isprintable()


def test_a_damaged_member_does_not_take_the_others() -> None:
    data = bytearray(zipped([("a.py", PY * 50), ("b.py", PY)], zipfile.ZIP_STORED))
    data[60] ^= 1
    files, remarks = archive.members(bytes(data), "hw")
    assert files == [("b.py", PY)]
    assert remarks[0].startswith("left out a.py: it cannot be read: Bad CRC-32")


def test_names_in_utf8_that_do_not_say_so() -> None:
    data = bytearray(zipped([("übung.py", PY)]))
    for magic, at in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        data[data.index(magic) + at] &= ~8
    files, _ = archive.members(bytes(data), "hw")
    assert files == [("übung.py", PY)]
