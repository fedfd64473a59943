"""CIFAR-10 in both official layouts, every refusal of a file that is not it, and the textures."""

import functools
import gc
import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.datasets import (
    Dataset,
    DatasetError,
    course_split,
    download_cifar10,
    full_split,
    load,
    make_synthetic,
    provenance,
    read,
    resolve,
)
from reference.datasets.batch_pickle import decode_labels, decode_rows, unpickle
from reference.datasets.cifar10 import describe, is_official
from reference.datasets.download import Progress, unpack
from reference.datasets.layouts import BATCHES, BINARY, CLASS_NAMES, PYTHON
from reference.datasets.synthetic import TEXTURES, TINTS

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


def refusal(action: Callable[[], object]) -> str:
    """The line with which an action is refused."""
    with pytest.raises(DatasetError) as caught:
        action()
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 700
    return line


# What is read


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


# The honest name


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


@pytest.mark.real_data
def test_the_real_images_are_the_real_images() -> None:
    dataset = resolve(None)
    assert dataset.name.startswith("CIFAR-10")
    assert dataset.train_labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert np.bincount(dataset.train_labels, minlength=10).min() > 4800
    assert 115 < dataset.mean_image.mean() < 125


# Refusals: folders and files


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


def test_a_split_larger_than_the_archive_is_refused(tmp_path: Path) -> None:
    write_binary(tmp_path)
    archive = read(tmp_path, ROWS)
    assert "49000 + 1000 and 1000 images in 100" in refusal(lambda: course_split(archive))
    for sizes in ((0, 5, 5), (5, 0, 5), (5, 5, 0), (96, 5, 5), (5, 5, 21)):
        assert "ask for fewer" in refusal(functools.partial(course_split, archive, *sizes))
    assert len(full_split(archive).train_images) == 100


# Refusals: what a pickle holds

