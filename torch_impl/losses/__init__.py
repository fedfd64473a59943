"""PyTorch twins of ``reference.losses``."""
