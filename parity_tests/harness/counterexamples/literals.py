"""Python text for arrays, calls and assignments, broken where a line is full."""

import re
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.given import numbers_of

WIDTH = 100
INDENT = "    "
# From so many equal numbers on, an array is written by its shape and that number.
MANY = 9


def array(x: Any, layout: str = "contiguous") -> str:
    """An expression that makes the array, with its dtype and strides.

    >>> array(np.array([[1.0, 0.5]]))
    'np.array([[1, 0.5]], dtype="float64")'
    >>> array(np.zeros((0, 2)), "transposed")
    'np.zeros((0, 2), dtype="float64", order="F")'
    """
    x = np.asarray(x)
    order = ', order="F"' if layout == "transposed" else ""
    dtype = f'dtype="{x.dtype.name}"{order}'
    if x.size == 0:
        text = f"np.zeros({x.shape}, {dtype})"
    elif x.size >= MANY and np.all(x == x.flat[0]):
        text = f"np.full({x.shape}, {_numbers(x.reshape(-1)[:1])[1:-1]}, {dtype})"
    else:
        text = f"np.array({_numbers(x)}, {dtype})"
    strided = layout == "strided" and x.ndim
    return f"np.repeat({text}, 2, axis=-1)[..., ::2]" if strided else text


def _numbers(x: Array) -> str:
    text = repr(numbers_of(x)).replace(",)", ")").replace("(", "[").replace(")", "]")
    return re.sub(r"\b(nan|inf)\b", r"np.\1", text)


def call(name: str, *arguments: str, **keywords: Any) -> str:
    """A call, with keywords by their repr.

    >>> call("Conv2d", "x", stride=(1, 1))
    'Conv2d(x, stride=(1, 1))'
    """
    written = [*arguments, *(f"{key}={value!r}" for key, value in keywords.items())]
    return f"{name}({', '.join(written)})".replace("'", '"')


def assign(name: str, expression: str) -> list[str]:
    r"""``name = expression``; a call that is too long for a line has its arguments on lines of their own.

    >>> assign("y", "f(x)")
    ['y = f(x)']
    >>> print("\n".join(assign("y", f"f({'x' * 40}, (1, 2), {'z' * 50})")))
    y = f(
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,
        (1, 2),
        zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz,
    )
    """
    line = f"{name} = {expression}"
    if len(line) <= WIDTH - len(INDENT):
        return [line]
    start, end = expression.find("("), expression.rfind(")")
    if start < 0 or expression[:start].rpartition("[")[1]:
        return [f"{name} = (", *_wrapped(expression, INDENT), ")"]
    arguments = _split(expression[start + 1 : end])
    inner = [part for argument in arguments for part in _wrapped(f"{argument},", INDENT)]
    return [f"{name} = {expression[: start + 1]}", *inner, expression[end:]]


def _split(arguments: str) -> list[str]:
    """At the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in arguments:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH - len(INDENT),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def mapping(name: str, expressions: Mapping[str, str]) -> list[str]:
    """A dict of expressions, one on each line."""
    lines = [
        line
        for key, expression in expressions.items()
        for line in _wrapped(f'"{key}": {expression},', INDENT)
    ]
    return [f"{name} = {{", *lines, "}"]
