"""What travels between the judge and the confined process: an own header and raw bytes, nothing that runs code.

Both sides use this very text. Values: arrays of numbers (`ndarray` itself, no subclass), int, float, complex, bool,
None, str, tuple, list, dict with str keys, and handles for objects that stay in the confined process. Anything else
becomes `Opaque`.

>>> decode(encode((1, "x", np.eye(2), {"eps": 1e-5})))
(1, 'x', array([[1., 0.],
       [0., 1.]]), {'eps': 1e-05})
>>> decode(encode(np.ma.array([1.0])))
Opaque(type_name='MaskedArray')
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NONCE_BYTES = 16
HEADER = struct.Struct(f"<{NONCE_BYTES}sQ")  # of a message: nonce, length of what follows
DEEPEST = 32
MOST_ITEMS = 200_000
MOST_AXES = 64
LONGEST_AXIS = 2**40
LONGEST_NAME = 200  # of a type
KINDS = "biufc"
ORDERS = ("C", "F", "reversed")  # layouts in which an argument can be handed over
_CODES = "?bBhHiIlLqQefdgFDG"
_NAMES = [f"{sign}{np.dtype(code).str[1:]}" for code in _CODES for sign in "|<>"]
DTYPES = {np.dtype(name).str: np.dtype(name) for name in _NAMES}  # two codes may share a name
SCALARS = frozenset(np.dtype(code).type for code in _CODES)

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")
_ndarray = np.ndarray  # kept here: a submission may put something else in NumPy's place
_frombuffer, _uint8 = np.frombuffer, np.uint8
_empty = np.empty


class WireError(ValueError):
    """Bytes that are no message, or a value that cannot travel."""


@dataclass(frozen=True)
class Handle:
    """Stands for an object that stays in the confined process."""

    number: int


@dataclass(frozen=True)
class Opaque:
    """Stands for an object that cannot travel."""

    type_name: str


@dataclass(frozen=True)
class Strided:
    """An array that is to arrive in the layout `order`: "C", "F", or "reversed" (negative strides)."""

    array: NDArray[Any]
    order: str


def encode(value: object, *, strict: bool = False) -> bytes:
    """The bytes of a value. With `strict` a value that cannot travel raises `WireError`, otherwise it is named only."""
    parts: list[bytes] = []
    _put(value, parts, strict, 0)
    return b"".join(parts)


def _put(value: object, parts: list[bytes], strict: bool, depth: int) -> None:
    put = _PUT.get(type(value))
    if put is None and type(value) in SCALARS:
        put = _put_scalar
    if put is None or depth > DEEPEST or not put(value, parts, strict, depth + 1):
        name = type(value).__name__
        if strict:
            raise WireError(f"a {name} cannot travel")
        parts += (b"o", _text(name[:LONGEST_NAME] if type(name) is str else "?"))


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return _U32.pack(len(data)) + data


def _put_none(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts.append(b"N")
    return True


def _put_bool(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts.append(b"T" if value else b"F")
    return True


def _put_int(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    size = value.bit_length() // 8 + 1
    if size > 255:
        return False
    parts.append(b"i" + bytes((size,)) + value.to_bytes(size, "little", signed=True))
    return True


def _put_float(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts.append(b"f" + _F64.pack(value))
    return True


def _put_complex(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts.append(b"z" + _C128.pack(value.real, value.imag))
    return True


def _put_str(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts += (b"s", _text(value))
    return True


def _put_items(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    items = tuple(value)  # a thread of the submission may change a list meanwhile
    if len(items) > MOST_ITEMS:
        return False
    parts.append((b"t" if type(value) is tuple else b"l") + _U32.pack(len(items)))
    for item in items:
        _put(item, parts, strict, depth)
    return True


def _put_dict(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    items = tuple(value.items())
    if len(items) > MOST_ITEMS or any(type(key) is not str for key, _ in items):
        return False
    parts.append(b"d" + _U32.pack(len(items)))
    for key, item in items:
        parts.append(_text(key))
        _put(item, parts, strict, depth)
    return True


def _put_array(value: Any, parts: list[bytes], strict: bool, depth: int, order: int = 0) -> bool:
    name = value.dtype.str
    if name not in DTYPES or value.dtype.kind not in KINDS:
        return False
    head = bytes((len(name), order, value.ndim))
    shape = b"".join(_U64.pack(n) for n in value.shape)
    parts += (b"a", head, name.encode("ascii"), shape, value.tobytes())
    return True


def _put_scalar(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    array = _empty((), value.dtype)
    array[...] = value
    return _put_array(array, parts, strict, depth)


def _put_strided(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    plain = type(value.array) is _ndarray and value.order in ORDERS
    return plain and _put_array(value.array, parts, strict, depth, ORDERS.index(value.order))


def _put_handle(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts.append(b"h" + _U64.pack(value.number))
    return True


def _put_opaque(value: Any, parts: list[bytes], strict: bool, depth: int) -> bool:
    parts += (b"o", _text(value.type_name))
    return True


_PUT: dict[type, Callable[[Any, list[bytes], bool, int], bool]] = {
    type(None): _put_none,
    bool: _put_bool,
    int: _put_int,
    float: _put_float,
    complex: _put_complex,
    str: _put_str,
    tuple: _put_items,
    list: _put_items,
    dict: _put_dict,
    np.ndarray: _put_array,
    Strided: _put_strided,
    Handle: _put_handle,
    Opaque: _put_opaque,
}


def decode(data: bytes) -> object:
    """The value of these bytes, which need not be trusted: nothing is sized by a number that the bytes cannot back.

    Raises:
        WireError: it is no message, or more follows.
    """
    reader = _Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise WireError("bytes after the end")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.at = 0
        self.items = 0

    def view(self, size: int) -> memoryview:
        """The next bytes without a copy."""
        piece = self.data[self.at : self.at + size]
        if len(piece) != size:
            raise WireError("cut short")
        self.at += size
        return piece

    def take(self, size: int) -> bytes:
        return bytes(self.view(size))

    def value(self, depth: int) -> object:
        self.items += 1
        get = _GET.get(self.take(1))
        if get is None or depth > DEEPEST + 1 or self.items > MOST_ITEMS:
            raise WireError("not a value")
        return get(self, depth + 1)

    def text(self) -> str:
        try:
            return self.take(self.count()).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("not a text") from None

    def count(self) -> int:
        return int(_U32.unpack(self.take(4))[0])

    def sequence(self, depth: int) -> list[object]:
        return [self.value(depth) for _ in range(self.count())]

    def mapping(self, depth: int) -> dict[str, object]:
        return {self.text(): self.value(depth) for _ in range(self.count())}

    def array(self) -> NDArray[Any]:
        length, order, ndim = self.take(3)
        dtype = DTYPES.get(self.take(length).decode("latin-1"))
        shape = [int(_U64.unpack(self.take(8))[0]) for _ in range(ndim)]
        too_long = ndim > MOST_AXES or any(n > LONGEST_AXIS for n in shape)
        if dtype is None or order >= len(ORDERS) or too_long:
            raise WireError("not an array")
        raw = self.view(math.prod(shape) * dtype.itemsize)
        try:
            return _laid_out(_numbers(raw, dtype).reshape(shape), ORDERS[order])
        except ValueError:  # such as an empty array with axes beyond what NumPy can address
            raise WireError("not an array") from None


def _numbers(raw: memoryview, dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype.kind == "b":  # a byte that is neither 0 nor 1 would be a truth value of a third kind
        return _frombuffer(raw, _uint8).astype(dtype)
    return _frombuffer(raw, dtype)


def _laid_out(array: NDArray[Any], order: str) -> NDArray[Any]:
    if order == "F":
        return array.copy(order="F")
    if order == "reversed":
        backwards = (slice(None, None, -1),) * array.ndim + (...,)
        return array[backwards].copy()[backwards]
    return array.copy()


def _real(reader: _Reader, depth: int) -> float:
    return float(_F64.unpack(reader.take(8))[0])


def _integer(reader: _Reader, depth: int) -> int:
    return int.from_bytes(reader.take(reader.take(1)[0]), "little", signed=True)


_GET: dict[bytes, Callable[[_Reader, int], object]] = {
    b"N": lambda reader, depth: None,
    b"T": lambda reader, depth: True,
    b"F": lambda reader, depth: False,
    b"i": _integer,
    b"f": _real,
    b"z": lambda reader, depth: complex(*_C128.unpack(reader.take(16))),
    b"s": lambda reader, depth: reader.text(),
    b"t": lambda reader, depth: tuple(reader.sequence(depth)),
    b"l": lambda reader, depth: reader.sequence(depth),
    b"d": lambda reader, depth: reader.mapping(depth),
    b"a": lambda reader, depth: reader.array(),
    b"h": lambda reader, depth: Handle(_U64.unpack(reader.take(8))[0]),
    b"o": lambda reader, depth: Opaque(reader.text()[:LONGEST_NAME]),
}
