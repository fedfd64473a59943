"""PyTorch twins of ``reference.activations``."""
