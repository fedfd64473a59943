"""Known ways to be wrong in assignment 2: the course's own, and the zoo's faults in the course's conventions."""

from typing import Any

from parity_tests.homework.courses.cs231n.mistakes import (
    convolution_windows,
    hinge,
    pooling_windows,
    softmax,
    zoo,
)
from parity_tests.homework.courses.cs231n.mistakes.adam import ADAM
from parity_tests.homework.courses.cs231n.mistakes.affine import AFFINE, RELU
from parity_tests.homework.courses.cs231n.mistakes.batch_normalization import (
    BATCH_NORM,
    SPATIAL_BATCH_NORM,
)
from parity_tests.homework.courses.cs231n.mistakes.convolution import CONVOLUTION
from parity_tests.homework.courses.cs231n.mistakes.default_eps import of_default_eps
from parity_tests.homework.courses.cs231n.mistakes.group_normalization import GROUP_NORM, LAYER_NORM
from parity_tests.homework.courses.cs231n.mistakes.losses import SOFTMAX, SVM
from parity_tests.homework.courses.cs231n.mistakes.pooling import POOLING
from parity_tests.homework.courses.cs231n.mistakes.update_rules import RMSPROP, SGD, SGD_MOMENTUM
from parity_tests.homework.task import Mistake

OWN: dict[str, tuple[Mistake, ...]] = {
    "Affine": AFFINE,
    "ReLU": RELU,
    "SoftmaxLoss": SOFTMAX + softmax.FORMULAS,
    "SVMLoss": SVM + hinge.FORMULAS,
    "BatchNorm": BATCH_NORM,
    "SpatialBatchNorm": SPATIAL_BATCH_NORM,
    "LayerNorm": LAYER_NORM,
    "SpatialGroupNorm": GROUP_NORM,
    "Conv": CONVOLUTION + convolution_windows.WINDOWS,
    "MaxPool": POOLING + pooling_windows.WINDOWS,
    "SGD": SGD,
    "SGDMomentum": SGD_MOMENTUM,
    "RMSProp": RMSPROP,
    "Adam": ADAM,
}


def of(truth: Any) -> tuple[Mistake, ...]:
    """The mistakes that are known for a truth.

    >>> from parity_tests.homework.courses.cs231n.layers import MaxPool
    >>> of(MaxPool)[0].name
    'assigns where it should accumulate'
    """
    return (*OWN.get(truth.__name__, ()), *zoo.of(truth), *of_default_eps(truth))
