"""Files of Python 2 are told from those of Python 3, and run as they were meant."""

import json
import sys

import pytest

from parity_tests.homework.tests.loading import Loader, load_files, run
from parity_tests.homework.worker import source

__all__ = ["load_files"]
HAS_2TO3 = sys.version_info < (3, 13)

OLD = """
import cPickle as pickle
def f(n):
    total = 0
    for i in xrange(n):
        total += (n + 1) / 2
    a = np.array([7])
    a /= 2
    b = [7.0]
    b[0] /= 2
    d = {'a': 1}
    names = [k for k, v in d.iteritems()] + d.keys()
    return total, a.tolist(), b, names, map(abs, [-1]), 1 / 2, 1 / 2.0, d.has_key('a'), round(2.5)
"""
ANSWER = (9, [3], [3.5], ["a", "a"], [1], 0, 0.5, True, 3.0)


def test_python_2_that_also_parses_as_python_3(load_files: Loader) -> None:
    assert run(load_files, OLD, 4) == (8, *ANSWER[1:])


LINES_OF_2 = [
    "print 'a', n",
    "print 'loss %f' % n,",
    "try: pass\n    except ValueError, e: print e",
    "if n < 0: raise ValueError, 'negative'",
    "s = `n`",
    "assert n <> -1",
    "x = 10L",
]


@pytest.mark.skipif(not HAS_2TO3, reason="this Python has no lib2to3")
@pytest.mark.parametrize("line", LINES_OF_2)
def test_python_2_that_does_not_parse(line: str, load_files: Loader) -> None:
    text = f"def f(n):\n    {line}\n    return n / 2, 5 / 2.0\n"
    names, found = load_files({"layers.py": text})
    assert names["cs231n.layers:f"](5) == (2, 2.5)
    assert "read as Python 2: layers.py" in found["remarks"]


def test_tabs_and_blanks_as_python_2_counts_them(
    load_files: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    names, found = load_files(
        {"layers.py": "def f(n):\n\tif n:\n\n\t        k = 2\n        return n / 2"}
    )
    assert found["errors"] == {}
    assert names["cs231n.layers:f"](5) == 2


def test_true_division_where_the_file_asks_for_it(load_files: Loader) -> None:
    names, found = load_files(
        {
            "layers.py": "from __future__ import division\ndef f(n): return [n / 2 for i in xrange(1)]"
        }
    )
    assert names["cs231n.layers:f"](5) == [2.5]
    assert "read as Python 2: layers.py" in found["remarks"]


def test_a_notebook_of_python_2_divides_as_its_first_cell_says(load_files: Loader) -> None:
    sources = ["from __future__ import division", "def sgd(n): return [n / 2 for i in xrange(1)]"]
    cells = [{"cell_type": "code", "source": source} for source in sources]
    names, _ = load_files({"a2.ipynb": json.dumps({"cells": cells})})
    assert names["cs231n.optim:sgd"](5) == [2.5]


@pytest.mark.parametrize(
    ("text", "half"),
    [
        (
            "def f(n): return n / 2",
            2,
        ),  # either: its neighbour is Python 2, so the student ran Python 2
        ("def f(n): return n / 2 if f'{n}' else 0", 2.5),
        ("def f(n: int): return n / 2\ndef g(*, a): pass", 2.5),
    ],
)
def test_files_handed_in_together_were_run_together(
    text: str, half: float, load_files: Loader
) -> None:
    names, _ = load_files(
        {"layers.py": text, "solver.py": "class Solver:\n    def train(self): return xrange(3)"}
    )
    assert names["cs231n.layers:f"](5) == half


def test_the_handouts_own_im2col_runs_as_it_did_under_python_2(load_files: Loader) -> None:
    files = {
        "cs231n/layers.py": "from .im2col import *\ndef f(n): return n / 2, get_im2col_indices(n)",
        "cs231n/im2col.py": "def get_im2col_indices(n): return n / 2",
    }
    names, _ = load_files(files)
    assert names["cs231n.layers:f"](5) == (2.5, 2)


def test_python_3_is_left_alone(load_files: Loader) -> None:
    text = "from builtins import range\nfrom past.builtins import xrange\ndef f(n): return [n / 2 for i in xrange(1)]"
    names, found = load_files({"layers.py": text})
    assert names["cs231n.layers:f"](5) == [2.5]
    assert not any("Python 2" in remark for remark in found["remarks"])


@pytest.mark.parametrize("line", LINES_OF_2)
def test_without_lib2to3_the_line_is_told(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    read = source.from_python("layers.py", f"def f(n):\n    {line}\n", "layers.py")
    assert read.error is not None
    assert read.error.lineno in (2, 3)
    assert "may be Python 2" in read.error.msg


@pytest.mark.parametrize("has_2to3", [HAS_2TO3, False])
def test_what_is_no_python_at_all_keeps_its_own_line(
    has_2to3: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_2to3:
        monkeypatch.setitem(sys.modules, "lib2to3.refactor", None)
    read = source.from_python("layers.py", "x = 1\nprint(x)\ndef f(:\n", "layers.py")
    assert read.error is not None
    assert read.error.lineno == 3
    assert "Python 2" not in read.error.msg


DROPOUT = '''
def dropout_forward(x, dropout_param):
    """We drop each neuron output with probability p."""
def f(n): return n / 2
'''
NEIGHBOUR = "from im2col import im2col_indices\n" + DROPOUT


def test_an_import_that_only_python_2_finds(load_files: Loader) -> None:
    names, found = load_files({"cs231n/layers.py": NEIGHBOUR})
    assert names["cs231n.layers:f"](5) == 2
    told = "cs231n/layers.py imports im2col from beside it, as only Python 2 does"
    assert {told, "read as Python 2: cs231n/layers.py"} <= set(found["remarks"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("layers.py", NEIGHBOUR),  # a flat folder, where Python 3 finds it too
        ("cs231n/layers.py", DROPOUT),
        ("cs231n/layers.py", NEIGHBOUR.replace("from im2col", "from .im2col")),
        ("cs231n/layers.py", NEIGHBOUR.replace("We drop", "We keep")),
        ("cs231n/layers.py", "from builtins import range\n" + NEIGHBOUR),
        ("cs231n/layers.py", "import sys\nsys.path.append('cs231n')\n" + NEIGHBOUR),
        ("cs231n/layers.py", NEIGHBOUR + "def g(x): return x @ x\n"),
        ("cs231n/layers.py", "try:\n    import im2col\nexcept ImportError: pass" + DROPOUT),
    ],
)
def test_what_python_3_may_find_is_no_evidence(path: str, text: str, load_files: Loader) -> None:
    names, found = load_files({path: text})
    assert names["cs231n.layers:f"](5) == 2.5
    assert not any("Python 2" in remark for remark in found["remarks"])
