"""The filters of a first layer as one picture."""

import math

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray as Array

PADDING = 1


def filter_grid(filters: Float[Array, "n 3 h w"], zoom: int = 8) -> UInt8[Array, "rows columns 3"]:
    """The filters as tiles of a square, each spread over the whole range from 0 to 255, on black.

    Source: CS231n, ``vis_utils.py``, ``visualize_grid``.

    >>> grid = filter_grid(np.arange(24.0).reshape(2, 3, 2, 2), zoom=1)
    >>> grid.shape, grid[0, 0], grid[1, 1]
    ((2, 5, 3), array([  0,  93, 185], dtype=uint8), array([ 70, 162, 255], dtype=uint8))
    """
    n, channels, h, w = filters.shape
    across = math.ceil(math.sqrt(n))
    down = math.ceil(n / across)
    step_h, step_w = h + PADDING, w + PADDING
    grid = np.zeros((down * step_h - PADDING, across * step_w - PADDING, channels), np.uint8)
    for index, each in enumerate(filters):
        top, left = index // across * step_h, index % across * step_w
        grid[top : top + h, left : left + w] = spread(each).transpose(1, 2, 0)
    return enlarged(grid, zoom)


def spread(values: Float[Array, "*shape"]) -> UInt8[Array, "*shape"]:
    """From the smallest to the largest as 0 to 255; all 0 where they are equal.

    >>> spread(np.array([-1.0, 0.0, 1.0]))
    array([  0, 128, 255], dtype=uint8)
    """
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return np.zeros(values.shape, np.uint8)
    return np.rint(255 * (values - low) / (high - low)).astype(np.uint8)


def enlarged(pixels: UInt8[Array, "h w *c"], zoom: int) -> UInt8[Array, "H W *c"]:
    """Each pixel as a square of so many."""
    return pixels.repeat(zoom, axis=0).repeat(zoom, axis=1)
