"""One epoch of the ConvNet, and the filters that its first layer has learnt.

Source: CS231n, assignment 2, ``ConvolutionalNetworks.ipynb``, "Train the net" (32 filters of 7x7, 500 hidden
units, more than 40 % of the training images after one epoch) and "Visualize Filters".
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from parity_tests.experiments.filter_grid import filter_grid
from parity_tests.experiments.outcome import Outcome, Picture, Row, Sides, Tile
from parity_tests.experiments.trained import Trained, train
from parity_tests.training import TrainSettings, recipe
from parity_tests.training.yardstick import apart
from reference.datasets import Dataset

NET = "three_layer_conv_net"
SMALL = {"num_filters": 16, "filter_size": 5, "hidden_dim": 100}
SHORT = replace(recipe(NET), net_options=SMALL, epochs=3, num_train=5000)
"""Three hundred steps: long enough to see float32 part by rounding, short enough for a report."""
LEAST_ACCURACY = 0.4
FILTERS = "conv1.weight"
LEAST_CORRELATION = 0.5
"""Between neighbouring weights of a filter: of first weights, which are drawn one by one, it is 0."""


def run(data: Dataset, settings: TrainSettings = SHORT) -> Outcome:
    """The training and what it has to show."""
    return judge(train(NET, settings, data), data.name)


def judge(trained: Trained, data: str) -> Outcome:
    """Accuracy and filters of a ConvNet after its training."""
    epochs, steps = trained.settings.epochs, len(trained.history.steps)
    known = trained.last("train_accuracy")
    learnt = replace(
        trained.row(
            f"training accuracy, {steps} steps",
            known,
            f"more than {LEAST_ACCURACY:.0%}",
            known.both(lambda share: share > LEAST_ACCURACY),
        ),
        setting=f"{epochs} epoch" if epochs == 1 else f"{epochs} epochs",
    )
    return Outcome("conv-net", data, (learnt, smooth(trained)), (), (picture(trained, data),))


def smooth(trained: Trained) -> Row:
    """Whether the first layer has learnt patterns, where there was noise."""
    reference, torch = (trained.arrays[side][FILTERS] for side in Sides._fields)
    found = Sides(correlation(reference), correlation(torch))
    row = trained.row(
        "correlation of neighbours",
        found,
        f"more than {LEAST_CORRELATION:g}",
        found.both(lambda value: value > LEAST_CORRELATION),
    )
    return replace(row, setting="filters of the first layer", apart=apart(reference, torch))


def correlation(filters: Float[Array, "n c h w"]) -> float:
    """Between each weight and the next one to the right, over all filters.

    >>> correlation(np.array([[[[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]]]))
    0.0
    """
    left, right = filters[..., :-1].ravel(), filters[..., 1:].ravel()
    return float(np.corrcoef(left, right)[0, 1])


def picture(trained: Trained, data: str) -> Picture:
    """Both sides' filters."""
    reference, torch = (trained.arrays[side][FILTERS] for side in Sides._fields)
    caption = (
        f"The first layer's {len(reference)} filters after {len(trained.history.steps)} steps on {data}, each spread "
        f"over 0 to 255. The weights of the two sides differ by {apart(reference, torch):.1e} at most."
    )
    tiles = (Tile("NumPy", filter_grid(reference)), Tile("PyTorch", filter_grid(torch)))
    return Picture("filters", "filters of the first layer", caption, tiles)
