"""Pairs of ``reference/layers``: how options and sizes are drawn so that every case is valid."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Pair, Regime, configured, shapes
from parity_tests.harness.waiver import Waiver


def some_unknown(
    rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]
) -> Array:
    """Distinct numbers, one in six of them NaN."""
    return np.where(rng.random(shape) < 1 / 6, np.nan, values.distinct(rng, shape, names))


def far_off(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers around 1000: the mean of their squares keeps nothing of their variance."""
    return 1000 + rng.standard_normal(shape)


# Up to a size that no block of four holds: code that takes samples by blocks has a rest to forget.
BATCH = st.integers(0, 5)
SIZE = st.integers(1, 6)
DISTINCT = Regime("ordinary", {"x": values.distinct})
TIES = Regime("ties", {"x": values.tied}, smooth=False)
NEIGHBOURS = Regime("neighbours", {"x": values.neighbours}, smooth=False)
NEGATIVE = Regime("negative", {"x": values.all_negative})
OFFSET = Regime("offset", {"x": values.offset})
UNKNOWN = Regime("nan", {"x": some_unknown, "dy": values.not_finite}, smooth=False)
FAR = Regime("far", {"x": far_off})
EPS = st.sampled_from([1e-5, 1e-3, 0.1, 1.0])


@st.composite
def linear(draw: st.DrawFn) -> Configuration:
    features = draw(shapes(1, 3).map(lambda shape: (max(shape[0], 1), *shape[1:])))
    sizes = {
        "n": draw(BATCH),
        "features": features,
        "d_in": math.prod(features),
        "d_out": draw(SIZE),
    }
    return {"bias": draw(st.booleans())}, sizes


