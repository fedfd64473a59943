"""Definitions of ``reference/networks``."""
