"""Every experiment by its name: short for a report, or as the course has it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from parity_tests.experiments import (
    batch_size,
    conv_net,
    dropout,
    gradients,
    hand_made_filters,
    initial_loss,
    optimizers,
    overfitting,
    weight_scale,
)
from parity_tests.experiments.outcome import Outcome
from parity_tests.training import recipe
from reference.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment of the course.

    Args:
        title: for a heading.
        about: what is done, in a sentence or two.
        short: in some seconds, with the same expectations.
        full: with the course's own sizes.
    """

    title: str
    about: str
    short: Callable[[Dataset], Outcome]
    full: Callable[[Dataset], Outcome]


EXPERIMENTS: dict[str, Experiment] = {
    "initial-loss": Experiment(
        "The loss before training",
        "A network that knows nothing must guess, and L2 adds just what its formula says.",
        initial_loss.run,
        initial_loss.run,
    ),
    "gradients": Experiment(
        "Gradient check of every parameter",
        "NumPy's gradients and PyTorch's, against the slope of the loss by each entry of each parameter. An error is "
        "told relative to the largest slope of its parameter.",
        gradients.run,
        gradients.run,
    ),
    "overfitting": Experiment(
        "Few images, learnt by heart",
        "A network that is large enough must know fifty or a hundred images after some epochs.",
        overfitting.run,
        overfitting.run,
    ),
    "optimizers": Experiment(
        "SGD, momentum, RMSProp and Adam",
        "One network with five hidden layers of 100, from the same weights, with the same batches.",
        optimizers.run,
        partial(optimizers.run, settings=optimizers.DEEP),
    ),
    "weight-scale": Experiment(
        "Batch norm against the scale of the first weights",
        "A network of eight layers with first weights from far too small to far too large.",
        weight_scale.run,
        partial(
            weight_scale.run, settings=weight_scale.EIGHT_LAYERS, scales=weight_scale.TWENTY_SCALES
        ),
    ),
    "batch-norm-batch-size": Experiment(
        "Batch norm against the size of a batch",
        "Batch norm's statistics come from the batch: of five images they are mostly noise, in which rounding can grow "
        "until the two sides part.",
        batch_size.with_batch_norm,
        partial(batch_size.with_batch_norm, settings=batch_size.SIX_LAYERS),
    ),
    "layer-norm-batch-size": Experiment(
        "Layer norm against the size of a batch",
        "Layer norm's statistics come from one image: small batches harm it less.",
        batch_size.with_layer_norm,
        partial(batch_size.with_layer_norm, settings=batch_size.SIX_LAYERS),
    ),
    "dropout": Experiment(
        "Dropout against none",
        "Two layers on 500 images; three quarters of the hidden units are dropped at each step, or none.",
        dropout.run,
        partial(dropout.run, settings=dropout.WIDE),
    ),
    "conv-net": Experiment(
        "The ConvNet, and what its first layer has learnt",
        "Convolution, pooling and two affine layers, trained for an epoch or as many steps as a report has time for.",
        conv_net.run,
        partial(conv_net.run, settings=recipe(conv_net.NET)),
    ),
    "hand-made-filters": Experiment(
        "Images through filters made by hand",
        "A convolution whose result can be written down: grey, and horizontal edges of the blue channel.",
        hand_made_filters.run,
        hand_made_filters.run,
    ),
}
"""In the order in which the course comes to them."""
