"""The two trials that the course makes before any long training."""

import math
from dataclasses import replace

from parity_tests.training.history import History
from parity_tests.training.lock_step import Data, LockStep
from parity_tests.training.settings import TrainSettings

OVERFITTING = TrainSettings(net="three_layer_conv_net", num_train=100, epochs=15, weight_scale=1e-2)
"""A network with more parameters than pixels must learn 100 images by heart."""


def first_losses(settings: TrainSettings, data: Data) -> dict[str, float]:
    """For each side the loss of a new network without L2, divided by that of a blind guess.

    Scores of almost 0 give every one of c classes the probability 1/c, and the loss log c: the
    quotient is 1 within 1 %.
    """
    training = LockStep(replace(settings, reg=0.0, control=False), data)
    step = training.take_step(training.order()[0])
    losses = {"reference": step.loss_reference, "torch": step.loss_torch}
    guess = math.log(training.network.num_classes)
    return {side: loss / guess for side, loss in losses.items() if loss is not None}


def overfit(data: Data, settings: TrainSettings = OVERFITTING) -> History:
    """Training on few images: the last epoch's training accuracy is 95 % or more."""
    history = History()
    for record in LockStep(settings, data).run():
        history.add(record)
    return history
