"""What time broke is given back: absent modules, parts of the handouts, removed names of NumPy, Python 2."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.homework.process import Worker
from parity_tests.homework.tests.loading import Loader, load_files
from parity_tests.homework.worker import handout, old_numpy, source

__all__ = ["load_files"]
SOLUTION = Path(__file__).parent / "solution" / "cs231n"
HAS_2TO3 = sys.version_info < (3, 13)


def run(load_files: Loader, text: str, *arguments: object) -> object:
    """Imports a text and calls its `f`."""
    names, found = load_files({"layers.py": "import numpy as np\n" + text})
    assert found["errors"] == {}
    return names["cs231n.layers:f"](*arguments)


IMPORTS = """
from __future__ import print_function, division
from builtins import range, object
from future import standard_library
standard_library.install_aliases()
from past.builtins import xrange
from past.utils import old_div
import six, six.moves
from six.moves import cPickle as pickle, xrange as more
import cPickle, StringIO, Queue
import imageio, h5py, torch
import torch.nn as nn
import torch.nn.functional as F
from scipy.misc import imread, imresize
import scipy.special
import numpy as np
import matplotlib.pyplot as plt
from IPython.display import display
from tqdm import tqdm
from collections import Iterable
try:
    from .im2col_cython import col2im_cython, im2col_cython
except ImportError:
    im2col_cython = None
from cs231n.data_utils import get_CIFAR10_data
from cs231n.vis_utils import visualize_grid
from cs231n.gradient_check import eval_numerical_gradient_array, grad_check_sparse

