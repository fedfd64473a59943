"""Twin of ``reference/optimizers/adagrad.py``."""

import torch


class Adagrad(torch.optim.Adagrad):
    """PyTorch's Adagrad, unchanged.

    lr, lr_decay, weight_decay, initial_accumulator_value, eps, maximize.
    """
