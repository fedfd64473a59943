"""Pairs of ``reference/losses``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.bounds.formats import FORMATS, NATIVE
from parity_tests.harness.pair import Pair, Regime, configured, shapes

REDUCTION = st.sampled_from(["mean", "sum", "none"])
SCORES = {"n": st.integers(0, 5), "c": st.integers(1, 6)}
LABELS = {"target": values.below("c")}


def some_excluded(
    rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]
) -> Array:
    """Normal numbers, and -inf for some classes but the first; where labels are smoothed, none.

    Smoothing makes the loss of such a class infinite; without it, the class counts for nothing.
    """
    x = rng.standard_normal(shape)
    excluded = (rng.random(shape) < 0.2) & (names["label_smoothing"] == 0)
    excluded[:, :1] = False
    return np.where(excluded, -np.inf, x)


def near_margin(
    rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]
) -> Array:
    """Scores one margin apart, but for steps that are just larger than rounding in float64 or in float32.

    In units of u times the margin: no score is much larger than 2, so the two sums in margin - x_it + x_ij
    add up 3 and 3. A comparison with 0 is in doubt up to twice that, and a step is 16.
    """
    # PyTorch 2.13 has no kernel for half precision.
    steps = [16 * FORMATS[name].unit * names["margin"] for name in NATIVE]
    whole = rng.integers(1, 3, shape) * names["margin"]
    scores: Array = whole + rng.integers(-2, 3, shape) * rng.choice(steps, shape)
    return scores


EXCLUDED = Regime("excluded", {"x": some_excluded}, smooth=False)

PAIRS = (
    Pair(
        "losses.cross_entropy_loss.CrossEntropyLoss",
        configured(
            {"reduction": REDUCTION, "label_smoothing": st.sampled_from([0.0, 0.1, 1.0])}, SCORES
        ),
        (Regime(), Regime("large", {"x": values.large}), EXCLUDED),
        LABELS,
        # PyTorch adds a second gradient, of the smoothed part, over all classes.
        twin_roundings=lambda names: names["c"] if names.get("label_smoothing") else 0,
    ),
    Pair(
        "losses.multiclass_hinge_loss.MulticlassHingeLoss",
        # Of an empty batch PyTorch 2.13's mean and sum are uninitialised memory.
        configured(
            {"margin": st.sampled_from([1.0, 0.5, 2.0]), "reduction": REDUCTION},
            SCORES | {"n": st.integers(1, 5)},
        ),
        (
            Regime(),
            Regime("ties", {"x": values.tied}, smooth=False),
            Regime("neighbours", {"x": near_margin}, smooth=False),
        ),
        LABELS,
        # PyTorch divides each hinge by the number of classes and the twin multiplies the sums back.
        twin_roundings=lambda names: names["c"] + 2,
    ),
    Pair("losses.mse_loss.MSELoss", configured({"reduction": REDUCTION}, {"shape": shapes()})),
)
