"""The PyTorch twin of every operation in ``reference``, at the same path under the same name."""
