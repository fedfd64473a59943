"""The PyTorch notebook's network in the notebook's three forms, which compute the same bits.

Part II writes it with functions on tensors (``barebones``), part III as a module (``TwoConvNet``), part IV with
``nn.Sequential`` (``sequential``). Parameters have the same names in all of them.
Source: CS231n, assignment 2, ``PyTorch.ipynb``, parts II to IV.
"""

from collections import OrderedDict
from collections.abc import Mapping

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


def barebones(
    x: Float[Tensor, "n 3 h w"], parameters: Mapping[str, Tensor]
) -> Float[Tensor, "n classes"]:
    """Scores, from ``conv1``, ``conv2`` and ``linear3``'s weights and biases.

    >>> import torch
    >>> shapes = {"conv1": (2, 3, 5, 5), "conv2": (4, 2, 3, 3), "linear3": (10, 4 * 8 * 8)}
    >>> parameters = {f"{name}.weight": torch.zeros(shape) for name, shape in shapes.items()}
    >>> parameters |= {f"{name}.bias": torch.ones(shape[0]) for name, shape in shapes.items()}
    >>> barebones(torch.zeros(6, 3, 8, 8), parameters).shape
    torch.Size([6, 10])
    """
    y = F.relu(F.conv2d(x, parameters["conv1.weight"], parameters["conv1.bias"], padding=2))
    y = F.relu(F.conv2d(y, parameters["conv2.weight"], parameters["conv2.bias"], padding=1))
    return F.linear(
        y.flatten(start_dim=1), parameters["linear3.weight"], parameters["linear3.bias"]
    )


def sequential(
    input_dim: tuple[int, int, int] = (3, 32, 32),
    channel_1: int = 32,
    channel_2: int = 16,
    num_classes: int = 10,
) -> nn.Sequential:
    """The layers in a row, under ``TwoConvNet``'s names."""
    c, h, w = input_dim
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(c, channel_1, 5, padding=2),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(channel_1, channel_2, 3, padding=1),
            relu2=nn.ReLU(),
            flatten=nn.Flatten(),
            linear3=nn.Linear(channel_2 * h * w, num_classes),
        )
    )
