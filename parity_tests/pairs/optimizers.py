"""Pairs of ``reference/optimizers``: trajectories of at least 50 steps, states included."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness.pair import Configuration, Pair, Regime, configured

LR = st.sampled_from([1e-2, 1e-3, 0.3])
DECAY = st.sampled_from([0.0, 0.1, 1.0])
EPS = st.sampled_from([1e-8, 1e-3, 0.0])
BETAS = st.sampled_from([(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)])
SWITCH = st.booleans()
PATH = {"shape": st.lists(st.integers(1, 3), max_size=2).map(tuple), "steps": st.integers(50, 55)}


def sparse(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers, and exact zeros in half of the places, where momentum goes on: not if 0 / eps is nan."""
    kept = (rng.random(shape) < 1 / 2) | (names.get("eps", 1) == 0)
    gradients: Array = rng.standard_normal(shape) * kept
    return gradients


REGIMES = (Regime(), Regime("sparse", {"grads": sparse}))


@st.composite
def sgd(draw: st.DrawFn) -> Configuration:
    """Nesterov needs a momentum and no dampening."""
    momentum = draw(st.sampled_from([0.0, 0.9, 0.5]))
    nesterov = momentum > 0 and draw(SWITCH)
    options = {
        "lr": draw(LR),
        "momentum": momentum,
        "dampening": 0.0 if nesterov else draw(st.sampled_from([0.0, 0.3])),
        "weight_decay": draw(DECAY),
        "nesterov": nesterov,
        "maximize": draw(SWITCH),
    }
    return options, {name: draw(size) for name, size in PATH.items()}


ADAM = {
    "lr": LR,
    "betas": BETAS,
    "eps": EPS,
    "weight_decay": DECAY,
    "amsgrad": SWITCH,
    "maximize": SWITCH,
}
ADAGRAD = {
    "lr": LR,
    "lr_decay": DECAY,
    "weight_decay": DECAY,
    "initial_accumulator_value": DECAY,
    "eps": EPS,
    "maximize": SWITCH,
}
RMSPROP = {
    "alpha": st.sampled_from([0.99, 0.5]),
    "eps": EPS,
    "weight_decay": DECAY,
    "momentum": st.sampled_from([0.0, 0.9]),
    "centered": SWITCH,
    "maximize": SWITCH,
}


@st.composite
def rmsprop(draw: st.DrawFn) -> Configuration:
    """Long steps with weight decay make the gradient nearly constant: its centered variance is then all rounding."""
    options = {name: draw(option) for name, option in RMSPROP.items()}
    options["centered"] = options["centered"] and options["weight_decay"] < 1
    lr = draw(st.sampled_from([1e-2, 1e-3]) if options["weight_decay"] else LR)
    return short_steps(({"lr": lr, **options}, {name: draw(size) for name, size in PATH.items()}))


def short_steps(configuration: Configuration) -> Configuration:
    """The same, but a decay of 1 acts in short steps: long ones make the average gradient cancel."""
    options, sizes = configuration
    return options | ({"lr": 1e-3} if options["weight_decay"] == 1 else {}), sizes


PAIRS = (
    Pair("optimizers.sgd.SGD", sgd(), REGIMES, kind="optimizer"),
    Pair("optimizers.adagrad.Adagrad", configured(ADAGRAD, PATH), REGIMES, kind="optimizer"),
    Pair("optimizers.rmsprop.RMSprop", rmsprop(), REGIMES, kind="optimizer"),
    Pair(
        "optimizers.adam.Adam",
        configured(ADAM, PATH).map(short_steps),
        REGIMES,
        kind="optimizer",
    ),
    Pair("optimizers.adamw.AdamW", configured(ADAM, PATH), REGIMES, kind="optimizer"),
)
