"""Pairs of ``reference/networks``: whole networks and sandwich layers, small enough to differentiate."""

import math
from typing import Any

from hypothesis import strategies as st

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Pair

BATCH = st.integers(0, 4)
NORMALIZED_BATCH = st.integers(2, 4)
WIDTH = st.integers(1, 5)
# Normalising one or two values leaves a sign: what follows depends on rounding alone.
SPREAD = st.integers(3, 6)
NORM = st.sampled_from(["batch", "layer"])
DRAWS = {"running_var": values.positive}


def _configuration(options: dict[str, Any], n: int, shape: tuple[int, ...]) -> Configuration:
    return options, {"n": n, "shape": shape}


@st.composite
def linear_block(draw: st.DrawFn, normalized: bool) -> Configuration:
    options: dict[str, Any] = {"d_in": draw(WIDTH), "d_out": draw(SPREAD if normalized else WIDTH)}
    if normalized:
        options |= {"normalization": draw(NORM), "training": draw(st.booleans())}
    batch = NORMALIZED_BATCH if normalized else BATCH
    return _configuration(options, draw(batch), (options["d_in"],))


@st.composite
def conv_block(draw: st.DrawFn, normalized: bool = False, pooled: bool = False) -> Configuration:
    """The image holds the kernel, and what convolution leaves holds the pooling window."""
    kernel, stride, padding = (
        draw(st.tuples(*[sizes] * 2))
        for sizes in (st.integers(1, 3), st.integers(1, 2), st.integers(0, 1))
    )
    options: dict[str, Any] = {
        "c_in": draw(st.integers(1, 3)), "c_out": draw(st.integers(1, 3)),
        "kernel_size": kernel, "stride": stride, "padding": padding,
    }  # fmt: skip
    room = (1, 1)
    if pooled:
        room = options["pool_size"] = draw(st.tuples(st.integers(1, 2), st.integers(1, 3)))
        options["pool_stride"] = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    if normalized:
        options["training"] = draw(st.booleans())
    height, width = (
        max(1, stride[i] * (room[i] - 1) + kernel[i] - 2 * padding[i]) + draw(st.integers(0, 3))
        for i in (0, 1)
    )
    batch = NORMALIZED_BATCH if normalized else BATCH
    return _configuration(options, draw(batch), (options["c_in"], height, width))


@st.composite
def two_layer_net(draw: st.DrawFn) -> Configuration:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    names = ("hidden_dim", "num_classes")
    options: dict[str, Any] = {"input_dim": math.prod(shape)}
    options |= {name: draw(WIDTH) for name in names}
    return _configuration(options, draw(BATCH), shape)


@st.composite
def fully_connected(draw: st.DrawFn) -> Configuration:
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    normalization = draw(st.sampled_from([None, "batch", "layer"]))
    width = WIDTH if normalization is None else SPREAD
    options = {
        "hidden_dims": tuple(draw(st.lists(width, max_size=3))),
        "input_dim": math.prod(shape),
        "num_classes": draw(WIDTH),
        "normalization": normalization,
        "dropout": draw(st.sampled_from([0.0, 0.25, 0.5])),
        "training": draw(st.booleans()),
    }
    return _configuration(options, draw(BATCH if normalization is None else SPREAD), shape)


@st.composite
def conv_net(draw: st.DrawFn, filters: tuple[int, ...], normalized: bool = False) -> Configuration:
    filter_size = draw(st.sampled_from(filters))
    least = filter_size + 1 if normalized else 2
    shape = (
        draw(st.integers(1, 3)),
        least + draw(st.integers(0, 4)),
        least + draw(st.integers(0, 4)),
    )
    names = ("num_filters", "hidden_dim", "num_classes")
    options: dict[str, Any] = {"input_dim": shape, "filter_size": filter_size} | {
        name: draw(WIDTH) for name in names
    }
    if normalized:
        options["training"] = draw(st.booleans())
    return _configuration(options, draw(st.integers(1 if normalized else 0, 3)), shape)


@st.composite
def two_conv_net(draw: st.DrawFn) -> Configuration:
    shape = tuple(draw(st.integers(1, 4)) for _ in range(3))
    names = ("channel_1", "channel_2", "num_classes")
    options: dict[str, Any] = {"input_dim": shape} | {name: draw(WIDTH) for name in names}
    return _configuration(options, draw(st.integers(0, 3)), shape)


def _network(address: str, configurations: st.SearchStrategy[Configuration]) -> Pair:
    return Pair(f"networks.{address}", configurations, draws=DRAWS, kind="network")


PAIRS = (
    _network("two_layer_net.TwoLayerNet", two_layer_net()),
    _network("fully_connected.FullyConnectedNet", fully_connected()),
    _network("three_layer_conv_net.ThreeLayerConvNet", conv_net((1, 3, 5))),
    _network("model_2017.Model2017", conv_net((1, 2, 3), normalized=True)),
    _network("two_conv_net.TwoConvNet", two_conv_net()),
    _network("sandwich.LinearReLU", linear_block(normalized=False)),
    _network("sandwich.LinearNormReLU", linear_block(normalized=True)),
    _network("sandwich.ConvReLU", conv_block()),
    _network("sandwich.ConvNormReLU", conv_block(normalized=True)),
    _network("sandwich.ConvReLUPool", conv_block(pooled=True)),
)
