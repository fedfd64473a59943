"""Definitions of ``reference/activations``."""
