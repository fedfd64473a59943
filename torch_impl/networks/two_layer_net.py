"""Twin of ``reference/networks/two_layer_net.py``."""

from torch_impl.activations.relu import ReLU
from torch_impl.layers.linear import Linear
from torch_impl.networks.chain import Chain


class TwoLayerNet(Chain):
    """Affine, ReLU, affine."""

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        *,
        training: bool = True,
    ) -> None:
        layers = {
            "linear1": Linear(input_dim, hidden_dim),
            "relu1": ReLU(),
            "linear2": Linear(hidden_dim, num_classes),
        }
        super().__init__(layers, training)
