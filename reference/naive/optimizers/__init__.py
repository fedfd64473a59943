"""Definitions of ``reference/optimizers``."""
