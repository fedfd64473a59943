"""Modules that old submissions import and that are not here."""

import numpy as np
import pytest

from parity_tests.homework.process import Worker
from parity_tests.homework.tests.loading import Loader, load_files, run

__all__ = ["load_files"]

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


def test_a_file_that_was_not_handed_in_is_missed_by_those_alone_who_call_it() -> None:
    text = "from at.home import half\nimport numpy as np\ndef f(x): return x / 2\ndef g(x): return half(x)\n"
    with Worker({"layers.py": text.encode()}) as worker:
        found = worker.load()
        assert worker.call("cs231n.layers:f", np.ones(1)).values == (0.5,)
        assert "at.home.half is not available here" in worker.call("cs231n.layers:g", 1).error
    assert found["errors"] == {}
    assert any("was not handed in" in remark for remark in found["remarks"])


def test_who_is_ready_for_what_is_missing_gets_no_placeholder(load_files: Loader) -> None:
    text = "try:\n    import at_home\nexcept ImportError:\n    at_home = None\ndef f(): return at_home is None\n"
    namespace, _ = load_files({"layers.py": text})
    assert namespace["cs231n.layers:f"]() is True


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve2d_of_scipy(mode: str, load_files: Loader) -> None:
    text = "from scipy.signal import convolve2d\ndef f(a, b, mode): return convolve2d(a, b, mode)"
    a, b = np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [0.0, -1.0]])
    full = np.zeros((4, 5))
    for (i, j), weight in np.ndenumerate(b):
        full[i : i + 3, j : j + 4] += weight * a
    expected = {"full": full, "same": full[:3, :4], "valid": full[1:3, 1:4]}[mode]
    np.testing.assert_array_equal(run(load_files, text, a, b, mode), expected)
