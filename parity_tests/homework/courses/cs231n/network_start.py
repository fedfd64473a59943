"""What a network begins with: one large enough is made, so that the deviation of its weights can be told."""

import math
from dataclasses import dataclass
from difflib import get_close_matches
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
    params = _params_of(call, name, truth, convention, "batch")
    if not params:
        return Start()
    first = 0 if "W0" in params else 1
    said = [_complaint(own, x, convention) for own, x in sorted(params.items())]
    if convention.normalization:
        said.append(_of_names(params, f"gamma{first}"))
    if convention.normalization == "normalization" and f"gamma{first}" in params:
        layer = _params_of(call, name, truth, convention, "layer")
        said.append(_of_layer_norm(layer, f"gamma{first}"))
    return Start(first, next((sentence for sentence in said if sentence), ""))


def _params_of(
    call: Caller, name: str, truth: Any, convention: Convention, normalization: str
) -> dict[str, Any]:
    """The parameters of one that is normalized so, if it can be; none of one that cannot be made."""
    options = {"normalization": normalization if convention.normalization else None}
    keywords = {**SIZES[truth], "weight_scale": WEIGHT_SCALE, **convention.keywords(options, 0)}
    if convention.dtype:
        keywords["dtype"] = "float32"
    try:
        (network,), _ = call(name, returns="h", **keywords)
        params = parameters(call, name, network)
    except Trouble:
        return {}
    call.forget(network)
    return params


def _of_names(params: dict[str, Any], wanted: str) -> str:
    """Of a parameter that has nearly the name of what is missing."""
    near = get_close_matches(wanted, params) if wanted not in params else []
    return f"its params have {near[0]}, where {wanted} belongs" if near else ""


def _of_layer_norm(params: dict[str, Any], wanted: str) -> str:
    if not params or wanted in params:
        return ""
    return "has gamma and beta for batch normalization, and none for layer normalization"


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
