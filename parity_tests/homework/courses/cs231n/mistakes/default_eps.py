"""Normalizations with another default for eps: seen where the dictionary holds none."""

from collections.abc import Iterator
from typing import Any

from parity_tests.homework.task import Mistake

RIGHT = 1e-5
USUAL = (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-4, 1e-3)
"""The numbers that people write; 1e-6 is too close to be told in few cases."""
TEXTS = (
    "Call it with a dictionary that holds nothing but the mode. Which eps is at work?",
    "eps is read from the dictionary, and is 1e-5 where that has none, as the handout writes it.",
)


def of_default_eps(truth: Any) -> Iterator[Mistake]:
    """The mistakes of a normalization; of anything else none.

    >>> from parity_tests.homework.courses.cs231n.layers import LayerNorm, ReLU
    >>> next(of_default_eps(LayerNorm)).name
    'its default eps is not 1e-05'
    >>> list(of_default_eps(ReLU))
    []
    """
    if hasattr(truth, "eps"):
        for value in USUAL:
            yield Mistake(f"its default eps is not {RIGHT:g}", _with_default(truth, value), *TEXTS)


def _with_default(truth: Any, value: float) -> type:
    def __init__(self: Any, **options: Any) -> None:
        if options["eps"] == RIGHT:  # the dictionary holds none then
            options["eps"] = value
        truth.__init__(self, **options)

    return type("WithDefaultEps", (truth,), {"__init__": __init__})
