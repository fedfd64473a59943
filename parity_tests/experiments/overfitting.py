"""A network with more parameters than pixels must learn a few images by heart.

Source: CS231n, assignment 2, ``FullyConnectedNets.ipynb`` (50 images, a net of three layers and one of
five, whose learning rate and weight scale are left to the student) and ``ConvolutionalNetworks.ipynb``,
"Overfit small data" (100 images).
"""

from dataclasses import dataclass, replace

from parity_tests.experiments.outcome import Outcome, Row
from parity_tests.experiments.trained import Trained, accuracy_chart, train, with_few_to_validate
from parity_tests.training import TrainSettings
from reference.datasets import Dataset

VALIDATED = 100
"""Who learns by heart need not be examined on a thousand other images after each epoch."""
BEHIND = 0.2
"""What is learnt by heart is of little use for other images."""


@dataclass(frozen=True, slots=True)
class Few:
    """A training on few images, and the share of them that must be known at its end."""

    title: str
    settings: TrainSettings
    share: float


FIFTY = TrainSettings(
    net="fully_connected",
    num_train=50,
    batch_size=25,
    epochs=20,
    optimizer="sgd",
)
THREE_LAYERS = Few(
    "three layers, 50 images",
    replace(
        FIFTY,
        net_options={"hidden_dims": (100, 100)},
        weight_scale=1e-2,
        optimizer_options={"lr": 1e-2},
    ),
    1.0,
)
FIVE_LAYERS = Few(
    "five layers, 50 images",
    replace(
        FIFTY,
        net_options={"hidden_dims": (100, 100, 100, 100)},
        weight_scale=5e-2,
        optimizer_options={"lr": 1e-2},
    ),
    1.0,
)
CONV_NET = Few(
    "ConvNet, 100 images",
    TrainSettings(num_train=100, epochs=15, weight_scale=1e-2),
    0.95,
)
SINGLE = Few(
    f"{CONV_NET.title}, float32",
    replace(CONV_NET.settings, dtype="float32"),
    CONV_NET.share,
)
ALL = (THREE_LAYERS, FIVE_LAYERS, CONV_NET, SINGLE)


def run(data: Dataset, few: tuple[Few, ...] = ALL) -> Outcome:
    """Every network, each with its accuracy and how far validation is behind."""
    little = with_few_to_validate(data, VALIDATED)
    done = [(each, train(each.title, each.settings, little)) for each in few]
    rows = [row for each, trained in done for row in rows_of(each, trained)]
    double = [trained for each, trained in done if each.settings.dtype == "float64"]
    chart = accuracy_chart(double, "train_accuracy", data.name)
    return Outcome("overfitting", data.name, tuple(rows), (chart,))


def rows_of(few: Few, trained: Trained) -> tuple[Row, Row]:
    """What is known of the images, and of others."""
    known = trained.last("train_accuracy")
    gap = known.less(trained.last("val_accuracy"))
    return (
        trained.row(
            f"training accuracy, {few.settings.epochs} epochs",
            known,
            f"at least {few.share:.0%}",
            known.both(lambda share: share >= few.share),
        ),
        trained.row(
            "the same less validation accuracy",
            gap,
            f"at least {BEHIND:.0%}",
            gap.both(lambda behind: behind >= BEHIND),
        ),
    )
