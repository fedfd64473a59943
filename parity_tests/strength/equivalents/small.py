"""Equivalent mutants of activations, losses and dropout."""

from parity_tests.strength.equivalent import equivalent

NOTHING = "return (np.empty_like(x), Saved(x))"

EQUIVALENT = (
    *equivalent(
        "activations.leaky_relu",
        "LeakyReLU.forward",
        "at x = 0 both branches are 0",
        ("x > 0", "x >= 0"),
    ),
    *equivalent(
        "activations.relu",
        "ReLU.backward",
        "the same numbers, only slower",
        ("np.isfinite(dy).all()", "False"),
    ),
    *equivalent(
        "activations.sigmoid",
        "Sigmoid.forward",
        "at x = 0 both branches are 1: e is exp(0)",
        ("x >= 0", "x > 0"),
    ),
    *(
        entry
        for operation in ("Softmax", "LogSoftmax")
        for entry in equivalent(
            "activations.softmax" if operation == "Softmax" else "activations.log_softmax",
            f"{operation}.forward",
            "of an array without elements no element can differ",
            (NOTHING, "return (-np.empty_like(x), Saved(x))"),
            (NOTHING, "return (np.empty_like(x) * 0, Saved(x))"),
            (NOTHING, "return (np.empty_like(x) * 1.000000000001, Saved(x))"),
        )
    ),
    *equivalent(
        "losses.cross_entropy_loss",
        "CrossEntropyLoss.forward",
        "only the order of a sum changes, and its bound holds for any order",
        ("np.exp(shifted).T.copy()", "np.exp(shifted).T"),
    ),
    *equivalent(
        "losses.cross_entropy_loss",
        "CrossEntropyLoss._divisor",
        "0 / 0 is nan as 0 / nan is; that it also warns is no number",
        ("n or math.nan", "n"),
    ),
    *equivalent(
        "losses.multiclass_hinge_loss",
        "MulticlassHingeLoss._divisor",
        "0 / 0 is nan as 0 / nan is; that it also warns is no number",
        ("n or math.nan", "n"),
    ),
    *equivalent(
        "losses.mse_loss",
        "MSELoss._divisor",
        "0 / 0 is nan as 0 / nan is; that it also warns is no number",
        ("entries or math.nan", "entries"),
    ),
    *equivalent(
        "losses.multiclass_hinge_loss",
        "MulticlassHingeLoss.forward",
        "loss holds the sums of the rows of hinges: both add up all hinges",
        ("loss.sum()", "hinges.sum()"),
    ),
    *equivalent(
        "layers.dropout",
        "Dropout.scale",
        "with p = 1 the mask keeps nothing, and 0 times any number is 0",
        *(
            (
                "1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0",
                f"1.0 / (1.0 - self.p) if self.p < 1.0 else {other}",
            )
            for other in (0.001, 1.0)
        ),
    ),
    *equivalent(
        "layers.dropout",
        "Dropout.draw_mask",
        "a uniform number is exactly p once in 2^53 draws; rng.random gives 53 bits",
        ("rng.random(shape) >= self.p", "rng.random(shape) > self.p"),
    ),
)
