"""Floats as sizes and indices pass in files of 2016 and 2017, are told of, and pass in no other."""

import ast
from typing import Any

import numpy as np
import pytest

from parity_tests.homework.tests.loading import Loader, load_files, run
from parity_tests.homework.worker import whole_floats
from parity_tests.homework.worker.years import is_2016_or_2017

__all__ = ["load_files"]
OF_2016 = (
    '\ndef dropout_forward(x, dropout_param): "We drop each neuron output with probability p."\n'
)
OF_2018 = OF_2016.replace("We drop", "We keep")
TAKEN = "layers.py is taken to be of 2016 or 2017: a whole float passes as a size or an index, as in NumPy before 1.12"
COUNTED = "range takes a whole float, which in Python 2 was an integer"
SIZES = [
    ("np.zeros((n / 2, 3)).shape", (2, 3)),
    ("np.full(n / 2, 7.0).tolist()", [7, 7]),
    ("np.random.randn(n / 2, 3).shape", (2, 3)),
    ("np.random.rand(*[n / 2, 3]).shape", (2, 3)),
    ("np.arange(6.0).reshape(n / 2, 3).shape", (2, 3)),
    ("np.reshape([1.0, 2.0], (n / 4, 2)).dtype.char", "d"),
    ("np.arange(6)[n / 2]", 2),
    ("np.arange(6)[n / 2:].tolist()", [2, 3, 4, 5]),
    ("np.arange(8).reshape(2, 4)[1, :n / 2].tolist()", [4, 5]),
    ("np.arange(6)[np.ones(2) * (n / 2)].tolist()", [2, 2]),
    ("[x for i in np.arange(n / 2) for x in np.arange(3)[i:i + 1].tolist()]", [0, 1]),
]
CONV = """
def out_size(H, HH, stride): return 1 + (H - HH) / stride
def f(n):
    H = out_size(2 * n, n, 2)
    out = np.zeros((2, H))
    for i in range(H):
        out[1, i] += i
    return out.tolist()
"""


@pytest.mark.parametrize(("text", "expected"), SIZES)
def test_a_whole_float_is_a_size_or_an_index(
    text: str, expected: object, load_files: Loader
) -> None:
    function = f"def f(n): return {text}"
    assert run(load_files, function + OF_2016, 4) == expected


@pytest.mark.parametrize("text", [text for text, _ in SIZES])
@pytest.mark.parametrize("year", [OF_2018, "", OF_2016 + OF_2018])
def test_in_another_year_it_is_none(text: str, year: str, load_files: Loader) -> None:
    names, found = load_files({"layers.py": f"import numpy as np\ndef f(n): return {text}{year}"})
    with pytest.raises((TypeError, IndexError)):
        names["cs231n.layers:f"](4)
    assert found["remarks"] == []


def test_range_counts_to_a_quotient(load_files: Loader) -> None:
    text = "import numpy as np\nfrom builtins import range" + CONV + OF_2016
    names, found = load_files({"layers.py": text})
    assert names["cs231n.layers:f"](4) == [[0, 0, 0], [0, 1, 2]]
    assert found["remarks"] == [f"{TAKEN}; {COUNTED}"]


@pytest.mark.parametrize("year", [OF_2018, OF_2016 + "x: int = 3"])
def test_range_counts_to_no_float_in_python_3(year: str, load_files: Loader) -> None:
    with pytest.raises(TypeError, match="float"):
        run(load_files, CONV + year, 4)


def test_the_quotient_itself_stays_what_it_is(load_files: Loader) -> None:
    text = "def f(n): return 1 / n, np.zeros(n / 2).shape"
    assert run(load_files, text + OF_2016, 4) == (0.25, (2,))


@pytest.mark.parametrize(
    "text",
    [
        "np.zeros(n / 3)",
        "np.ones(3)[n / 3]",
        "np.ones(3)[:n / 3]",
        "np.ones(3)[np.ones(2) * (n / 3)]",
    ],
)
def test_no_other_float_passes(text: str, load_files: Loader) -> None:
    with pytest.raises((TypeError, IndexError)):
        run(load_files, f"def f(n): return {text}" + OF_2016, 4)


def test_dictionaries_keep_their_keys(load_files: Loader) -> None:
    text = """
def f(n):
    cache = {n: "a", n + 0.5: "b", (n, 0.1): "c"}
    cache[n / 4] = "d"
    return [cache[n], cache[n + 0.5], cache[n, 0.1], cache[1.0]]
"""
    assert run(load_files, text + OF_2016, 4) == ["a", "b", "c", "d"]


def test_positions_kept_as_floats_from_forward_to_backward(load_files: Loader) -> None:
    text = """
def forward(x):
    rows = np.zeros(2)
    rows[1] = x.argmax()
    cache = (x, rows)
    return x.max(), cache
def backward(cache):
    x, rows = cache
    for i in xrange(1): x[rows[1]] += 5
    return x.tolist()
def f(x): return backward(forward(x)[1])
"""
    names, found = load_files({"layers.py": "import numpy as np" + text})  # Python 2, no year
    assert names["cs231n.layers:f"](np.arange(3.0)) == [0, 1, 7]
    assert TAKEN in found["remarks"]


def test_python_2_of_a_later_year_has_integers_for_indices(load_files: Loader) -> None:
    text = "def f(n): return [np.ones(3)[n / 2.0] for i in xrange(1)]"
    with pytest.raises(IndexError):
        run(load_files, text + OF_2018, 4)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x, n): return x[: int(n / 2)]",
        "def f(x, n): return x[: n // 2]",
        "def f(x):\n    out = x / 2\n    out[out > 0] = 0",
        "def f(x, y):\n    p = x / 2\n    N = len(x)\n    return p[np.arange(N), y]",
        "def f(x, n): return x[math.floor(n / 2)]",
        "def f(cache, i): return cache[i + 0.5]",
    ],
)
def test_nothing_is_said_where_no_float_is_used_so(text: str) -> None:
    assert whole_floats.wanted(ast.parse(text), divides=True) == frozenset()


@pytest.mark.parametrize(
    ("text", "old"),
    [
        (OF_2016, True),
        ("def __init__(self, dropout=0, use_batchnorm=False): pass", True),
        ("- filter_size: Size of filters to use in the convolutional layer", True),
        ("- filter_size: Width/height of filters to use in the convolutional layer", False),
        ("def __init__(self, use_batchnorm=False, normalization=None): pass", False),
        (OF_2016 + "def spatial_groupnorm_forward(x): pass", False),
        ("from .layers import *\n" + OF_2016, False),
        ("", False),
    ],
)
def test_which_years_a_text_is_of(text: str, old: Any) -> None:
    assert is_2016_or_2017(text) is old
