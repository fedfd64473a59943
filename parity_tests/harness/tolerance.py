"""The allowed error of every quantity of a case, computed from the case.

|subject - twin| <= |subject - exact| + |twin - exact|. The first term is bounded by running error
analysis over the reference (``bounded.py``). The twin computes the same quantity by an algorithm of the same
kind, in another order; sums are charged for any order, so it is granted the same bound again.
Below the smallest normal number the standard model gains an absolute term (Higham 2002, equation 2.8).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounded import Analysis, Bounded
from parity_tests.harness.subject import Subject

SIDES = 2


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed errors by quantity, and whether a branch of the case hangs on rounding."""

    errors: Mapping[str, Array]
    undecided: bool

    def of(self, quantity: str) -> Array | None:
        """The allowed error of each element, or None for a quantity without rounding."""
        return self.errors.get(quantity)


def unit_roundoff(dtype: str) -> float:
    """u: half the distance from 1 to the next number.

    >>> unit_roundoff("float32") == 2.0**-24
    True
    """
    return float(np.finfo(dtype).eps) / 2


def allow(
    subject: Subject,
    arguments: Mapping[str, Any],
    dy: Array | None,
    dtype: str,
    twin_roundings: int = 0,
) -> Allowed:
    """Run the reference on bounds; ``dy`` None means that there is no backward.

    ``twin_roundings`` more are granted to every computed number, where the twin first changes a convention.
    """
    analysis = Analysis(unit_roundoff(dtype), float(np.finfo(dtype).tiny))
    bounded = {name: _enclose(array, analysis) for name, array in arguments.items()}
    try:
        outputs, saved = subject.forward(bounded)
        gradients = {} if dy is None else subject.backward(saved, _enclose(dy, analysis))
    except Exception:  # somebody else's text may fail on this array type in any way
        return _coarse(subject, arguments, dy, dtype)
    found = {**outputs, **gradients}
    errors = {
        name: _both_sides(x, dtype, twin_roundings)
        for name, x in found.items()
        if isinstance(x, Bounded)
    }
    return Allowed(errors, analysis.undecided)


def _enclose(array: Any, analysis: Analysis) -> Any:
    floating = array is not None and array.dtype.kind == "f"
    return Bounded(array.astype(np.float64), analysis) if floating else array


def _both_sides(x: Bounded, dtype: str, twin_roundings: int) -> Array:
    more = twin_roundings * unit_roundoff(dtype) * np.abs(x.value)
    bound: Array = SIDES * x.error + more
    return bound


def _coarse(
    subject: Subject, arguments: Mapping[str, Any], dy: Array | None, dtype: str
) -> Allowed:
    """For text that the analysis cannot follow: u × numbers that went in × largest number that came out.

    Our own references never come here (a test holds that); somebody else's code may.
    """
    given = [array for array in (*arguments.values(), dy) if array is not None]
    terms = sum(array.size for array in given)
    try:
        outputs, saved = subject.forward(arguments)
        gradients = {} if dy is None else subject.backward(saved, dy)
    except Exception:  # a reference that fails allows nothing; its own failure is a verdict
        return Allowed({}, undecided=False)
    found = {name: x for name, x in {**outputs, **gradients}.items() if x is not None}
    scale = SIDES * unit_roundoff(dtype) * terms
    return Allowed(
        {
            name: np.full(np.shape(x), scale * np.max(np.abs(x), initial=0))
            for name, x in found.items()
        },
        undecided=False,
    )