plt.rcParams["figure.figsize"] = (10.0, 8.0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

class Net(nn.Module):
    @torch.no_grad()
    def forward(self, x): return x

def f(x):
    plt.plot(x)
    assert isinstance(x, Iterable) and not isinstance(x, torch.Tensor) and im2col_cython is not None
    return sum(tqdm(x)) + old_div(7, 2) + len(list(xrange(2))) + Net().forward(1) + scipy.special.expit(0.0)

def g(x): return torch.tensor(x).numpy()

k = torch.zeros(3)
def h(): return np.ones(3) + k
def i(): return np.ones(3) @ k
def j(): return float(k)
"""


def test_absent_modules_can_be_imported() -> None:
    with Worker({"layers.py": IMPORTS.encode()}) as worker:  # which has NumPy and nothing else
        found = worker.load()
        assert found["errors"] == {}
        assert worker.call("cs231n.layers:f", [1, 2]).values == (3 + 3 + 2 + 1 + 0.5,)
        assert "torch.tensor is not available here" in worker.call("cs231n.layers:g", 1).error
        for name in "hij":
            assert "torch.zeros is not available here" in worker.call(f"cs231n.layers:{name}").error
    assert any("torch is not available" in remark for remark in found["remarks"])
    assert not any("past" in remark or "tqdm" in remark for remark in found["remarks"])


def test_what_is_really_missing_stays_missing(load_files: Loader) -> None:
    _, found = load_files({"layers.py": "import my_own_file_at_home\ndef f(): pass"})
    assert "No module named 'my_own_file_at_home'" in found["errors"]["layers.py"]["error"]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve2d_of_scipy(mode: str, load_files: Loader) -> None:
    text = "from scipy.signal import convolve2d\ndef f(a, b, mode): return convolve2d(a, b, mode)"
    a, b = np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [0.0, -1.0]])
    full = np.zeros((4, 5))
    for (i, j), weight in np.ndenumerate(b):
        full[i : i + 3, j : j + 4] += weight * a
    expected = {"full": full, "same": full[:3, :4], "valid": full[1:3, 1:4]}[mode]
    np.testing.assert_array_equal(run(load_files, text, a, b, mode), expected)


def loaded_solution(load_files: Loader) -> dict[str, Any]:
    text = (SOLUTION / "layers.py").read_text()
    user = "from cs231n.fast_layers import *\nfrom cs231n.layer_utils import *\n"
    names, found = load_files({"layers.py": text, "cnn.py": user + "class ThreeLayerConvNet: pass"})
    assert found["errors"] == {}
    return names


def images() -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, int]]:
    rng = np.random.default_rng(0)
    sizes = (2, 3, 7, 6), (4, 3, 3, 2), (4,)
    x, w, b = (rng.integers(-4, 5, size).astype(float) for size in sizes)
    return x, w, b, {"stride": 2, "pad": 1}


def test_the_fast_layers_are_convolution_and_pooling(load_files: Loader) -> None:
    names = loaded_solution(load_files)
    x, w, b, conv_param = images()
    pool_param = {"pool_height": 2, "pool_width": 3, "stride": 1}
    for kind, arguments in (("conv", (x, w, b, conv_param)), ("max_pool", (x, pool_param))):
        naive = [names[f"cs231n.layers:{kind}_{way}_naive"] for way in ("forward", "backward")]
        own = [handout._OWN[kind, way] for way in ("forward", "backward")]
        (out, cache), (ours, our_cache) = (pair[0](*arguments) for pair in (naive, own))
        np.testing.assert_array_equal(ours, out)
        dout = np.arange(out.size).reshape(out.shape) % 7 - 3.0
        for mine, theirs in zip(own[1](dout, our_cache), naive[1](dout, cache), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_the_fast_layers_call_the_naive_ones(load_files: Loader) -> None:
    text = "def conv_forward_naive(*arguments): return 'mine', arguments"
    names, _ = load_files(
        {
            "layers.py": text,
            "cnn.py": "from cs231n.fast_layers import *\ndef f(): return conv_forward_fast(1)",
        }
    )
    assert names[
        "cs231n.classifiers.cnn:f" if "cs231n.classifiers.cnn:f" in names else "cnn:f"
    ]() == ("mine", (1,))


def test_compositions_are_their_layers(load_files: Loader) -> None:
    names = loaded_solution(load_files)
    module = sys.modules["cs231n.layer_utils"]
    x, w, b, conv_param = images()
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = module.conv_relu_pool_forward(x, w, b, conv_param, pool_param)
    a, conv = names["cs231n.layers:conv_forward_naive"](x, w, b, conv_param)
    s, relu = names["cs231n.layers:relu_forward"](a)
    expected, pool = names["cs231n.layers:max_pool_forward_naive"](s, pool_param)
    np.testing.assert_array_equal(out, expected)
    ds = names["cs231n.layers:max_pool_backward_naive"](np.ones_like(out), pool)
    da = names["cs231n.layers:relu_backward"](ds, relu)
    gradients = names["cs231n.layers:conv_backward_naive"](da, conv)
    for mine, theirs in zip(
        module.conv_relu_pool_backward(np.ones_like(out), cache), gradients, strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)
    _, cache = module.affine_bn_relu_forward(
        x, np.ones((126, 2)), np.ones(2), np.ones(2), np.ones(2), {"mode": "train"}
    )
    shapes = [g.shape for g in module.affine_bn_relu_backward(np.ones((2, 2)), cache)]
    assert shapes == [x.shape, (126, 2), (2,), (2,), (2,)]


def test_columns_are_ordered_as_in_the_handout() -> None:
    x, w, b, conv_param = images()
    columns = handout._im2col(x, 3, 2, 1, 2)
    out = (w.reshape(4, -1) @ columns + b[:, None]).reshape(4, 4, 4, 2).transpose(3, 0, 1, 2)
    np.testing.assert_array_equal(out, handout._conv_forward(x, w, b, conv_param)[0])
    back = handout._col2im(columns, 2, 3, 7, 6, 3, 2, 1, 2)
    ones = handout._col2im(np.ones_like(columns), 2, 3, 7, 6, 3, 2, 1, 2)
    np.testing.assert_array_equal(back, ones * x)  # each number as often as windows have seen it


def test_fast_layers_on_torch_are_replaced(load_files: Loader) -> None:
    files = {
        "cs231n/layers.py": "def conv_forward_naive(*a): return a",
        "cs231n/fast_layers.py": "import torch\ndef conv_forward_fast(*a): return torch.tensor(a)",
        "cs231n/classifiers/cnn.py": "from ..fast_layers import *\ndef f(): return conv_forward_fast(1)",
    }
    names, found = load_files(files)
    assert names["cs231n.classifiers.cnn:f"]() == (1,)
    assert "cs231n/fast_layers.py needs torch; there is a stand-in for it" in found["remarks"]


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


def test_other_mistakes_with_elements_stay_mistakes(load_files: Loader) -> None:
    for text in ("x[0, 0] = np.ones(2)", "x[5] = 1.0", "x[0, 0] = 'a'", "y[0] = 1"):
        with pytest.raises((ValueError, IndexError, NameError)):
            run(load_files, f"def f():\n    x = np.zeros((2, 2))\n    {text}")


def test_a_remark_only_for_what_is_used(load_files: Loader) -> None:
    text = "import numpy as np\ndef f(x): return x.astype(np.int), np.ones(3), x.float, np.sum, np.bool"
    _, found = load_files({"layers.py": text})
    assert found["remarks"] == ["np.int was removed in NumPy 1.24; it stands for int here"]


def test_names_that_never_were_stay_unknown(load_files: Loader) -> None:
    with pytest.raises(AttributeError, match="no attribute 'conv2d'"):
        run(load_files, "def f(): return np.conv2d")


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


def test_a_composition_takes_the_handouts_order_and_names(load_files: Loader) -> None:
    names = loaded_solution(load_files)
    module = sys.modules["cs231n.layer_utils"]
    x, w, b, conv_param = images()
    gamma, beta, bn_param = np.arange(1.0, 5.0), np.ones(4), {"mode": "train"}
    out, cache = module.conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, dict(bn_param))
    named, _ = module.conv_bn_relu_forward(
        x, w, b, beta=beta, gamma=gamma, bn_param=dict(bn_param), conv_param=conv_param
    )
    np.testing.assert_array_equal(out, named)
    a, _ = names["cs231n.layers:conv_forward_naive"](x, w, b, conv_param)
    s, _ = names["cs231n.layers:spatial_batchnorm_forward"](a, gamma, beta, bn_param)
    np.testing.assert_array_equal(out, np.maximum(s, 0))
    shapes = [d.shape for d in module.conv_bn_relu_backward(np.ones_like(out), cache)]
    assert shapes == [x.shape, w.shape, b.shape, gamma.shape, beta.shape]
