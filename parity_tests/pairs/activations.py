"""Pairs of ``reference/activations``."""

from hypothesis import strategies as st

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Pair, Regime, configured, shapes

KINK = (
    Regime("ordinary", {"x": values.off_zero}),
    Regime("ties", {"x": values.tied}, smooth=False),
)
SATURATED = (Regime(), Regime("large", {"x": values.large}))


@st.composite
def along_an_axis(draw: st.DrawFn) -> Configuration:
    """An axis counted from either end; it must not be empty."""
    shape = draw(shapes(1, 4))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    if shape[dim] == 0:
        shape = tuple(size or 1 for size in shape)
    return {"dim": dim}, {"shape": shape}


PAIRS = (
    Pair("activations.relu.ReLU", regimes=KINK),
    Pair(
        "activations.leaky_relu.LeakyReLU",
        configured({"negative_slope": st.sampled_from([0.01, 0.2, 1.5, 0.0])}, {"shape": shapes()}),
        regimes=KINK,
    ),
    Pair("activations.sigmoid.Sigmoid", regimes=SATURATED),
    Pair("activations.tanh.Tanh", regimes=SATURATED),
    Pair("activations.softmax.Softmax", along_an_axis(), SATURATED),
    Pair("activations.log_softmax.LogSoftmax", along_an_axis(), SATURATED),
)