@st.composite
def _window(draw: st.DrawFn, dilated: bool, half_padded: bool) -> dict[str, Any]:
    """One axis: kernel, stride, padding, dilation, and a size that holds at least one window.

    Pooling admits padding up to half of the kernel only, and there the image is at least as large as
    the dilation: a window that falls between two pixels has no maximum, and PyTorch 2.13's
    backward then writes outside of its memory.
    """
    kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    dilation = draw(st.integers(1, 3)) if dilated else 1
    padding = draw(st.integers(0, kernel // 2 if half_padded else 3))
    least = max(dilation if half_padded else 1, dilation * (kernel - 1) + 1 - 2 * padding)
    size = least + draw(st.integers(0, 5))
    return {
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "size": size,
    }


@st.composite
def _tile(draw: st.DrawFn) -> dict[str, Any]:
    """What everybody uses: windows side by side, nothing else."""
    kernel = draw(st.integers(1, 3))
    size = kernel + draw(st.integers(0, 4))
    return {"kernel": kernel, "stride": kernel, "padding": 0, "dilation": 1, "size": size}


@st.composite
def _well_padded(draw: st.DrawFn) -> dict[str, Any]:
    """As much padding as pooling admits, and a stride so long that some of x lies beyond all windows."""
    kernel, stride = draw(st.integers(4, 5)), draw(st.integers(4, 5))
    size = 1 + draw(st.integers(0, 5))
    return {
        "kernel": kernel,
        "stride": stride,
        "padding": kernel // 2,
        "dilation": 1,
        "size": size,
    }


@st.composite
def conv2d(draw: st.DrawFn) -> Configuration:
    rows, columns = draw(_window(True, False)), draw(_window(True, False))
    groups = draw(st.integers(1, 3))
    options = {name: (rows[name], columns[name]) for name in ("stride", "padding", "dilation")}
    sizes = {
        "n": draw(BATCH),
        "c_in": groups * draw(st.integers(1, 3)),
        "h": rows["size"],
        "w": columns["size"],
        "c_out": groups * draw(st.integers(1, 3)),
        "kh": rows["kernel"],
        "kw": columns["kernel"],
    }
    return {**options, "groups": groups, "bias": draw(st.booleans())}, sizes


@st.composite
def pool2d(draw: st.DrawFn, dilated: bool) -> Configuration:
    special = (_tile(), _well_padded())
    windows = (*special, *[_window(dilated, True)] * 2)[draw(st.integers(0, 3))]
    rows, columns = draw(windows), draw(windows)
    names = {"kernel_size": "kernel", "stride": "stride", "padding": "padding"}
    if dilated:
        names["dilation"] = "dilation"
    options: dict[str, Any] = {name: (rows[key], columns[key]) for name, key in names.items()}
    options["ceil_mode"] = draw(st.booleans())
    if not dilated:
        options["count_include_pad"] = draw(st.booleans())
        options["divisor_override"] = draw(st.sampled_from([None, None, 1, 3]))
    sizes = {"n": draw(BATCH), "c": draw(st.integers(1, 3))}
    return options, {**sizes, "h": rows["size"], "w": columns["size"]}


@st.composite
def batch_norm(draw: st.DrawFn, spatial: bool) -> Configuration:
    """With batch statistics PyTorch refuses one value per channel; none, an empty batch, it takes."""
    options = {
        "eps": draw(EPS),
        "momentum": draw(st.sampled_from([0.1, 0.9, 1.0, 0.0, None])),
        "training": draw(st.booleans()),
        "affine": draw(st.booleans()),
        "track_running_stats": draw(st.booleans()),
    }
    axes = draw(st.lists(SIZE, min_size=2, max_size=2) if spatial else st.lists(SIZE, max_size=1))
    n, c = draw(BATCH), draw(st.integers(1, 4))
    from_batch = options["training"] or not options["track_running_stats"]
    if from_batch and n * math.prod(axes) == 1:
        n = 2
    if n == 0 and not spatial:
        axes = []
    space = {"h": axes[0], "w": axes[1]} if spatial else {"t": tuple(axes)}
    return options, {"n": n, "c": c, **space}


@st.composite
def layer_norm(draw: st.DrawFn) -> Configuration:
    options = {"eps": draw(EPS)} | {
        name: draw(st.booleans()) for name in ("elementwise_affine", "bias")
    }
    return options, {"batch": draw(shapes(1, 3)), "d": draw(st.integers(0, 8))}


@st.composite
def group_norm(draw: st.DrawFn) -> Configuration:
    """Every divisor of the channels; a group of one value is refused by PyTorch."""
    num_groups, channels_each = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    n, space = draw(BATCH), draw(st.lists(st.integers(1, 4), max_size=2).map(tuple))
    if n * channels_each * math.prod(space) == 1:
        channels_each = 2
    options = {"num_groups": num_groups, "eps": draw(EPS), "affine": draw(st.booleans())}
    return options, {"n": n, "c": num_groups * channels_each, "d": space}


@st.composite
def flatten(draw: st.DrawFn) -> Configuration:
    shape = draw(st.one_of(st.just(()), shapes(1, 4)))
    axes = max(len(shape), 1)
    start = draw(st.integers(0, axes - 1))
    end = draw(st.integers(start, axes - 1))
    start, end = (axis - axes if draw(st.booleans()) else axis for axis in (start, end))
    return {"start_dim": start, "end_dim": end}, {"shape": shape}


DROPOUT = {"p": st.sampled_from([0.5, 0.0, 0.25, 0.9, 1.0]), "training": st.booleans()}
AFFINE = dict.fromkeys(("weight", "bias"), ("affine",))
RUNNING = dict.fromkeys(
    ("running_mean", "running_var", "num_batches_tracked"), ("track_running_stats",)
)
NORM_DRAWS = {"running_var": values.positive, "num_batches_tracked": values.count}

AMBIGUOUS_LAYOUT = Waiver(
    ("gradients_agree", "derivations_agree"),
    lambda case: case.layout == "mixed" and 1 in case.sizes.values(),
    "x and dy laid out differently, with an axis of length 1",
    "strides are ambiguous there, and PyTorch takes dy to be laid out as x is",
    # There for the forward, which was mended; the backward on the CPU still does it.
    "https://github.com/pytorch/pytorch/issues/63224",
    "layers.batch_norm.BatchNorm2d training=True affine=True track_running_stats=False / "
    "n=1 c=2 h=1 w=3 / dtype=float64 layout=mixed values=ordinary seed=0",
)

PAIRS = (
    Pair("layers.linear.Linear", linear()),
    Pair("layers.conv2d.Conv2d", conv2d()),
    Pair(
        "layers.max_pool2d.MaxPool2d",
        pool2d(dilated=True),
        (DISTINCT, TIES, NEIGHBOURS, NEGATIVE, UNKNOWN),
    ),
    Pair("layers.avg_pool2d.AvgPool2d", pool2d(dilated=False)),
    Pair(
        "layers.batch_norm.BatchNorm1d",
        batch_norm(spatial=False),
        (Regime(), OFFSET, FAR),
        NORM_DRAWS,
        {**AFFINE, **RUNNING},
    ),
    Pair(
        "layers.batch_norm.BatchNorm2d",
        batch_norm(spatial=True),
        (Regime(), OFFSET, FAR),
        NORM_DRAWS,
        {**AFFINE, **RUNNING},
        waivers=(AMBIGUOUS_LAYOUT,),
    ),
    Pair(
        "layers.layer_norm.LayerNorm",
        layer_norm(),
        (Regime(), OFFSET, FAR),
        present={"weight": ("elementwise_affine",), "bias": ("elementwise_affine", "bias")},
    ),
    Pair("layers.group_norm.GroupNorm", group_norm(), (Regime(), OFFSET, FAR), present=AFFINE),
    Pair("layers.dropout.Dropout", configured(DROPOUT, {"shape": shapes()})),
    Pair("layers.flatten.Flatten", flatten()),
)
