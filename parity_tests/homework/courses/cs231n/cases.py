"""How the cases of assignment 2 are drawn: small, valid in every year, and off the square and padded path.

The official cells use one square, padded case each, without overlap, ties or a group of one. Here every size
and option has its own draw. What the course does not ask for is not drawn: output sizes that do not come out
even, empty batches, padding as wide as the kernel.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Regime, configured, shapes

SIZE, BATCH, CHANNELS = st.integers(1, 5), st.integers(1, 4), st.integers(1, 3)
EPS = st.sampled_from([1e-5, 1e-5, 1e-3, 1e-2, 0.1])
SWITCH = st.booleans()


def wide(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers of deviation 3: as scores, some lie so far behind that a hinge lets them be."""
    drawn: Array = 3 * values.normal(rng, shape, names)
    return drawn


ORDINARY, OFFSET = Regime(), Regime("offset", {"x": values.offset})
OFF_ZERO = Regime("ordinary", {"x": values.off_zero})
DISTINCT = Regime("ordinary", {"x": values.distinct})
WIDE = Regime("ordinary", {"x": wide})
NEGATIVE = Regime("negative", {"x": values.all_negative})
TIES = Regime("ties", {"x": values.tied}, smooth=False)


def tracked(draw: values.Draw) -> values.Draw:
    """A running average: zero where the case hands none over, which is what the course starts from."""

    def drawn(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
        return draw(rng, shape, names) if names["tracked"] else np.zeros(shape)

    return drawn


RUNNING = {"running_mean": tracked(values.normal), "running_var": tracked(values.positive)}


@st.composite
def affine(draw: st.DrawFn) -> Configuration:
    features = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple))
    sizes = {"n": draw(BATCH), "features": features, "d_in": int(np.prod(features))}
    return {}, {**sizes, "d_out": draw(SIZE)}


@st.composite
def _axis(draw: st.DrawFn, stride: int, padding: int) -> tuple[int, int]:
    """Kernel and image along one axis: the windows end at the edge, and each meets the image."""
    kernel = draw(st.integers(padding + 1, padding + 3))
    windows = draw(st.integers(1, 3))
    size = (windows - 1) * stride + kernel - 2 * padding
    while size < 1:
        size += stride
    return kernel, size


@st.composite
def conv(draw: st.DrawFn) -> Configuration:
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    (kh, h), (kw, w) = (draw(_axis(stride, padding)) for _ in range(2))
    sizes = {"n": draw(BATCH), "c": draw(CHANNELS), "h": h, "w": w, "c_out": draw(CHANNELS)}
    return {"stride": stride, "padding": padding}, {**sizes, "kh": kh, "kw": kw}


@st.composite
def max_pool(draw: st.DrawFn) -> Configuration:
    """Windows side by side in one case of three, as the course's networks have them."""
    side_by_side = draw(st.integers(0, 2)) == 0
    stride = draw(st.integers(1, 3))
    (kh, h), (kw, w) = (draw(_axis(stride, 0)) for _ in range(2))
    if side_by_side:
        kh = kw = stride
        h, w = (stride * draw(st.integers(1, 3)) for _ in range(2))
    options = {"kernel_size": (kh, kw), "stride": stride}
    return options, {"n": draw(BATCH), "c": draw(CHANNELS), "h": h, "w": w}


@st.composite
def batch_norm(draw: st.DrawFn, spatial: bool) -> Configuration:
    training = draw(SWITCH)
    options = {
        "eps": draw(EPS),
        "momentum": draw(st.sampled_from([0.9, 0.5, 0.99, 0.1])),
        "training": training,
        "tracked": not training or draw(SWITCH),  # the course trains before it tests
    }
    space = {"h": draw(SIZE), "w": draw(SIZE)} if spatial else {}
    n = draw(BATCH)
    if n * math.prod(space.values()) == 1:  # a single value has no variance
        n = 2
    return options, {"n": n, "c": draw(st.integers(1, 4)), **space}


@st.composite
def group_norm(draw: st.DrawFn) -> Configuration:
    groups, each = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    sizes = {"n": draw(BATCH), "c": groups * each, "h": draw(SIZE), "w": draw(SIZE)}
    return {"num_groups": groups, "eps": draw(EPS)}, sizes


LAYER_NORM = configured({"eps": EPS}, {"n": BATCH, "c": st.integers(1, 6)})
RELU = configured(sizes={"shape": shapes().map(lambda shape: (max(shape[0], 1), *shape[1:]))})
SCORES = configured(sizes={"n": BATCH, "c": st.integers(2, 6)})
LABELS = {"target": values.below("c")}

# None: the rule's own default is at work.
PATH = {"shape": st.lists(st.integers(1, 3), max_size=2).map(tuple), "steps": st.integers(1, 6)}
RATE = st.sampled_from([None, 1e-2, 0.3])
EPSILON = st.sampled_from([None, 1e-3, 1e-2])
MOMENTUM = {"learning_rate": RATE, "momentum": st.sampled_from([None, 0.5])}
RMSPROP = {"learning_rate": RATE, "decay_rate": st.sampled_from([None, 0.5]), "epsilon": EPSILON}
ADAM = {
    "learning_rate": RATE,
    "beta1": st.sampled_from([None, 0.5]),
    "beta2": st.sampled_from([None, 0.9]),
    "epsilon": EPSILON,
}
