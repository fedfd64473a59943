"""What the handouts bring along and a submission may leave out."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.homework.courses.cs231n import provided
from parity_tests.homework.tests.loading import Loader, load_files
from parity_tests.homework.worker import fast_layers

__all__ = ["load_files"]
FAST = "from cs231n.fast_layers import *\n"
SOLUTION = Path(__file__).parent / "solution" / "cs231n"


def loaded_solution(load_files: Loader) -> dict[str, Any]:
    text = (SOLUTION / "layers.py").read_text()
    user = FAST + "from cs231n.layer_utils import *\n"
    names, found = load_files({"layers.py": text, "cnn.py": user + "class ThreeLayerConvNet: pass"})
    assert found["errors"] == {}
    return names


def images() -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, int]]:
    rng = np.random.default_rng(0)
    sizes = (2, 3, 7, 6), (4, 3, 3, 2), (4,)
    x, w, b = (rng.integers(-4, 5, size).astype(float) for size in sizes)
    return x, w, b, {"stride": 2, "pad": 1}


OWN = {
    "conv": (fast_layers.conv_forward, fast_layers.conv_backward),
    "max_pool": (fast_layers.pool_forward, fast_layers.pool_backward),
}
NAMES = [("conv", "im2col"), ("conv", "strides"), ("max_pool", "im2col"), ("max_pool", "reshape")]


def assert_same(own: Any, naive: Any, *arguments: Any) -> None:
    """Two layers as forward and backward give the same numbers."""
    (ours, our_cache), (out, cache) = own[0](*arguments), naive[0](*arguments)
    np.testing.assert_array_equal(ours, out)
    dout = np.arange(out.size).reshape(out.shape) % 7 - 3.0
    for mine, theirs in zip(own[1](dout, our_cache), naive[1](dout, cache), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_fast_layers_are_convolution_and_pooling(load_files: Loader) -> None:
    names = loaded_solution(load_files)
    x, w, b, conv_param = images()
    pool_param = {"pool_height": 2, "pool_width": 3, "stride": 1}
    for kind, arguments in (("conv", (x, w, b, conv_param)), ("max_pool", (x, pool_param))):
        naive = [names[f"cs231n.layers:{kind}_{way}_naive"] for way in ("forward", "backward")]
        assert_same(OWN[kind], naive, *arguments)


@pytest.mark.parametrize(("kind", "way"), NAMES)
def test_the_fast_layers_have_all_names_of_the_handout(
    kind: str, way: str, load_files: Loader
) -> None:
    load_files({"layers.py": "from fast_layers import *\ndef relu_forward(x): pass"})
    module = vars(sys.modules["cs231n.layers"])
    x, w, b, conv_param = images()
    arguments: Any = (x, w, b, conv_param)
    if kind == "max_pool":
        x = x[:, :, :6]
        x[0, 0] = 0  # ties
        arguments = (x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    named = module[f"{kind}_forward_{way}"], module[f"{kind}_backward_{way}"]
    assert_same(named, OWN[kind], *arguments)


def test_the_caches_hold_the_columns_of_the_handout() -> None:
    x, w, b, conv_param = images()
    for way, of_image in (("im2col", 3), ("strides", 1)):
        out, cache = fast_layers.PROVIDED[f"conv_forward_{way}"](x, w, b, conv_param)
        by_filter = np.moveaxis(out, 0, of_image) if of_image > 1 else out.swapaxes(0, 1)
        product = w.reshape(4, -1) @ cache[4] + b[:, None]
        np.testing.assert_array_equal(product, by_filter.reshape(4, -1))
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = fast_layers.PROVIDED["max_pool_forward_im2col"](x[:, :, :6], pool_param)
    most = cache[1][cache[2], np.arange(cache[1].shape[1])]
    np.testing.assert_array_equal(most.reshape(3, 3, 2, 3).transpose(2, 3, 0, 1), out)


def test_a_bias_of_any_shape(load_files: Loader) -> None:
    x, w, b, conv_param = images()
    flat, _ = fast_layers.conv_forward(x, w, b, conv_param)
    for convolution in (fast_layers.conv_forward, provided.conv_forward_naive):
        np.testing.assert_array_equal(convolution(x, w, b[None], conv_param)[0], flat)
    naive = "def conv_forward_naive(x, w, b, conv_param): return [float(b[f]) for f in range(4)]"
    load_files({"layers.py": naive, "cnn.py": FAST + "class ThreeLayerConvNet: pass"})
    fast = sys.modules["cs231n.fast_layers"].conv_forward_fast
    assert fast(x, w, b[None], conv_param) == b.tolist()


def test_the_fast_layers_call_the_naive_ones(load_files: Loader) -> None:
    text = "def max_pool_forward_naive(*arguments): return 'mine', arguments"
    load_files({"layers.py": text, "cnn.py": FAST + "class ThreeLayerConvNet: pass"})
    assert sys.modules["cs231n.fast_layers"].max_pool_forward_fast(1) == ("mine", (1,))


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
    columns = fast_layers.im2col(x, 3, 2, 1, 2)
    out = (w.reshape(4, -1) @ columns + b[:, None]).reshape(4, 4, 4, 2).transpose(3, 0, 1, 2)
    np.testing.assert_array_equal(out, fast_layers.conv_forward(x, w, b, conv_param)[0])
    back = fast_layers.col2im(columns, 2, 3, 7, 6, 3, 2, 1, 2)
    ones = fast_layers.col2im(np.ones_like(columns), 2, 3, 7, 6, 3, 2, 1, 2)
    np.testing.assert_array_equal(back, ones * x)  # each number as often as windows have seen it


def test_fast_layers_on_torch_are_replaced(load_files: Loader) -> None:
    files = {
        "cs231n/layers.py": "def max_pool_forward_naive(*a): return a",
        "cs231n/fast_layers.py": "import torch\ndef max_pool_forward_fast(*a): return torch.tensor(a)",
        "cs231n/classifiers/cnn.py": "from ..fast_layers import *\ndef f(): return max_pool_forward_fast(1)",
    }
    names, found = load_files(files)
    assert names["cs231n.classifiers.cnn:f"]() == (1,)
    assert "cs231n/fast_layers.py needs torch; there is a stand-in for it" in found["remarks"]


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
