"""Definitions of ``reference/losses``."""
