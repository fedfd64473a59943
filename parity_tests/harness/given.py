"""Numbers that a case states itself, in the place of drawn ones: nested tuples, written without blanks."""

import ast
import math
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray as Array

Numbers: TypeAlias = "float | int | bool | tuple[Numbers, ...]"

# Python's literals know neither. One nan for all, so that the tuples that hold it are equal.
NAMED = {"nan": math.nan, "inf": math.inf}
KINDS = {"float": "biuf", "int": "biu", "bool": "b"}


def numbers_of(x: Array) -> Numbers:
    """The numbers of an array; whole floats become ints, which are shorter to read.

    >>> numbers_of(np.array([[1.0, -0.0], [0.5, np.inf]]))
    ((1, -0.0), (0.5, inf))
    """
    if x.ndim:
        return tuple(numbers_of(row) for row in x)
    if x.dtype.kind != "b" and x.dtype.kind not in "iu":
        return simplest(float(x))
    number: Numbers = x.item()
    return number


def simplest(x: float) -> float | int:
    """The number as an int where that says the same."""
    if math.isnan(x):
        return math.nan
    exact = math.isfinite(x) and x == int(x) and abs(x) < 2**53
    return int(x) if exact and (x != 0 or math.copysign(1, x) > 0) else x


def write_numbers(numbers: Numbers) -> str:
    """As a line has it: floats by their repr, no blanks.

    >>> write_numbers(((1.0, float("nan")),))
    '((1.0,nan),)'
    """
    return repr(numbers).replace(" ", "")


def read_numbers(text: str) -> Numbers:
    """What :func:`write_numbers` wrote.

    Raises:
        ValueError: the text is something else.
    """
    try:
        numbers = ast.literal_eval(_Named().visit(ast.parse(text, mode="eval")))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        numbers = None
    if not _is_numbers(numbers):
        raise ValueError(f"{text!r} is neither a number nor a tuple of numbers")
    result: Numbers = numbers
    return result


class _Named(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(NAMED[node.id]) if node.id in NAMED else node


def _is_numbers(x: Any) -> bool:
    return all(map(_is_numbers, x)) if isinstance(x, tuple) else isinstance(x, float | int)


def array_of(numbers: Numbers, shape: tuple[int, ...], kind: str) -> Array:
    """The array that the numbers stand for. Of an empty one only the emptiness is asked, not the nesting.

    Raises:
        ValueError: another shape, or numbers of another kind; the message says which.
    """
    try:
        x = np.array(numbers)
    except ValueError:
        raise ValueError("rows of different lengths") from None
    if x.size == 0 and math.prod(shape) == 0:
        return x.astype(float).reshape(shape)
    if x.shape != shape:
        raise ValueError(f"shape {_shape(x.shape)} where {_shape(shape)} is needed")
    if x.dtype.kind not in KINDS[kind]:
        raise ValueError(f"another kind than {kind}, or too many digits")
    return x


def _shape(shape: tuple[int, ...]) -> str:
    return repr(shape).replace(" ", "")
