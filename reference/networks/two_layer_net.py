"""Affine, ReLU, affine; twin: ``torch_impl/networks/two_layer_net.py``."""

from dataclasses import dataclass

from reference.networks.chain import Chain, Link
from reference.networks.links import affine, relu


@dataclass(frozen=True, slots=True)
class TwoLayerNet(Chain):
    """scores = W2 max(0, W1 x + b1) + b2.

    Links are numbered as the course numbers its arrays: W1 is ``linear1.weight``, transposed.
    Source: CS231n, assignment 1, ``TwoLayerNet``.

    >>> TwoLayerNet(input_dim=4, hidden_dim=3, num_classes=2).decayed
    ['linear1.weight', 'linear2.weight']
    """

    input_dim: int = 3 * 32 * 32
    hidden_dim: int = 100
    num_classes: int = 10

    def links(self) -> tuple[Link, ...]:
        return (
            affine("linear1", self.input_dim, self.hidden_dim),
            relu("relu1"),
            affine("linear2", self.hidden_dim, self.num_classes),
        )
