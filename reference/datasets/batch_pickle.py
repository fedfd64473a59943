"""Reads a pickled batch of CIFAR-10 as what it must be, and runs nothing that it asks for.

A pickle is a program: ``GLOBAL`` fetches any function by name, ``REDUCE`` calls it. Here the three
names that the official files hold are fetched as inert stand-ins, and no other name is.
"""

import io
import pickle
import pickletools
from collections.abc import Mapping

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray as Array

from reference.datasets.images import DatasetError

AGAIN = "unpack the official archive again"

SHARED = frozenset(
    {
        *("BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES"),
        *("BINUNICODE", "SHORT_BINUNICODE", "GLOBAL", "STACK_GLOBAL", "REDUCE"),
    }
)
"""Whose results may stand in several places of a batch."""
OPCODES = SHARED | {
    *("PROTO", "FRAME", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BUILD"),
    *("EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "BININT", "BININT1", "BININT2"),
    *("BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET"),
}
"""What the pickles of protocol 2 to 4 of a dict of strings, lists and one array consist of."""


class Stated:
    """Stands in for an array or a dtype: keeps what the pickle says about it."""

    __slots__ = ("arguments", "state")

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state


def kind(value: object) -> str:
    """What a message calls this."""
    return "NumPy array" if type(value) is Stated else type(value).__name__


STAND_INS: Mapping[str, object] = {
    "numpy.core.multiarray._reconstruct": Stated,
    "numpy._core.multiarray._reconstruct": Stated,  # the same, as NumPy 2 writes it
    "numpy.dtype": Stated,
    "numpy.ndarray": "numpy.ndarray",
}


def stand_in(name: str) -> object:
    """What stands in for a function or class of this dotted name."""
    if name not in STAND_INS:
        raise DatasetError(
            f"the pickle asks for {name[:80]}, which was not run: a batch holds labels and one"
            " NumPy array (protocol 2 as the official files, or 3 or 4 if you write your own)"
        )
    return STAND_INS[name]


class BatchUnpickler(pickle.Unpickler):
    """Knows no class and no function but the stand-ins."""

    def find_class(self, module: str, name: str) -> object:
        return stand_in(f"{module}.{name}")


def scan(raw: bytes) -> None:
    """Refuses what a batch does not need and what could exhaust the machine, before it happens.

    A memo index sets the size of a table: 5 bytes can ask for 64 GB. A tuple that holds a tuple
    twice, sixty levels deep, takes 2^60 steps to hash, and one a million levels deep the stack.
    """
    memo: dict[int, str] = {}
    last, wrong, tuples = "", "", 0
    for count, (opcode, argument, _) in enumerate(pickletools.genops(raw)):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            stand_in(str(argument).replace(" ", "."))  # the worst offence is named first
        if name not in OPCODES:
            wrong = wrong or f"{name}, a batch (protocol 2 to 4) does not"
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            index = len(memo) if argument is None else int(argument)
            if index > count:
                wrong = wrong or f"a memo that jumps to {index}"
            memo[index] = last
            continue
        elif name in ("BINGET", "LONG_BINGET") and memo.get(int(argument or 0)) not in SHARED:
            wrong = wrong or "a reference to something other than text"
        last, tuples = name, tuples + ("TUPLE" in name)
    if wrong or tuples > 100:
        raise DatasetError(f"the pickle holds {wrong or f'{tuples} tuples'}: {AGAIN}")


def unpickle(raw: bytes) -> dict[str, object]:
    r"""The dict in a pickle, its keys as text. Raises nothing but ``DatasetError``.

    >>> unpickle(pickle.dumps({b"labels": [3, 1]}, protocol=3))
    {'labels': [3, 1]}
    >>> unpickle(b"cos\nsystem\n(S'echo'\ntR.")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
      ...
    reference.datasets.images.DatasetError: the pickle asks for os.system, which was not run: ...
    """
    try:
        scan(raw)
        content = BatchUnpickler(io.BytesIO(raw), encoding="bytes").load()
    except DatasetError:
        raise
    except Exception as error:  # a garbled pickle can raise almost anything
        reason = f"{type(error).__name__}: {error}"[:120]
        raise DatasetError(f"truncated or not a pickle ({reason}): {AGAIN}") from None
    if type(content) is not dict:
        raise DatasetError(f"the pickle holds a {kind(content)}, no dict: {AGAIN}")
    if wrong := [key for key in content if not isinstance(key, bytes | str)]:
        raise DatasetError(f"the pickle has a key of type {kind(wrong[0])}, no text: {AGAIN}")
    return {k.decode("latin1") if isinstance(k, bytes) else k: v for k, v in content.items()}


NEEDED = "write uint8, (n, 3072), red before green before blue"


def decode_rows(stated: object) -> UInt8[Array, "n 3072"]:
    """The array of which a pickle has told version, shape, dtype, order and bytes."""
    if type(stated) is not Stated:
        raise DatasetError(f"data is a {kind(stated)}: {NEEDED}")
    match stated.state:
        case (_, tuple(shape), Stated(arguments=(str() | bytes() as code, *_)), order, raw):
            pass
        case _:
            raise DatasetError(f"data is an array without contents: {NEEDED}")
    if code not in ("u1", b"u1"):
        raise DatasetError(f"data is of dtype {code[:20]!r}: {NEEDED}")
    if len(shape) != 2 or shape[1] != 3072 or not all(type(size) is int for size in shape):
        raise DatasetError(f"data is of shape {describe(shape)}: {NEEDED}")
    if type(raw) is not bytes or len(raw) != shape[0] * 3072:
        raise DatasetError(f"data of shape {describe(shape)} does not fit its bytes: {NEEDED}")
    rows: UInt8[Array, "n 3072"] = np.frombuffer(raw, np.uint8)
    return rows.reshape(shape, order="F" if order is True else "C")


def describe(shape: tuple[object, ...]) -> str:
    """A shape in few characters, whatever a pickle put into it."""
    sizes = (str(size) if type(size) is int else kind(size) for size in shape[:8])
    return f"({', '.join(sizes)})"


def decode_labels(labels: object) -> list[int]:
    """The list of classes, each an int from 0 to 9."""
    if type(labels) is not list:
        raise DatasetError(f"labels is a {kind(labels)}: write a list of int")
    for row, label in enumerate(labels):
        if type(label) is not int:
            raise DatasetError(f"label of type {kind(label)} at row {row}: write an int")
        if not 0 <= label <= 9:
            raise DatasetError(f"label {label} at row {row}: labels are 0 to 9")
    return labels
