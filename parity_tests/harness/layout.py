"""The memory layouts in which a case hands over its arrays; the numbers are the same in all."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy import ndarray as Array


def contiguous(x: Array) -> Array:
    """Row-major, as NumPy makes them."""
    return x.copy(order="C")


def transposed(x: Array) -> Array:
    """Column-major: what ``.T`` of a row-major array is."""
    return x.copy(order="F")


def strided(x: Array) -> Array:
    """Every second element, along the last axis, of an array twice as large."""
    if x.ndim == 0:
        return x.copy()
    room = np.full((*x.shape[:-1], 2 * x.shape[-1]), 7, x.dtype)
    room[..., ::2] = x
    return room[..., ::2]


BY_NAME: Mapping[str, Mapping[str, str]] = {"mixed": {"dy": "transposed"}}
"""Layouts in which not all arrays are alike: those named, and ``contiguous`` for the others."""


def layout_of(layout: str, name: str) -> str:
    """The layout of one array of a case.

    >>> layout_of("mixed", "dy"), layout_of("mixed", "x"), layout_of("strided", "x")
    ('transposed', 'contiguous', 'strided')
    """
    return BY_NAME[layout].get(name, "contiguous") if layout in BY_NAME else layout


LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
    "contiguous": contiguous,
    "transposed": transposed,
    "strided": strided,
}
LAYOUT_NAMES = (*LAYOUTS, *BY_NAME)
