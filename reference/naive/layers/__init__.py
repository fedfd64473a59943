"""Definitions of ``reference/layers``."""
