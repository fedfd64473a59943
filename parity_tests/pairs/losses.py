"""Pairs of ``reference/losses``."""

from hypothesis import strategies as st

from parity_tests.harness import values
from parity_tests.harness.pair import Pair, Regime, configured, shapes

REDUCTION = st.sampled_from(["mean", "sum", "none"])
SCORES = {"n": st.integers(0, 5), "c": st.integers(1, 6)}
LABELS = {"target": values.below("c")}

PAIRS = (
    Pair(
        "losses.cross_entropy_loss.CrossEntropyLoss",
        configured(
            {"reduction": REDUCTION, "label_smoothing": st.sampled_from([0.0, 0.1, 1.0])}, SCORES
        ),
        (Regime(), Regime("large", {"x": values.large})),
        LABELS,
    ),
    Pair(
        "losses.multiclass_hinge_loss.MulticlassHingeLoss",
        # Of an empty batch PyTorch 2.13's mean and sum are uninitialised memory.
        configured(
            {"margin": st.sampled_from([1.0, 0.5, 2.0]), "reduction": REDUCTION},
            SCORES | {"n": st.integers(1, 5)},
        ),
        (Regime(), Regime("ties", {"x": values.tied}, smooth=False)),
        LABELS,
        # PyTorch divides each hinge by the number of classes and the twin multiplies the sums back.
        twin_roundings=lambda names: names["c"] + 2,
    ),
    Pair("losses.mse_loss.MSELoss", configured({"reduction": REDUCTION}, {"shape": shapes()})),
)
