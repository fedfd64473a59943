"""Wrong three-layer convolutional nets."""

from typing import Any

import numpy as np

from reference.layers.avg_pool2d import AvgPool2d
from reference.networks.chain import Link
from reference.networks.three_layer_conv_net import ThreeLayerConvNet


class _ChannelsLast:
    """Moves the channels behind height and width."""

    def forward(self, x: Any) -> Any:
        return x.transpose(0, 2, 3, 1), None

    def backward(self, saved: Any, dy: Any) -> Any:
        return dy.transpose(0, 3, 1, 2)


class ConvNetFlattensChannelsLast(ThreeLayerConvNet):
    """Weights of an (h, w, c) framework's order: right for one channel or one pixel."""

    def links(self) -> tuple[Link, ...]:
        conv, relu, pool, *rest = super().links()
        return conv, relu, pool, Link("channels_last", _ChannelsLast()), *rest


class ConvNetReadsImagesAsWidthByHeight(ThreeLayerConvNet):
    def forward(self, x: Any, arrays: Any) -> Any:
        return super().forward(x.swapaxes(2, 3), arrays)

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        return dx.swapaxes(2, 3), gradients


class ConvNetAverages(ThreeLayerConvNet):
    """Average pooling where the maximum is asked for."""

    def links(self) -> tuple[Link, ...]:
        conv, relu, pool, *rest = super().links()
        return conv, relu, pool._replace(operation=AvgPool2d((2, 2), (2, 2))), *rest


class ConvNetForgetsTheSecondReLU(ThreeLayerConvNet):
    def links(self) -> tuple[Link, ...]:
        return tuple(link for link in super().links() if link.name != "relu2")


class ConvNetStopsAtItsInput(ThreeLayerConvNet):
    """Nobody trains the images, so their gradient is left at zero."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        return np.zeros_like(dx), gradients


class ConvNetAddsTheConvolutionTwice(ThreeLayerConvNet):
    """``+=`` onto a gradient that is already there."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        return dx, gradients | {"conv1.weight": 2 * gradients["conv1.weight"]}


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.three_layer_conv_net": (
        ConvNetFlattensChannelsLast,
        ConvNetReadsImagesAsWidthByHeight,
        ConvNetAverages,
        ConvNetForgetsTheSecondReLU,
        ConvNetStopsAtItsInput,
        ConvNetAddsTheConvolutionTwice,
    ),
}
