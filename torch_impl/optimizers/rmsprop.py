"""Twin of ``reference/optimizers/rmsprop.py``."""

import torch


class RMSprop(torch.optim.RMSprop):
    """PyTorch's RMSprop, unchanged: lr, alpha, eps, weight_decay, momentum, centered, maximize."""
