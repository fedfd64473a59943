"""Values arrive as they were sent, and no bytes whatever do more than raise `WireError`."""

import random
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from parity_tests.homework.worker import wire
from parity_tests.homework.worker.wire import (
    Handle,
    Opaque,
    Strided,
    WireError,
    decode,
    encode,
)

KEYS = st.text(max_size=5)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(max_size=8)
    | st.builds(Handle, st.integers(0, 2**63))
)
NESTED = st.recursive(
    PLAIN,
    lambda items: (
        st.lists(items, max_size=3)
        | st.lists(items, max_size=3).map(tuple)
        | st.dictionaries(KEYS, items, max_size=3)
    ),
    max_leaves=12,
)
ARRAYS = hnp.arrays(
    st.sampled_from(sorted(wire.DTYPES)), hnp.array_shapes(min_dims=0, min_side=0, max_side=4)
)


@given(NESTED)
def test_plain_values_arrive_as_they_were_sent(value: object) -> None:
    assert repr(decode(encode(value, strict=True))) == repr(value)


@given(ARRAYS, st.sampled_from(wire.ORDERS))
def test_arrays_arrive_with_dtype_shape_numbers_and_layout(array: np.ndarray, order: str) -> None:
    got = decode(encode(Strided(array, order), strict=True))
    assert type(got) is np.ndarray and got.dtype.str == array.dtype.str
    assert got.tobytes() == array.tobytes() and got.shape == array.shape
    assert got.flags.writeable and got.flags.owndata | (order == "reversed")
    if array.size and order == "F":
        assert got.flags.f_contiguous
    if min(array.shape, default=0) > 1 and order == "reversed":
        assert all(stride < 0 for stride in got.strides)


class Lookalike(np.ndarray):
    pass


class Wrapped(int):
    pass


@pytest.mark.parametrize(
    "value",
    [
        np.array([None]),
        np.array(["text"]),
        np.zeros(2, "M8[s]"),
        np.zeros(2, [("a", "f8")]),
        np.zeros(2).view(Lookalike),
        np.ma.array([1.0]),
        Wrapped(3),
        OrderedDict(a=1),
        {1: 2},
        iter(()),
        np,
        len,
        2**3000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_travel_is_named_and_refused_when_sent_by_the_judge(value: object) -> None:
    assert decode(encode([value, 1])) == [Opaque(type(value).__name__), 1]
    with pytest.raises(WireError, match=type(value).__name__):
        encode([value], strict=True)


def test_a_list_that_holds_itself_ends() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert "Opaque" in repr(decode(encode(endless)))


def test_a_scalar_of_numpy_is_an_array_without_axes() -> None:
    got = decode(encode(np.float32(0.5)))
    assert type(got) is np.ndarray and got.shape == () and got.dtype == np.float32 and got == 0.5


def test_the_types_of_numpy_are_the_usual_ones() -> None:
    for usual in (np.float32, np.float64, np.int64, np.int32, np.longdouble, np.bool_, np.uint8):
        got = decode(encode(np.zeros(2, usual)))
        assert isinstance(got, np.ndarray) and got.dtype.type is usual


def test_a_truth_value_is_0_or_1_whatever_its_byte() -> None:
    data = bytearray(encode(np.array([True, False])))
    data[-2:] = b"\x07\x02"
    got = decode(bytes(data))
    assert isinstance(got, np.ndarray) and got.view(np.uint8).tolist() == [1, 1]


def _head(shape: list[int], dtype: bytes = b"<f8", order: int = 0) -> bytes:
    axes = b"".join(n.to_bytes(8, "little") for n in shape)
    return b"a" + bytes((len(dtype), order, len(shape))) + dtype + axes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"?",
        b"f123",
        b"NN",
        b"s\xff\xff\xff\xff",
        b"s\x01\x00\x00\x00\xff",
        b"l\xff\xff\xff\xffN",
        b"l\x01\x00\x00\x00" * 100 + b"N",
        _head([2]) + bytes(15),
        _head([2**62, 2**62, 2**62, 2**62]),
        _head([0, 2**63]),
        _head([0] + [2**40] * 10),
        _head([0] * 65),
        _head([1], b"|O") + bytes(8),
        _head([1], b"<U4") + bytes(16),
        _head([1], b"\xff") + bytes(8),
        _head([1], order=9) + bytes(8),
        b"l\x40\x0d\x03\x00" + b"N" * 200_000,
    ],
)
def test_bytes_that_are_no_value_raise_one_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_bytes_are_a_value_or_one_error(seed: int) -> None:
    rng = random.Random(seed)
    good = encode({"a": [1, 2.0, "x", None], "b": (np.ones((2, 3)), Handle(4), 1j)})
    refused = 0
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        refused += _raises(decode, bytes(data[: rng.randint(1, len(data))]))
    assert refused > 1000


def _raises(function: Callable[[bytes], object], data: bytes) -> bool:
    try:
        function(data)
    except WireError:
        return True
    return False
