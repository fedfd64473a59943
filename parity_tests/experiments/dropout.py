"""A network that forgets three quarters of its hidden units at each step, against one that does not.

Source: CS231n, assignment 2, ``Dropout.ipynb``, "Regularization Experiment": two layers with 500 hidden units on
500 images, 25 epochs of Adam at 5e-4.
"""

from dataclasses import replace

from parity_tests.experiments.outcome import Outcome
from parity_tests.experiments.trained import Accuracy, Trained, accuracy_chart, train
from parity_tests.training import TrainSettings
from reference.datasets import Dataset

WIDE = TrainSettings(
    net="fully_connected",
    net_options={"hidden_dims": (500,)},
    optimizer_options={"lr": 5e-4},
    num_train=500,
    batch_size=100,
    epochs=25,
    weight_scale=1e-2,
)
SHORT = replace(WIDE, net_options={"hidden_dims": (100,)}, epochs=15)
DROPPED = 0.75
"""The course writes it as a quarter to keep."""
GAP, VALIDATION = "training less validation accuracy, mean", "best validation accuracy"
SMALLER = 0.03
"""By how much dropout must narrow the gap between the two accuracies, on the mean of all epochs."""
LOWER = 0.05
"""What it may cost in validation."""


def run(data: Dataset, settings: TrainSettings = SHORT, dropout: float = DROPPED) -> Outcome:
    """Both networks from the same weights, with the same batches."""
    without, with_dropout = (trained_with(share, settings, data) for share in (0.0, dropout))
    narrowed = without.gap().less(with_dropout.gap())
    best = without.best("val_accuracy"), with_dropout.best("val_accuracy")
    rows = (
        without.row(GAP, without.gap()),
        with_dropout.row(
            GAP,
            with_dropout.gap(),
            f"smaller by {SMALLER:g}",
            narrowed.both(lambda less: less >= SMALLER),
        ),
        without.row(VALIDATION, best[0]),
        with_dropout.row(
            VALIDATION,
            best[1],
            f"not lower by more than {LOWER:g}",
            best[0].less(best[1]).both(lambda cost: cost <= LOWER),
        ),
    )
    accuracies: tuple[Accuracy, ...] = ("train_accuracy", "val_accuracy")
    charts = tuple(accuracy_chart((without, with_dropout), each, data.name) for each in accuracies)
    return Outcome("dropout", data.name, rows, charts)


def trained_with(dropout: float, settings: TrainSettings, data: Dataset) -> Trained:
    """The network with so large a share of its hidden units dropped."""
    options = {**settings.net_options, "dropout": dropout}
    title = f"dropout {dropout:g}" if dropout else "no dropout"
    return train(title, replace(settings, net_options=options), data)
