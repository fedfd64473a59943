"""How the numbers of a case are drawn: functions of a generator, a shape and the case's sizes and options.

Ordinary numbers stay away from kinks and ties, so that a derivative exists wherever it is
compared; ties, their neighbours and extreme magnitudes are regimes of their own, drawn on purpose.

A draw does not know the format that its numbers are rounded to. So what is drawn next to a tie or a kink
is next to it by the spacing of one format or another, chosen at random: in a format with a wider spacing
it is the tie itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.formats import FORMATS

Draw = Callable[[np.random.Generator, tuple[int, ...], Mapping[str, Any]], Array]

# Far below the magnitude of the numbers, far above the steps with which slopes are taken.
GAP = 2.0**-6


def normal(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Standard normal numbers."""
    return rng.standard_normal(shape)


def offset(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers around 10: a mean that is not small, where cancellation begins to matter."""
    return 10 + rng.standard_normal(shape)


def positive(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Uniform numbers in [1/2, 2): variances, accumulators."""
    return rng.uniform(0.5, 2.0, shape)


def off_zero(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers pushed away from 0 by GAP on their own side."""
    x = rng.standard_normal(shape)
    return x + np.copysign(GAP, x)


def distinct(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Numbers of both signs in random order, any two at least GAP apart: no ties, unique maxima."""
    size = int(np.prod(shape))
    ranks = rng.permutation(size) - size / 2
    return ((ranks + rng.uniform(0.25, 0.75, size)) * 2 * GAP).reshape(shape)


def tied(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Small integers: equal neighbours and exact zeros in plenty."""
    return rng.integers(-1, 2, shape).astype(float)


def neighbours(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Numbers at most two units in the last place from one that all formats hold, a format for each image.

    >>> x = neighbours(np.random.default_rng(0), (9, 8, 8), {})
    >>> steps = np.ptp(x, axis=(1, 2)) / np.spacing(x.min())
    >>> int(steps.min()), int(steps.max()) == 4 * 2**45
    (4, True)
    """
    centre = FORMATS["bfloat16"].nearest(off_zero(rng, (), names))
    spacings = [float(form.spacing(centre)) for form in FORMATS.values()]
    moved: Array = centre + rng.integers(-2, 3, shape) * rng.choice(spacings, (*shape[:-2], 1, 1))
    return moved


def tiny(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Numbers of both signs from the least that a format holds up to its unit roundoff, all exponents alike.

    >>> x = np.abs(tiny(np.random.default_rng(0), (1000,), {}))
    >>> bool(0 < x.min() < 2.0**-1022), bool(x.max() < 2.0**-6)
    (True, True)
    """
    ends = [(np.log2(f.spacing_below), np.log2(f.unit)) for f in FORMATS.values()]
    lowest, highest = np.transpose(ends)[:, rng.integers(len(ends), size=shape)]
    exponent = np.floor(rng.uniform(lowest, highest)).astype(int)
    found: Array = rng.choice([-1.0, 1.0], shape) * np.ldexp(rng.uniform(1, 2, shape), exponent)
    return found


def all_negative(
    rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]
) -> Array:
    """Distinct numbers below zero: shows a padding with 0 where -inf belongs."""
    return distinct(rng, shape, names) - (np.prod(shape) + 2) * GAP - 1


def large(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Numbers up to some ten thousand: a naive exponential overflows."""
    return 1e4 * rng.standard_normal(shape)


def not_finite(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Normal numbers, and in every second place nan or an infinity."""
    odd = rng.choice([np.nan, np.inf, -np.inf], shape)
    return np.where(rng.random(shape) < 1 / 2, odd, rng.standard_normal(shape))


def below(axis: str) -> Draw:
    """Integers from 0 to the size of ``axis``, exclusive: labels."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
        return rng.integers(0, max(names[axis], 1), shape)

    return draw


def count(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """A small number of batches already seen."""
    return rng.integers(0, 5, shape)


def coin(rng: np.random.Generator, shape: tuple[int, ...], names: Mapping[str, Any]) -> Array:
    """Masks: True with probability 1 - p where the case has a p, else one half."""
    kept: Array = rng.random(shape) >= names.get("p", 0.5)
    return kept
