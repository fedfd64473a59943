r"""A gradient's second witness: the slope of the forward along a random direction, in higher precision.

For L = sum of dy·y and a direction v, the slope is dL(x + t v)/dt at t = 0, taken by the five-point
rule (4 D(h) - D(2h)) / 3 with D(h) = (L(+h) - L(-h)) / 2h (Abramowitz and Stegun 1964, 25.3.6) in
NumPy's longdouble. Its own error is computed with it:

- truncation: |D(2h) - D(h)|, which bounds what the extrapolation removes;
- a kink inside the interval: S(h) = (L(+h) - 2 L(0) + L(-h)) / h doubles with h where L is smooth
  and does not where it has a corner, so |S(2h) - 2 S(h)| is added;
- rounding: at most 3/2 · d / h, with d the error of one L.

With h near the cube root of u the first and the last are of one size.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.subject import Subject

WIDE = np.longdouble
UNIT = float(np.finfo(WIDE).eps) / 2
STEP = float(2.0 ** round(np.log2(UNIT) / 3))


@dataclass(frozen=True, slots=True)
class Slope:
    """The measured slope and a bound on its error."""

    value: float
    error: float


def directions(
    arguments: Mapping[str, Any], names: tuple[str, ...], rng: np.random.Generator
) -> dict[str, Array]:
    """A random direction for each of some arguments, entries of size about 1."""
    return {
        name: rng.uniform(0.5, 1.5, arguments[name].shape) * _signs(rng, arguments[name])
        for name in names
    }


def _signs(rng: np.random.Generator, x: Array) -> Array:
    return rng.choice([-1.0, 1.0], x.shape)


def slope(
    subject: Subject,
    arguments: Mapping[str, Any],
    dy: Array,
    along: Mapping[str, Array],
    noise: float,
) -> Slope:
    """The slope along a direction; ``noise`` is the error of one L in units of roundoff."""
    levels = {
        step: _along(subject, arguments, dy, along, step * STEP) for step in (-2, -1, 0, 1, 2)
    }
    # numpy's longdouble keeps the digits that Python's float would lose before the subtraction.
    near, far = (levels[1] - levels[-1]) / (2 * STEP), (levels[2] - levels[-2]) / (4 * STEP)
    bend = (levels[1] - 2 * levels[0] + levels[-1]) / STEP
    wide_bend = (levels[2] - 2 * levels[0] + levels[-2]) / (2 * STEP)
    truncation = abs(far - near) + abs(wide_bend - 2 * bend)
    rounding = 1.5 * noise * UNIT / STEP
    return Slope(float((4 * near - far) / 3), float(truncation) + rounding)


def _along(
    subject: Subject,
    arguments: Mapping[str, Any],
    dy: Array,
    along: Mapping[str, Array],
    step: float,
) -> Any:
    moved = {name: _widened(x) for name, x in arguments.items()}
    for name, direction in along.items():
        moved[name] = moved[name] + WIDE(step) * direction.astype(WIDE)
    outputs, _ = subject.forward(moved)
    return np.sum(outputs["y"] * dy.astype(WIDE))


def _widened(x: Any) -> Any:
    return x.astype(WIDE) if x is not None and x.dtype.kind == "f" else x
