"""A backward behind a wrong forward, one that does not fit its right forward, and a forward that remembers."""

from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.judge_task import watch
from parity_tests.homework.tests.planted_table import SEED, Planted, Text, judged

EPS = Planted("layernorm_forward", "keepdims=True) + eps)", "keepdims=True) + 3 * eps)")
CENTRE = Planted("layernorm_forward", "(x - mu) / std", "(x - 2 * mu) / std")
FLAT = Planted("affine_forward", "cache = (x, w, b)", "cache = (rows, w, b)")


def test_a_backward_is_right_that_is_the_slope_of_its_wrong_forward() -> None:
    forward, backward = judged(EPS).values()
    assert (forward.verdict, backward.verdict) == ("wrong", "right")
    assert backward.remarks == (
        "its forward hands it wrong numbers; what it does with them is right",
    )


def test_one_that_is_not_may_be_right_behind_another_forward() -> None:
    forward, backward = judged(CENTRE).values()
    assert (forward.verdict, backward.verdict) == ("wrong", "not judged")
    assert backward.message == "layernorm_forward has to be right first"


def test_a_right_forward_that_spoils_the_cache_is_told_of_its_backward() -> None:
    forward, backward = judged(FLAT).values()
    assert (forward.verdict, backward.verdict) == ("right", "wrong")
    assert "with more than two axes" in backward.condition
    assert backward.diagnosis == (
        "right with the cache of the handout alone, and affine_forward gives another"
    )


REMEMBERS = """
KNOWN = {}
def relu_forward(x):
    if x.shape not in KNOWN:
        KNOWN[x.shape] = x * (x > 0)
    return KNOWN[x.shape], x
def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


def test_what_is_remembered_by_shape_is_wrong_on_the_first_case_of_a_shape_already() -> None:
    (relu,) = (task for task in TASKS if task.functions[0] == "relu_forward")
    forward, backward = watch(relu, Text(REMEMBERS), 8, SEED).judgements()
    assert (forward.verdict, backward.verdict) == ("wrong", "right")
    assert forward.failed >= 6  # in the others nothing is above 0, or everything was alike


ROWS_OF_H = """
import numpy as np
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - ph) // s, 1 + (W - pw) // s))
    best = np.zeros(out.shape, dtype=int)
    for n, c, i, j in np.ndindex(*out.shape):
        at = (i * s + np.arange(ph))[:, None] * H + j * s + np.arange(pw)
        window = np.take(x[n, c], at, mode="clip")
        best[n, c, i, j] = window.argmax()
        out[n, c, i, j] = window.max()
    return out, (x, best, pool_param)
def max_pool_backward_naive(dout, cache):
    x, best, pool_param = cache
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dout.shape):
        row, column = divmod(best[n, c, i, j], pw)
        dx[n, c, i * s + row, j * s + column] += dout[n, c, i, j]
    return dx
"""


def test_where_the_output_of_a_wrong_forward_is_right_by_chance_its_cache_is_not() -> None:
    (pool,) = (task for task in TASKS if task.functions[0] == "max_pool_forward_naive")
    forward, backward = watch(pool, Text(ROWS_OF_H), 100, SEED).judgements()
    assert forward.verdict == "wrong" and "H != W" in forward.condition
    assert (backward.verdict, backward.failed) == ("not judged", 0), backward.counterexample


PAD_FIRST = """
import numpy as np
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    x_pad = np.pad(x, pad)[pad:-pad, pad:-pad]
    N, F, HH, WW = len(x), len(w), w.shape[2], w.shape[3]
    H, W = x_pad.shape[2:]
    out = np.zeros((N, F, 1 + (H - HH) // stride, 1 + (W - WW) // stride))
    for n, f, i, j in np.ndindex(*out.shape):
        window = x_pad[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    HH, WW = w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx_pad, dx, dw = np.zeros_like(x_pad), np.zeros_like(x), np.zeros_like(w)
    for n, f, i, j in np.ndindex(*dout.shape):
        at = n, slice(None), slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
        dx_pad[at] += w[f] * dout[n, f, i, j]
        dw[f] += x_pad[at] * dout[n, f, i, j]
    dx[...] = dx_pad[:, :, pad:-pad, pad:-pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))
"""


def test_a_backward_that_goes_on_from_the_handouts_cache_is_judged_with_it() -> None:
    (conv,) = (task for task in TASKS if task.functions[0] == "conv_forward_naive")
    forward, backward = watch(conv, Text(PAD_FIRST), 40, SEED).judgements()
    assert (forward.verdict, backward.verdict) == ("wrong", "wrong")
    assert "no padding (pad == 0)" in backward.condition
    assert backward.diagnosis == "crops the padding by pad:-pad, which is empty for pad = 0"


def test_an_error_of_its_own_is_told_though_its_forward_gives_no_cache() -> None:
    (affine,) = (task for task in TASKS if task.functions[0] == "affine_forward")
    text = """
def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, chche
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(aixs=0)
"""
    forward, backward = watch(affine, Text(text), 8, SEED).judgements()
    assert (forward.verdict, backward.verdict) == ("error", "error")
    assert "aixs" in backward.message
