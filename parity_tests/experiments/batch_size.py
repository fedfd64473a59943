"""Batch norm and layer norm against the size of a batch.

Batch norm's statistics come from the batch, and those of few images are noise; layer norm's come from
one image. Source: CS231n, assignment 2, ``BatchNormalization.ipynb``, "Batch normalization and batch size"
and "Layer Normalization and batch size": six layers on 1,000 images, ten epochs of Adam at 10^-3.5, beside a
network without any normalization at the smallest batches.
"""

from dataclasses import replace

from parity_tests.experiments.normalization import NAMES, Normalization, normalized
from parity_tests.experiments.outcome import Outcome, Row, Sides
from parity_tests.experiments.trained import Accuracy, Trained, accuracy_chart, train
from parity_tests.training import TrainSettings
from reference.datasets import Dataset

SIX_LAYERS = TrainSettings(
    net="fully_connected",
    net_options={"hidden_dims": (100,) * 5},
    optimizer_options={"lr": 10**-3.5},
    num_train=1000,
    epochs=10,
    weight_scale=2e-2,
)
SHORT = replace(SIX_LAYERS, num_train=400, epochs=5)
SIZES = (5, 10, 50)
BETTER = 0.1
"""By how much one training accuracy must be higher than another, to be called better."""
LOWER = 0.2
"""By how much one loss must be lower."""


def with_batch_norm(
    data: Dataset, settings: TrainSettings = SHORT, sizes: tuple[int, ...] = SIZES
) -> Outcome:
    """Small batches do it harm: larger ones are ahead of the smallest."""
    none = trained_with(None, sizes[0], settings, data)
    smallest, *larger = trained = at_every_size("batch", settings, sizes, data)
    expected = f"higher than with batches of {sizes[0]} by {BETTER:g}"
    leads = (difference(each, smallest) for each in larger)
    rows = (
        known(none),
        known(smallest),
        *(
            known(each, expected, lead.both(lambda more: more >= BETTER))
            for each, lead in zip(larger, leads, strict=True)
        ),
    )
    return outcome("batch-norm-batch-size", rows, (none, *trained), data.name)


def with_layer_norm(
    data: Dataset, settings: TrainSettings = SHORT, sizes: tuple[int, ...] = SIZES
) -> Outcome:
    """At the smallest batches it does better than batch norm."""
    batch = trained_with("batch", sizes[0], settings, data)
    smallest, *others = trained = at_every_size("layer", settings, sizes, data)
    lead = batch.loss().less(smallest.loss())
    quantity = f"mean loss of epoch {settings.epochs}"
    rows = (
        batch.row(quantity, batch.loss()),
        smallest.row(
            quantity,
            smallest.loss(),
            f"lower than with batch norm by {LOWER:g}",
            lead.both(lambda less: less >= LOWER),
        ),
        *(each.row(quantity, each.loss()) for each in others),
    )
    return outcome("layer-norm-batch-size", rows, (batch, *trained), data.name)


def at_every_size(
    normalization: Normalization, settings: TrainSettings, sizes: tuple[int, ...], data: Dataset
) -> list[Trained]:
    """One network with batches of every size."""
    return [trained_with(normalization, size, settings, data) for size in sizes]


def trained_with(
    normalization: Normalization, batch_size: int, settings: TrainSettings, data: Dataset
) -> Trained:
    """One network with batches of one size."""
    chosen = replace(normalized(settings, normalization), batch_size=batch_size)
    return train(f"{NAMES[normalization]}, batches of {batch_size}", chosen, data)


def known(trained: Trained, expected: str = "", reached: bool = True) -> Row:
    """How well a network knows its images at the end."""
    return trained.row("training accuracy", trained.last("train_accuracy"), expected, reached)


def difference(one: Trained, other: Trained) -> Sides:
    """By how much one knows its images better than another."""
    return one.last("train_accuracy").less(other.last("train_accuracy"))


def outcome(name: str, rows: tuple[Row, ...], trained: tuple[Trained, ...], data: str) -> Outcome:
    """The rows, and both accuracies over the epochs."""
    accuracies: tuple[Accuracy, ...] = ("train_accuracy", "val_accuracy")
    charts = tuple(accuracy_chart(trained, each, data) for each in accuracies)
    return Outcome(name, data, rows, charts)
