"""Twin of ``reference/optimizers/adamw.py``."""

import torch


class AdamW(torch.optim.AdamW):
    """PyTorch's AdamW, unchanged: lr, betas, eps, weight_decay, amsgrad, maximize."""
