"""What NumPy had and could do, and has and can no more."""

import pytest

from parity_tests.homework.tests.loading import Loader, load_files, run
from parity_tests.homework.worker import old_numpy

__all__ = ["load_files"]


@pytest.mark.parametrize("name", old_numpy.REMOVED)
def test_a_removed_name_is_there(name: str, load_files: Loader) -> None:
    run(load_files, f"def f(): return np.{name}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.ones(2).astype(np.int).dtype.kind", "i"),
        ("np.float(3)", 3.0),
        ("np.product([2, 3])", 6),
        ("np.alltrue([True, False])", False),
        ("np.in1d([1, 5], [5]).tolist()", [False, True]),
        ("np.row_stack([[1], [2]]).shape", (2, 1)),
        ("np.trapz([1, 2, 3])", 4.0),
        ("np.asscalar(np.ones(1))", 1.0),
        ("-np.Inf == np.NINF", True),
        ("np.lib.pad(np.ones(1), 1, mode='constant').tolist()", [0, 1, 0]),
        ("np.asfarray([1]).dtype.char", "d"),
        ("np.array([1, 5]).ptp()", 4),
        ("np.array([1], copy=False).tolist()", [1]),
        ("np.reshape(np.ones(4), newshape=(2, 2)).shape", (2, 2)),
        ("float(np.ones((1, 1)))", 1.0),
        ("np.linalg.linalg.norm([3, 4])", 5.0),
    ],
)
def test_what_numpy_did(text: str, expected: object, load_files: Loader) -> None:
    assert run(load_files, f"def f(): return {text}") == expected


def test_an_array_of_one_number_is_put_where_a_number_goes(load_files: Loader) -> None:
    text = """
def f():
    x, i = np.zeros((2, 2)), 0
    x[0, 0] = np.ones((1, 1))
    x[i, 1] += np.ones(1)
    x[1][0] = np.full((1,), 3)
    return x.tolist()
"""
    assert run(load_files, text) == [[1, 1], [3, 0]]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x[0, 0] = np.ones(2)", ValueError),
        ("x[5] = 1.0", IndexError),
        ("x[0, 0] = 'a'", ValueError),
        ("y[0] = 1", NameError),
    ],
)
def test_other_mistakes_with_elements_stay_mistakes(
    text: str, error: type[Exception], load_files: Loader
) -> None:
    with pytest.raises(error):
        run(load_files, f"def f():\n    x = np.zeros((2, 2))\n    {text}")


def test_a_remark_only_for_what_is_used(load_files: Loader) -> None:
    text = "import numpy as np\ndef f(x): return x.astype(np.int), np.ones(3), x.float, np.sum, np.bool"
    _, found = load_files({"layers.py": text})
    assert found["remarks"] == ["np.int was removed in NumPy 1.24; it stands for int here"]


def test_names_that_never_were_stay_unknown(load_files: Loader) -> None:
    with pytest.raises(AttributeError, match="no attribute 'conv2d'"):
        run(load_files, "def f(): return np.conv2d")
