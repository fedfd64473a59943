"""PyTorch twins of ``reference.layers``."""