LABELS, PIXELS = draw_rows(0, rows=2)
GOOD: dict[str, Any] = {"labels": LABELS, "data": PIXELS}
CONTENTS: dict[str, tuple[object, str]] = {
    "a list": ([1, 2], "the pickle holds a list"),
    "a number as key": ({3: 4}, "the pickle has a key of type int"),
    "no labels": ({"data": PIXELS}, "no 'labels' in the pickle"),
    "no data": ({"labels": LABELS}, "no 'data' in the pickle"),
    "data as list": (GOOD | {"data": [1, 2]}, "data is a list: write uint8, (n, 3072)"),
    "floats": (GOOD | {"data": PIXELS * 1.0}, "data is of dtype 'f8'"),
    "objects": (GOOD | {"data": np.array([[None]])}, "data is of dtype 'O8'"),
    "32 x 96": (GOOD | {"data": PIXELS.reshape(64, 96)}, "data is of shape (64, 96)"),
    "images": (GOOD | {"data": PIXELS.reshape(2, 3, 32, 32)}, "data is of shape (2, 3, 32, 32)"),
    "labels as array": (
        GOOD | {"labels": np.array(LABELS)},
        "labels is a NumPy array: write a list",
    ),
    "labels as floats": (GOOD | {"labels": [1, "2"]}, "label of type str at row 1: write an int"),
    "labels as bools": (GOOD | {"labels": [True, 2]}, "label of type bool at row 0"),
    "a label of -1": (GOOD | {"labels": [-1, 2]}, "label -1 at row 0: labels are 0 to 9"),
    "one label": (GOOD | {"labels": [1]}, "1 labels for 2 images"),
    "a set": (GOOD | {"filenames": {1, 2}}, "the pickle holds EMPTY_SET"),
    "a class": (GOOD | {"filenames": Path}, "the pickle asks for pathlib.Path, which was not run"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_a_pickle_that_holds_something_else_is_refused(tmp_path: Path, case: str) -> None:
    place = write_python(tmp_path)
    content, expected = CONTENTS[case]
    (place / "data_batch_1").write_bytes(pickle.dumps(content, protocol=4))
    line = refusal(lambda: read(place, ROWS))
    assert line.startswith(f"{place / 'data_batch_1'}: {expected}")


class Shell:
    """Pickled, it is a call of ``os.system``."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", [*range(pickle.HIGHEST_PROTOCOL + 1), "GLOBAL", "INST"])
def test_a_pickle_that_runs_a_command_is_refused_and_runs_nothing(
    tmp_path: Path, protocol: int | str
) -> None:
    place, marker = write_python(tmp_path), tmp_path / "marker"
    victim = place / "test_batch"
    command = f"touch {marker}"
    by_hand = {
        "GLOBAL": f"cos\nsystem\n(S'{command}'\ntR.".encode(),
        "INST": b"(" + text(command) + b"ios\nsystem\n.",
    }
    if isinstance(protocol, str):
        victim.write_bytes(by_hand[protocol])
        asked = "os.system"
    else:
        victim.write_bytes(pickle.dumps({"labels": [1], "data": Shell(command)}, protocol))
        asked = f"{os.system.__module__}.system"  # posix.system
    line = refusal(lambda: read(place, ROWS))
    assert line.startswith(f"{victim}: the pickle asks for {asked}, which was not run")
    assert not marker.exists()
    with victim.open("rb") as file:
        pickle.load(file)  # the same file can run commands in whoever trusts it
    assert marker.exists()


STAND_IN = b"cnumpy\ndtype\n"
TRICKS: dict[str, tuple[bytes, str]] = {
    "eval": (b"\x80\x02cbuiltins\neval\nU\x011\x85R.", "asks for builtins.eval"),
    "dotted": (b"\x80\x04\x8c\x05numpy\x8c\x09ndarray.f\x93.", "asks for numpy.ndarray.f"),
    "scalar": (
        b"\x80\x02cnumpy.core.multiarray\nscalar\n.",
        "asks for numpy.core.multiarray.scalar",
    ),
    "control characters": (b"\x80\x02c\x1b[2J\nx\n.", r"asks for \x1b[2J.x"),
    "long name": (b"\x80\x02c" + b"a" * 5000 + b"\nx\n.", f"asks for {'a' * 80}, which"),
    "64 GB memo": (b"\x80\x02}r\xff\xff\xff\x7f.", "a memo that jumps to 2147483647"),
    "extension": (b"\x80\x02\x82\x01.", "holds EXT1"),
    "persistent": (b"\x80\x02Pabc\n.", "holds PERSID"),
    "new object": (b"\x80\x02" + STAND_IN + b")\x81.", "holds NEWOBJ"),
    "shared tuple": (b"\x80\x02)\x85q\x00h\x00\x86.", "a reference to something other than text"),
    "shared by two names": (
        b"\x80\x02)\x85q\x00q\x01h\x01\x86.",
        "a reference to something other than text",
    ),
    "shared by position": (
        b"\x80\x04)\x85\x94h\x00\x86.",
        "a reference to something other than text",
    ),
    "shared after a no-op": (
        b"\x80\x02)\x85(eq\x00h\x00\x86.",
        "a reference to something other than text",
    ),
    "deep tuple": (b"\x80\x02})" + b"\x85" * 1_000_000 + b"K\x01s.", "holds 1000001 tuples"),
    "array as key": (b"\x80\x02}" + STAND_IN + b")RK\x01s.", "a key of type NumPy array"),
    "writing to a stand-in": (b"\x80\x02" + STAND_IN + b"}U\x01aK\x01sb.", "TypeError"),
    "calling a name": (b"\x80\x02cnumpy\nndarray\n)R.", "TypeError"),
    "list as key": (b"\x80\x02}]K\x01s.", "TypeError"),
    "empty": (b"", "pickle exhausted"),
    "text": (b"version https://git-lfs", "truncated or not a pickle"),
    "protocol 99": (b"\x80\x63}.", "unsupported pickle protocol"),
    "no stop": (b"\x80\x02}", "truncated or not a pickle"),
    "stack empty": (b"\x80\x02s.", "truncated or not a pickle"),
    "long string": (b"\x80\x02T\xff\xff\xff\x7fabc.", "truncated or not a pickle"),
    "text not text": (b"\x80\x02X\x02\x00\x00\x00\xff\xff.", "UnicodeDecodeError"),
    "unknown memo": (b"\x80\x02h\x07.", "a reference to something other than text"),
    "bare array": (b"\x80\x02}U\x04data" + STAND_IN + b")RsU\x06labels]s.", "without contents"),
    "lying shape": (pickled(LABELS, PIXELS, shape=(3, 3072)), "of shape (3, 3072) does not fit"),
    "huge shape": (pickled(LABELS, PIXELS, shape=(65535,) * 8), "shape (65535, 65535"),
    "signed": (pickled(LABELS, PIXELS, dtype="i1"), "data is of dtype b'i1'"),
    "long dtype": (
        pickled(LABELS, PIXELS, dtype="u" * 99),
        "data is of dtype b'uuuuuuuuuuuuuuuuuuuu'",
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_pickle_is_refused(trick: str) -> None:
    raw, expected = TRICKS[trick]
    assert expected in refusal(lambda: PYTHON.decode(raw))


def test_no_damage_to_a_pickle_raises_anything_else() -> None:
    """Every prefix, and 2,000 files with up to four bytes replaced: read, or refused in a line."""
    whole = pickled(*draw_rows(0, rows=1))
    head = whole.index(b"(K\x01") + 80
    rng = np.random.default_rng(0)
    damaged = [whole[:kept] for kept in range(head)]
    for _ in range(2000):
        changed = bytearray(whole)
        for at in rng.integers(0, head, rng.integers(1, 5)):
            changed[at] = rng.integers(0, 256)
        damaged.append(bytes(changed))
    lines = []
    for raw in damaged:
        try:
            PYTHON.decode(raw)
        except DatasetError as error:
            lines.append(str(error))
    assert all(line.isprintable() for line in lines)
    assert len(damaged) / 2 < len(lines) < len(damaged)


# Download


def pack(path: Path, members: dict[str, bytes | tarfile.TarInfo]) -> str:
    """An archive, and its checksum."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return "md5:" + hashlib.md5(path.read_bytes()).hexdigest()


def official_members(tmp_path: Path) -> dict[str, bytes | tarfile.TarInfo]:
    files = write_python(tmp_path / "source").iterdir()
    return {f"{PYTHON.folder}/{path.name}": path.read_bytes() for path in files}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a folder ``served`` on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "served").mkdir()
    handler = functools.partial(QuietHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()
    with warnings.catch_warnings():  # after an error pooch leaves its connection to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_the_archive_is_fetched_once_checked_and_unpacked(
    tmp_path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "served" / "small.tar.gz"
    known_hash = pack(archive, official_members(tmp_path))
    cache = tmp_path / "cache"
    folder = download_cifar10(cache, f"{server}/small.tar.gz", known_hash)
    assert read(folder, ROWS).train[1].tolist() == read(tmp_path / "source", ROWS).train[1].tolist()
    assert [path.name for path in cache.iterdir()] == [PYTHON.folder]
    assert "CIFAR-10: 100 % of" in capsys.readouterr().err
    archive.unlink()
    assert download_cifar10(cache, f"{server}/small.tar.gz", known_hash) == folder


def test_another_file_behind_the_address_is_refused(tmp_path: Path, server: str) -> None:
    pack(tmp_path / "served" / "small.tar.gz", official_members(tmp_path))
    wrong = "md5:" + "0" * 32
    url = f"{server}/small.tar.gz"
    line = refusal(lambda: download_cifar10(tmp_path / "cache", url, wrong))
    assert line.startswith(f"{url}: not downloaded (it is not the file with {wrong})")
    assert line.endswith("unpack it and write --data DIR")
    assert "HTTPError" in refusal(
        lambda: download_cifar10(tmp_path / "cache", f"{server}/absent", wrong)
    )
    assert list((tmp_path / "cache").iterdir()) == []


def test_no_network_is_one_line(tmp_path: Path, server: str) -> None:
    url = "http://127.0.0.1:9/cifar-10-python.tar.gz"  # the discard port, where nothing listens
    line = refusal(lambda: download_cifar10(tmp_path / "cache", url))
    assert line.startswith(f"{url}: not downloaded (ConnectionError)")
    assert "--data DIR" in line
    (tmp_path / "file").write_bytes(b"")
    line = refusal(lambda: download_cifar10(tmp_path / "file" / "cache", url))
    assert line.startswith(f"{url}: not downloaded (")
    assert "--data DIR" in line


def test_only_the_expected_files_leave_an_archive(tmp_path: Path) -> None:
    members = official_members(tmp_path)
    link = tarfile.TarInfo(f"{PYTHON.folder}/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    extra: dict[str, bytes | tarfile.TarInfo] = {"../../escaped": b"x", "/absolute": b"x"}
    archive, folder = tmp_path / "a.tar.gz", tmp_path / "cache" / PYTHON.folder
    pack(archive, {"link": link, **extra, **members, f"{PYTHON.folder}/readme.html": b"x"})
    unpack(archive, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*BATCHES, PYTHON.meta])
    assert not any(path.is_symlink() for path in folder.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "cache", "source"]
    assert unpack(archive, folder) == folder  # another process was faster


def test_a_bad_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    members = official_members(tmp_path)
    archive, folder = tmp_path / "a.tar.gz", tmp_path / "cache" / PYTHON.folder
    pack(archive, members)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert f"{archive}: damaged (EOFError): download it again" in refusal(
        lambda: unpack(archive, folder)
    )
    archive.write_bytes(whole[:5000] + bytes(1000) + whole[6000:])
    assert f"{archive}: " in refusal(lambda: unpack(archive, folder))
    archive.write_bytes(b"<html>moved</html>")
    assert "damaged (ReadError)" in refusal(lambda: unpack(archive, folder))
    pack(archive, members)
    assert "bytes, more than 1000: not CIFAR-10" in refusal(lambda: unpack(archive, folder, 1000))
    link = tarfile.TarInfo(f"{PYTHON.folder}/test_batch")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    pack(archive, members | {link.name: link})
    assert "no file test_batch in the archive" in refusal(lambda: unpack(archive, folder))
    assert "No such file" in refusal(lambda: unpack(tmp_path / "absent", folder))
    assert list((tmp_path / "cache").iterdir()) == []


def test_progress_is_a_line_for_every_tenth() -> None:
    output = io.StringIO()
    progress = Progress(output)
    progress.update(10)  # of an unknown total
    progress.total = 170_498_071
    for _ in range(0, progress.total, 2**18):
        progress.update(2**18)
    progress.reset()
    progress.update(progress.total)
    progress.close()
    lines = output.getvalue().splitlines()
    assert lines[::9] == ["CIFAR-10: 10 % of 170 MB", "CIFAR-10: 100 % of 170 MB"]
    assert len(lines) == 10


def test_pooch_is_imported_for_a_download_only(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys, reference.datasets; sys.exit('pooch' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert "pip install pooch, or write --data DIR" in refusal(download_cifar10)


# What a user may write


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


# The textures


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
