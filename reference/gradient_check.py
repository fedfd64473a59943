"""Slopes of a function measured by moving its argument: a witness that knows no formula.

With central differences the error of a slope is h²/6 times the third derivative, plus the
rounding of f divided by h. Both are smallest together near h = the cube root of the machine
epsilon, 6e-6 in float64 and 5e-3 in float32: two thirds of the digits of f, no more. In
``np.longdouble`` (where it is wider than float64) a slope checks a float64 gradient to 1e-12.
Where f has a kink between x - h and x + h the answer is no derivative at all.
Source: Nocedal and Wright 2006, *Numerical optimization*, section 8.1;
https://cs231n.github.io/neural-networks-3, "Gradient checks".
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def default_step(x: Float[Array, "*shape"]) -> float:
    """The cube root of the machine epsilon of x's dtype.

    >>> f"{default_step(np.zeros(1)):.0e}, {default_step(np.zeros(1, dtype=np.float32)):.0e}"
    '6e-06, 5e-03'
    """
    return float(np.finfo(x.dtype).eps) ** (1 / 3)


def numerical_gradient(
    f: Callable[[Float[Array, "*shape"]], Array | float],
    x: Float[Array, "*shape"],
    df: Float[Array, "..."] | None = None,
    h: float | None = None,
) -> Float[Array, "*shape"]:
    """The gradient by x of sum(f(x)·df), one entry of x at a time, in x's dtype.

    df is the upstream gradient, ones unless given. Two calls of f per entry: for small x. The
    course's eval_numerical_gradient_array moves x itself; here f is given a copy, and x is
    only read. Divided is by the step really taken, (x + h) - (x - h) as rounded.

    >>> numerical_gradient(lambda x: x**3, np.array([1.0, 2.0]), df=np.array([1.0, 10.0])).round(6)
    array([  3., 120.])
    """
    h = default_step(x) if h is None else h
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        rise = np.asarray(f(above)) - f(below)
        gradient[index] = (rise if df is None else rise * df).sum() / (above[index] - below[index])
    return gradient


def directional_slope(
    f: Callable[[Float[Array, "*shape"]], Array | float],
    x: Float[Array, "*shape"],
    v: Float[Array, "*shape"],
    h: float | None = None,
) -> Array | float:
    """The slope of f at x along v, to be compared with sum(gradient·v): two calls of f in all.

    One random v sees an error in any entry, and in the sum of many small ones. It works for f
    with values of any shape; then the slope has that shape.

    >>> x, v = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    >>> float(directional_slope(lambda x: (x * x).sum(), x, v).round(6))  # (2, 4)·(3, -1)
    2.0
    """
    h = default_step(x) if h is None else h
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


def relative_error(x: Array | float, y: Array | float) -> float:
    """The course's rel_error: the largest |x - y| / max(1e-8, |x| + |y|), at most 1.

    Twice smaller than the usual relative error. Where both are below 1e-8 it is absolute in
    disguise. It broadcasts, so that a gradient of the wrong shape is compared all the same.

    >>> relative_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])), relative_error(0.0, 0.0)
    (0.5, 0.0)
    """
    difference = np.abs(np.subtract(x, y))
    ratio = difference / np.maximum(1e-8, np.abs(x) + np.abs(y))
    return float(ratio.max(initial=0))
