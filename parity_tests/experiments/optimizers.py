"""SGD, momentum, RMSProp and Adam on the same deep network, with the same weights and batches.

Source: CS231n, assignment 2, ``FullyConnectedNets.ipynb``, "SGD+Momentum" and "RMSProp and Adam": five
hidden layers of 100 on 4,000 images, five epochs, with these learning rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from parity_tests.experiments.outcome import Outcome, Row
from parity_tests.experiments.trained import Accuracy, Trained, accuracy_chart, train
from parity_tests.training import TrainSettings
from reference.datasets import Dataset

DEEP = TrainSettings(
    net="fully_connected",
    net_options={"hidden_dims": (100,) * 5},
    num_train=4000,
    epochs=5,
    batch_size=100,
    weight_scale=5e-2,
)
SHORT = replace(DEEP, num_train=2000, epochs=4)
AHEAD = 0.1
"""By how much the mean loss of the last epoch must be lower than SGD's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An update rule with its options, and how it is told."""

    title: str
    optimizer: str
    options: Mapping[str, Any] = field(default_factory=dict)


SGD = Rule("SGD, lr 5e-3", "sgd", {"lr": 5e-3})
OTHERS = (
    Rule("momentum 0.9, lr 5e-3", "sgd", {"lr": 5e-3, "momentum": 0.9}),
    Rule("RMSProp, lr 1e-4", "rmsprop", {"lr": 1e-4}),
    Rule("Adam, lr 1e-3", "adam", {"lr": 1e-3}),
)


def run(
    data: Dataset, settings: TrainSettings = SHORT, others: tuple[Rule, ...] = OTHERS
) -> Outcome:
    """Each rule on its own; the others have to be ahead of SGD."""
    sgd, *ahead = (trained_by(rule, settings, data) for rule in (SGD, *others))
    after = f"mean loss of epoch {settings.epochs}"
    rows = (sgd.row(after, sgd.loss()), *(against(sgd, other, after) for other in ahead))
    accuracies: tuple[Accuracy, ...] = ("train_accuracy", "val_accuracy")
    charts = tuple(accuracy_chart((sgd, *ahead), each, data.name) for each in accuracies)
    return Outcome("optimizers", data.name, rows, charts)


def trained_by(rule: Rule, settings: TrainSettings, data: Dataset) -> Trained:
    """The network trained by a rule."""
    chosen = replace(settings, optimizer=rule.optimizer, optimizer_options=rule.options)
    return train(rule.title, chosen, data)


def against(sgd: Trained, other: Trained, quantity: str) -> Row:
    """Whether a rule is ahead of SGD."""
    lead = sgd.loss().less(other.loss())
    reached = lead.both(lambda ahead: ahead >= AHEAD)
    return other.row(quantity, other.loss(), f"lower than SGD's by {AHEAD:g}", reached)
