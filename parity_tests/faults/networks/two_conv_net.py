"""Wrong models of the PyTorch notebook's parts II to IV."""

from typing import Any

from reference.networks.chain import Link
from reference.networks.two_conv_net import TwoConvNet


class TwoConvNetWithoutSecondReLU(TwoConvNet):
    def links(self) -> tuple[Link, ...]:
        conv1, relu1, conv2, _, linear = super().links()
        return conv1, relu1, conv2, linear


class TwoConvNetReLUOnScores(TwoConvNet):
    """One ReLU too many, behind the last layer."""

    def links(self) -> tuple[Link, ...]:
        *before, linear = super().links()
        return (*before, linear, Link("relu3", before[1].operation))


class TwoConvNetFirstLayerIsFrozen(TwoConvNet):
    """No gradient for the first filters."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        return dx, gradients | {"conv1.weight": 0 * gradients["conv1.weight"]}


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.two_conv_net": (
        TwoConvNetWithoutSecondReLU,
        TwoConvNetReLUOnScores,
        TwoConvNetFirstLayerIsFrozen,
    ),
}
