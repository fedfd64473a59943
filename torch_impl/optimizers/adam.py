"""Twin of ``reference/optimizers/adam.py``."""

import torch


class Adam(torch.optim.Adam):
    """PyTorch's Adam, unchanged: lr, betas, eps, weight_decay, amsgrad, maximize."""
