"""Twin of ``reference/optimizers/sgd.py``."""

import torch


class SGD(torch.optim.SGD):
    """PyTorch's SGD, unchanged: lr, momentum, dampening, weight_decay, nesterov, maximize."""
