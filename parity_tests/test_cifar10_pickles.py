"""A pickle that is no batch of CIFAR-10 is refused in a line, and what it asks for is not run."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.fake_cifar10 import ROWS, draw_rows, pickled, text, write_python
from parity_tests.refusal import refusal
from reference.datasets import DatasetError, read
from reference.datasets.layouts import PYTHON

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
