"""The networks of assignment 2 as tasks, in the keywords of the submission's year."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Configuration, Regime
from parity_tests.harness.subject import Named
from parity_tests.homework.courses.cs231n import cases
from parity_tests.homework.courses.cs231n.network_mistakes import mistakes_of, staying_in_training
from parity_tests.homework.courses.cs231n.network_shapes import ANY
from parity_tests.homework.courses.cs231n.network_start import start_of
from parity_tests.homework.courses.cs231n.network_students import (
    KEPT,
    Convention,
    StudentNetwork,
)
from parity_tests.homework.courses.cs231n.networks import (
    FullyConnectedNet,
    ThreeLayerConvNet,
    TwoLayerNet,
)
from parity_tests.homework.task import Caller, CoursePair, Names, Task, Trouble

REG = st.sampled_from([0.0, 0.3, 0.7])
KEEP = (0.25, 0.5, 0.75)
WIDTH = st.integers(1, 4)
PARAMETERS = [f"{word}{i}" for word in ("W", "b", "gamma", "beta") for i in range(1, 5)]
KINDS = {
    f"normalization == '{kind}'": f"normalization == '{kind}norm'" for kind in ("batch", "layer")
}
DROPOUT = {"dropout is None": "no dropout", "dropout is not None": "dropout"}
GRADIENTS = {f"d{name}": f"grads['{name}']" for name in PARAMETERS}

NEVER_TESTED = (
    "batch norm never leaves training mode: the handout of 2016 wrote bn_param[mode] = mode"
)
"""What the handout itself got wrong is no mistake of the submission."""


def half(rng: np.random.Generator, shape: tuple[int, ...], names: Names) -> Array:
    """Normal numbers of deviation 1/2: scores stay small enough for softmax to have a gradient."""
    drawn: Array = 0.5 * values.normal(rng, shape, names)
    return drawn


MODERATE = Regime(
    "ordinary",
    {f"{word}{i}": half for word in ("W", "b", "beta") for i in range(1, 5)},
)


@st.composite
def _common(draw: st.DrawFn, least: int = 1) -> tuple[dict[str, Any], int]:
    """Classes, labels and L2, and the size of the batch."""
    n, classes = draw(st.integers(least, 4)), draw(st.integers(2, 4))
    labels = tuple(draw(st.integers(0, classes - 1)) for _ in range(n))
    return {"num_classes": classes, "labels": labels, "reg": draw(REG)}, n


@st.composite
def _features(draw: st.DrawFn) -> tuple[int, ...]:
    return tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))


@st.composite
def _two_layers(draw: st.DrawFn) -> Configuration:
    common, n = draw(_common())
    features = draw(_features())
    options = {"input_dim": features, "hidden_dim": draw(WIDTH), **common}
    return options, {"n": n, "shape": features}


@st.composite
def _fully_connected(draw: st.DrawFn, convention: Convention) -> Configuration:
    norms = {None: (None,), "use_batchnorm": (None, "batch")}
    kinds = norms.get(convention.normalization, (None, "batch", "layer"))
    normalization = draw(st.sampled_from(kinds))
    common, n = draw(_common(2 if normalization == "batch" else 1))
    features = draw(_features())
    dims = tuple(draw(st.lists(WIDTH, min_size=1, max_size=3)))
    dropout = draw(st.sampled_from((None, None, *KEEP))) if convention.dropout else None
    options = {"input_dim": features, "hidden_dims": dims, **common}
    return {**options, "normalization": normalization, "dropout": dropout}, {
        "n": n,
        "shape": features,
    }


@st.composite
def _three_layers(draw: st.DrawFn) -> Configuration:
    common, n = draw(_common())
    c, h, w = draw(cases.CHANNELS), 2 * draw(st.integers(1, 3)), 2 * draw(st.integers(1, 3))
    options = {"input_dim": (c, h, w), "num_filters": draw(cases.CHANNELS)}
    options |= {"filter_size": draw(st.sampled_from([1, 3, 5])), "hidden_dim": draw(WIDTH)}
    return {**options, **common}, {"n": n, "shape": (c, h, w)}


def flat_sizes(options: Names) -> dict[str, Any]:
    """The arguments of the constructor of a fully connected network."""
    found: dict[str, Any] = {"input_dim": math.prod(options["input_dim"])}
    if "hidden_dims" in options:
        found["hidden_dims"] = list(options["hidden_dims"])
    else:
        found["hidden_dim"] = options["hidden_dim"]
    return found | {"num_classes": options["num_classes"]}


def image_sizes(options: Names) -> dict[str, Any]:
    """The arguments of the constructor of a convolutional network."""
    names = ("input_dim", "num_filters", "filter_size", "hidden_dim", "num_classes")
    return {name: options[name] for name in names}


def _dropped(arguments: Mapping[str, Any], outputs: Named, names: Names) -> dict[str, Any]:
    """What the submission's own dropout multiplies with; ones where it has not said."""
    found = {name: np.ones_like(x) for name, x in arguments.items() if name.startswith(KEPT)}
    said = {name: outputs[name] for name in found if name in outputs}
    return found | {name: x for name, x in said.items() if np.shape(x) == found[name].shape}


