"""Arrays with axes of length 1 that the course has not: the same numbers, and a remark."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from parity_tests.homework.task import Task


def in_shape(
    task: Task, arguments: Mapping[str, Any], quantity: str, got: Any, expected: Any
) -> tuple[Any, str]:
    """Axes of length 1 in front, or anywhere in a parameter's gradient or a loss, are a remark."""
    shape = np.shape(expected)
    name = quantity.removeprefix("d")
    vector = (name != "x" and name in arguments) or (quantity == "y" and not shape)
    if type(got) is not np.ndarray or got.shape == shape or got.size != np.size(expected):
        return got, ""
    in_front = got.ndim > len(shape) and got.shape[got.ndim - len(shape) :] == shape
    anywhere = vector and max(shape, default=1) == got.size and _long(got.shape) == _long(shape)
    if not in_front and not anywhere:
        return got, ""
    whole = "out" if shape else "the loss"
    bare = quantity.rstrip("0123456789")  # once for all layers
    shown = task.arrays.get(quantity) or (whole if quantity == "y" else bare)
    if got.size == 1:  # nothing to tell one axis from another
        return got.reshape(shape), ""
    return got.reshape(shape), f"gives {shown} as {_outline(got.shape)}, not {_outline(shape)}"


def _outline(shape: tuple[int, ...]) -> str:
    """A shape without its sizes.

    >>> _outline((1, 7)), _outline((7,)), _outline(())
    ('(1, n)', '(n,)', '()')
    """
    return str(tuple("n" if size > 1 else "1" for size in shape)).replace("'", "")


def _long(shape: tuple[int, ...]) -> list[int]:
    """The axes that are longer than 1."""
    return [size for size in shape if size > 1]
