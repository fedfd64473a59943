"""The fixed cases that are timed: for every pair a small one and one of a realistic size.

An axis has the same size in every operation; what a pair needs beside that stands in ``TABLE``.
"""

from collections.abc import Mapping
from typing import Any, Literal

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Configuration, Pair

Size = Literal["small", "large"]
SIZES: tuple[Size, ...] = ("small", "large")

# The definitions are plain loops: a small case has at most some ten thousand products.
AXES: Mapping[Size, Mapping[str, Any]] = {
    "small": {
        "n": 2, "c": 4, "h": 6, "w": 6, "t": (), "d": 8, "batch": (4,), "shape": (4, 6),
        "features": (12,), "d_in": 12, "d_out": 5, "c_in": 2, "c_out": 3, "kh": 3, "kw": 3,
        "steps": 1,
    },
    "large": {
        "n": 64, "c": 32, "h": 16, "w": 16, "t": (), "d": 512, "batch": (64,), "shape": (64, 1024),
        "features": (1024,), "d_in": 1024, "d_out": 256, "c_in": 16, "c_out": 32, "kh": 3, "kw": 3,
        "steps": 1,
    },
}  # fmt: skip


def _conv_block(**more: Any) -> Mapping[Size, Configuration]:
    kernel = {"kernel_size": (3, 3), "stride": (1, 1), "padding": (1, 1), **more}
    return {
        "small": ({"c_in": 2, "c_out": 3, **kernel}, {"shape": (2, 6, 6)}),
        "large": ({"c_in": 16, "c_out": 32, **kernel}, {"n": 8, "shape": (16, 16, 16)}),
    }


def _linear_block(**more: Any) -> Mapping[Size, Configuration]:
    return {
        "small": ({"d_in": 12, "d_out": 5, **more}, {"n": 4, "shape": (12,)}),
        "large": ({"d_in": 1024, "d_out": 256, **more}, {"shape": (1024,)}),
    }


def _conv_net(**large: Any) -> Mapping[Size, Configuration]:
    small = {"num_filters": 2, "filter_size": 3, "hidden_dim": 5, "num_classes": 3}
    return {
        "small": ({"input_dim": (2, 6, 6), **small}, {"shape": (2, 6, 6)}),
        "large": ({"input_dim": (3, 32, 32), **large}, {"n": 8, "shape": (3, 32, 32)}),
    }


def _dense_net(small: dict[str, Any], large: dict[str, Any]) -> Mapping[Size, Configuration]:
    return {
        "small": ({"input_dim": 12, "num_classes": 3, **small}, {"n": 4, "shape": (3, 2, 2)}),
        "large": ({"input_dim": 3072, **large}, {"shape": (3, 32, 32)}),
    }


def _same(options: dict[str, Any], **large: Any) -> Mapping[Size, Configuration]:
    """The same options in both cases, and sizes of its own in the large one."""
    return {"small": (options, {}), "large": (options, large)}


POOLING = {"kernel_size": (2, 2), "stride": (2, 2)}
BATCH_NORM = {"training": True}

TABLE: Mapping[str, Mapping[Size, Configuration]] = {
    "layers.conv2d": _same({"padding": (1, 1)}, n=8),
    "layers.max_pool2d": _same(POOLING),
    "layers.avg_pool2d": _same(POOLING),
    "layers.batch_norm.BatchNorm1d": _same(BATCH_NORM, c=512),
    "layers.batch_norm.BatchNorm2d": _same(BATCH_NORM),
    "layers.group_norm": {
        "small": ({"num_groups": 2}, {"d": (3, 3)}),
        "large": ({"num_groups": 8}, {"d": (16, 16)}),
    },
    "layers.dropout": _same({"p": 0.5}),
    "activations.softmax": _same({"dim": -1}),
    "activations.log_softmax": _same({"dim": -1}),
    "losses.cross_entropy_loss": _same({}, n=256, c=100),
    "losses.multiclass_hinge_loss": _same({}, n=256, c=100),
    "networks.two_layer_net": _dense_net({"hidden_dim": 5}, {"hidden_dim": 100}),
    "networks.fully_connected": _dense_net(
        {"hidden_dims": (5, 4), "normalization": "batch"},
        {"hidden_dims": (100, 100), "normalization": "batch"},
    ),
    "networks.three_layer_conv_net": _conv_net(num_filters=16, filter_size=5, hidden_dim=100),
    "networks.model_2017": _conv_net(num_filters=16, filter_size=5, hidden_dim=100),
    "networks.two_conv_net": {
        "small": (
            {"input_dim": (2, 6, 6), "channel_1": 2, "channel_2": 3, "num_classes": 3},
            {"shape": (2, 6, 6)},
        ),
        "large": (
            {"input_dim": (3, 32, 32), "channel_1": 16, "channel_2": 8},
            {"n": 8, "shape": (3, 32, 32)},
        ),
    },
    "networks.sandwich.LinearReLU": _linear_block(),
    "networks.sandwich.LinearNormReLU": _linear_block(normalization="batch"),
    "networks.sandwich.ConvReLU": _conv_block(),
    "networks.sandwich.ConvNormReLU": _conv_block(),
    "networks.sandwich.ConvReLUPool": _conv_block(pool_size=(2, 2), pool_stride=(2, 2)),
}


def case_of(pair: Pair, dtype: str, size: Size) -> Case:
    """The case that is timed: row-major arrays of ordinary numbers.

    >>> from parity_tests.pairs import PAIRS
    >>> str(case_of(PAIRS["layers.linear"], "float32", "small"))
    'layers.linear / n=2 features=(12,) d_out=5 d_in=12 / dtype=float32 layout=contiguous values=ordinary seed=0'

    Raises:
        LookupError: the pair has an axis without a size.
    """
    options, sizes = TABLE.get(pair.name, _same({}))[size]
    wanted = {"optimizer": ("shape", "steps"), "network": ("n", "shape")}
    axes = wanted[pair.kind] if pair.kind != "operation" else pair.signature.axes
    known = {**AXES[size], **sizes}
    if unknown := [axis for axis in axes if axis not in known]:
        raise LookupError(f"{pair.name} has axes without a size: {', '.join(unknown)}")
    chosen = {axis: known[axis] for axis in axes}
    return Case(pair.name, options, chosen, dtype, values=pair.regimes[0].name)
