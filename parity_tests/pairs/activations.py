"""Pairs of ``reference/activations``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Pair, Regime, configured, shapes


def small(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Numbers of about 2^-40: a difference of numbers near 1 has no digit left for them."""
    return 2.0**-40 * rng.standard_normal(shape)


# An array without axes in one case of five: it is rare, and smaller than any other.
ELEMENTWISE = {"shape": st.one_of(*(shapes() for _ in range(4)), st.just(()))}
LARGE = Regime("large", {"x": values.large})
KINK = (
    Regime("ordinary", {"x": values.off_zero}),
    Regime("ties", {"x": values.tied}, smooth=False),
    Regime("neighbours", {"x": values.tiny}, smooth=False),
    LARGE,
    Regime("not_finite", {"x": values.not_finite, "dy": values.not_finite}, smooth=False),
)
SCALES = (Regime(), LARGE, Regime("small", {"x": small}))


@st.composite
def along_an_axis(draw: st.DrawFn) -> Configuration:
    """An axis counted from either end; it may be the empty one."""
    shape = draw(shapes(1, 4))
    return {"dim": draw(st.integers(-len(shape), len(shape) - 1))}, {"shape": shape}


PAIRS = (
    Pair("activations.relu.ReLU", configured(sizes=ELEMENTWISE), regimes=KINK),
    Pair(
        "activations.leaky_relu.LeakyReLU",
        # Above 1 the larger of x and slope·x is another function; below 0 y has not the sign of x.
        configured({"negative_slope": st.sampled_from([0.01, 0.2, 1.5, 0.0, -0.5])}, ELEMENTWISE),
        regimes=KINK,
    ),
    Pair("activations.sigmoid.Sigmoid", configured(sizes=ELEMENTWISE), regimes=SCALES),
    Pair("activations.tanh.Tanh", configured(sizes=ELEMENTWISE), regimes=SCALES),
    Pair("activations.softmax.Softmax", along_an_axis(), SCALES),
    Pair("activations.log_softmax.LogSoftmax", along_an_axis(), SCALES),
)
