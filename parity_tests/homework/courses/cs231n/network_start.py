"""What a network begins with: one large enough is made, so that the deviation of its weights can be told."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.network_students import Convention, parameters
from parity_tests.homework.courses.cs231n.networks import (
    FullyConnectedNet,
    ThreeLayerConvNet,
    TwoLayerNet,
)
from parity_tests.homework.task import Caller, Trouble

WEIGHT_SCALE = 0.037
CERTAIN = 64 * math.log(2)
"""A bound that leaves 2^-64."""


@dataclass(frozen=True, slots=True)
class Start:
    """The number of the first layer, and what is wrong with the parameters before training."""

    first: int = 1
    complaint: str = ""


SIZES: dict[Any, dict[str, Any]] = {
    TwoLayerNet: {"input_dim": 120, "hidden_dim": 100, "num_classes": 90},
    FullyConnectedNet: {"hidden_dims": [100, 90], "input_dim": 120, "num_classes": 80},
    ThreeLayerConvNet: {
        "input_dim": (3, 16, 12),
        "num_filters": 32,
        "filter_size": 7,
        "hidden_dim": 30,
        "num_classes": 200,
    },
}


def start_of(call: Caller, name: str, truth: Any, convention: Convention) -> Start:
    """The start of a network of that class; nothing is said of one that cannot be made."""
    options = {"normalization": "batch" if convention.normalization else None}
    keywords = {**SIZES[truth], "weight_scale": WEIGHT_SCALE, **convention.keywords(options, 0)}
    if convention.dtype:
        keywords["dtype"] = "float32"
    try:
        (network,), _ = call(name, returns="h", **keywords)
        params = parameters(call, name, network)
    except Trouble:
        return Start()
    call.forget(network)
    first = 0 if "W0" in params else 1
    said = (_complaint(own, x, convention) for own, x in sorted(params.items()))
    return Start(first, next((sentence for sentence in said if sentence), ""))


def _complaint(name: str, x: Any, convention: Convention) -> str:
    word = name.rstrip("0123456789")
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        return f"{name} is no array of real numbers"
    if convention.dtype and x.dtype != np.float32:
        return f"{name} is of {x.dtype}, where dtype is float32"
    begins = {"b": 0, "beta": 0, "gamma": 1}
    if word in begins and np.any(x != begins[word]):
        return f"{name} does not begin with all {begins[word]}"
    return _of_weights(name, x.astype(float) / WEIGHT_SCALE) if word == "W" else ""


def _of_weights(name: str, z: Any) -> str:
    """Standard normal numbers stay inside both bounds but for a chance of 2^-62.

    The squared deviation of N of them is bounded as a chi-squared of N - 1 is (Laurent and Massart 2000, lemma 1).
    """
    deviation, share = float(z.std(ddof=1)), CERTAIN / (z.size - 1)
    if not abs(deviation**2 - 1) <= 2 * math.sqrt(share) + 2 * share:
        measured = f"{deviation * WEIGHT_SCALE:.2g}"
        return f"{name} begins with a deviation of {measured}, where weight_scale is {WEIGHT_SCALE}"
    if not abs(z.mean()) <= math.sqrt(2 * CERTAIN / z.size):
        return f"the mean of {name} is not 0 at the start"
    return ""
