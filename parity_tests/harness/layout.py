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


LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
    "contiguous": contiguous,
    "transposed": transposed,
    "strided": strided,
}