@dataclass(frozen=True, slots=True)
class Student:
    """Makes the submission's side of a case, in the convention of its year."""

    truth: Any
    sizes: Callable[[Names], dict[str, Any]]
    convention: Convention

    def __call__(self, call: Caller, case: Case) -> StudentNetwork:
        return StudentNetwork(self.truth, self.sizes, call, case, self.convention)


def _fitted(task: Task, call: Caller) -> Task:
    """In the keywords of its year, and with what is to be said of its parameters before training."""
    student = task.student
    assert isinstance(student, Student)
    (name,) = task.functions
    known = call.entry(name).get("parameters")
    known = known if isinstance(known, list) else []
    normalization, dropout = (
        next((word for word in words if word in known), None)
        for words in (("use_batchnorm", "normalization"), ("dropout_keep_ratio", "dropout"))
    )
    convention = Convention(normalization, dropout, "dtype" in known)
    start = start_of(call, name, task.pair.truth, convention)
    convention = replace(convention, first=start.first)
    pair = task.pair
    if pair.truth is FullyConnectedNet:
        pair = replace(pair, configurations=_fully_connected(convention))
    remarks = ("numbers its parameters from 0",) if start.first == 0 else ()
    mistakes = task.mistakes
    if normalization == "use_batchnorm":
        if _is_of_2016(call, name):
            pair = replace(pair, truth=staying_in_training(pair.truth))
            mistakes, remarks = mistakes_of(pair.truth), (*remarks, NEVER_TESTED)
        # what holds of any normalization is said of this one
        mistakes = tuple(mistake for mistake in mistakes if ANY not in mistake.name)
    return replace(
        task,
        pair=pair,
        mistakes=mistakes,
        student=replace(student, convention=convention),
        complaint=start.complaint,
        remarks=remarks,
    )


def _is_of_2016(call: Caller, name: str) -> bool:
    """Whether it has that year's line ``bn_param[mode] = mode``: then a key of that name is left."""
    try:
        (network,), _ = call(name, [2], input_dim=2, num_classes=2, use_batchnorm=True, returns="h")
        call(f"{name}.loss", network, np.ones((2, 2)))
        params = call.get(f"{name}.bn_params", network)
    except Trouble:
        return False
    call.forget(network)
    several = list(params.values()) if isinstance(params, dict) else params
    first = several[0] if isinstance(several, list) and several else None
    return isinstance(first, dict) and first.get("test") == "test"


def _network(
    truth: Any, configurations: Any, sizes: Any, uses: tuple[str, ...], file: str = "fc_net"
) -> Task:
    name = truth.__name__
    pair = CoursePair(f"networks.{name}", configurations, (MODERATE,), kind="network", truth=truth)
    return Task(
        pair, (name,), Student(truth, sizes, Convention()), mistakes_of(truth),
        {"n": "N"} | GRADIENTS | KINDS | DROPOUT,
        observed=_dropped, unjudged=("dx",), scalar=True, fitted=_fitted,
        uses=uses, file=file,
    )  # fmt: skip


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{way}" for name in names for way in ("forward", "backward"))


PLAIN = (*_both("affine", "relu"), "softmax_loss")
ANY_CONVENTION = Convention("normalization", "dropout")
TASKS = (
    _network(TwoLayerNet, _two_layers(), flat_sizes, PLAIN),
    _network(
        FullyConnectedNet, _fully_connected(ANY_CONVENTION), flat_sizes,
        (*PLAIN, *_both("batchnorm", "layernorm", "dropout")),
    ),
    _network(
        ThreeLayerConvNet, _three_layers(), image_sizes,
        (*PLAIN, "conv_forward_naive", "conv_backward_naive",
         "max_pool_forward_naive", "max_pool_backward_naive"),
        file="cnn",
    ),
)  # fmt: skip
