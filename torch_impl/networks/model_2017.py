"""Twin of ``reference/networks/model_2017.py``."""

from torch_impl.activations.relu import ReLU
from torch_impl.layers.batch_norm import BatchNorm2d
from torch_impl.layers.conv2d import Conv2d
from torch_impl.layers.linear import Linear
from torch_impl.layers.max_pool2d import MaxPool2d
from torch_impl.networks.chain import Chain


class Model2017(Chain):
    """Conv, ReLU, batch norm, 2x2 max pool, affine, ReLU, affine."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 1024,
        num_classes: int = 10,
        *,
        training: bool = True,
    ) -> None:
        c, h, w = input_dim
        h, w = (h - filter_size + 1) // 2, (w - filter_size + 1) // 2
        layers = {
            "conv1": Conv2d(c, num_filters, filter_size, filter_size),
            "relu1": ReLU(),
            "bn1": BatchNorm2d(num_filters),
            "pool1": MaxPool2d((2, 2), stride=(2, 2)),
            "linear2": Linear(num_filters * h * w, hidden_dim),
            "relu2": ReLU(),
            "linear3": Linear(hidden_dim, num_classes),
        }
        super().__init__(layers, training)
