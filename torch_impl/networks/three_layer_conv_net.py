"""Twin of ``reference/networks/three_layer_conv_net.py``."""

from torch_impl.activations.relu import ReLU
from torch_impl.layers.conv2d import Conv2d
from torch_impl.layers.linear import Linear
from torch_impl.layers.max_pool2d import MaxPool2d
from torch_impl.networks.chain import Chain


class ThreeLayerConvNet(Chain):
    """Conv, ReLU, 2x2 max pool, affine, ReLU, affine."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        *,
        training: bool = True,
    ) -> None:
        (c, h, w), k, padding = input_dim, filter_size, (filter_size - 1) // 2
        d_pooled = num_filters * (h // 2) * (w // 2)
        layers = {
            "conv1": Conv2d(c, num_filters, k, k, padding=(padding, padding)),
            "relu1": ReLU(),
            "pool1": MaxPool2d((2, 2), stride=(2, 2)),
            "linear2": Linear(d_pooled, hidden_dim),
            "relu2": ReLU(),
            "linear3": Linear(hidden_dim, num_classes),
        }
        super().__init__(layers, training)
