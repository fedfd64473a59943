"""Twin of ``reference/networks/two_conv_net.py``."""

from torch_impl.activations.relu import ReLU
from torch_impl.layers.conv2d import Conv2d
from torch_impl.layers.linear import Linear
from torch_impl.networks.chain import Chain


class TwoConvNet(Chain):
    """5x5 conv, ReLU, 3x3 conv, ReLU, affine."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        channel_1: int = 32,
        channel_2: int = 16,
        num_classes: int = 10,
        *,
        training: bool = True,
    ) -> None:
        c, h, w = input_dim
        layers = {
            "conv1": Conv2d(c, channel_1, 5, 5, padding=(2, 2)),
            "relu1": ReLU(),
            "conv2": Conv2d(channel_1, channel_2, 3, 3, padding=(1, 1)),
            "relu2": ReLU(),
            "linear3": Linear(channel_2 * h * w, num_classes),
        }
        super().__init__(layers, training)
