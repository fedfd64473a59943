"""The allowed error of every quantity of a case, computed from the case.

|subject - twin| <= |subject - exact| + |twin - exact|. ``bounds`` bounds both terms at once, and says
why its bound holds for the twin, whose algorithm is another; the allowed error is twice the bound.

The reference's text bounds the reference too, and a text that loses digits allows what it loses. So the definition's
text has a bound of its own, by the same rules: it allows what an obviously right text loses in any order of its sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds import Analysis, Bounded
from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.bounds.number import errors_of, to_bounded
from parity_tests.harness.cases import HALF
from parity_tests.harness.subject import Subject

SIDES = 2


def sides(dtype: str) -> float:
    """How many times one side's bound is allowed.

    In half precision only the twin computes. The reference's bound, in float64, is as many times
    smaller as its unit roundoff at least: no rule of ``bounds`` shrinks faster than u.

    >>> sides("float32"), sides("bfloat16") == 1 + 2.0**-45
    (2, True)
    """
    return 1 + FORMATS["float64"].unit / FORMATS[dtype].unit if dtype in HALF else SIDES


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
    return FORMATS[dtype].unit


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
    analysis = Analysis(FORMATS[dtype])
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


def allow_by_definition(
    definition: Subject, arguments: Mapping[str, Any], dy: Array | None, dtype: str
) -> Allowed:
    """Run a definition, which touches one number at a time, on bounds; ``dy`` None: it has no backward."""
    analysis = Analysis(FORMATS[dtype])
    given = {
        name: to_bounded(x, analysis) if x is not None and x.dtype.kind == "f" else x
        for name, x in arguments.items()
    }
    outputs, saved = definition.forward(given)
    gradients = {} if dy is None else definition.backward(saved, to_bounded(dy, analysis))
    # NumPy hands out the one number of an array without axes as itself, not as an array.
    given = {name: x for name, x in {**outputs, **gradients}.items() if x is not None}
    found = {name: np.asarray(x) for name, x in given.items()}
    errors = {name: sides(dtype) * errors_of(x) for name, x in found.items() if x.dtype == object}
    return Allowed(errors, analysis.undecided)


def _enclose(array: Any, analysis: Analysis) -> Any:
    floating = array is not None and array.dtype.kind == "f"
    return Bounded(array.astype(np.float64), analysis) if floating else array


def _both_sides(x: Bounded, dtype: str, twin_roundings: int) -> Array:
    more = twin_roundings * unit_roundoff(dtype) * x.magnitude
    bound = sides(dtype) * x.error + (more if twin_roundings else 0)
    unknown = np.isnan(bound) & np.isfinite(x.value)
    return np.where(unknown, np.inf, bound)


def _coarse(
    subject: Subject, arguments: Mapping[str, Any], dy: Array | None, dtype: str
) -> Allowed:
    """For text that the analysis cannot follow: u × how many numbers went in × the largest in or out.

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
    largest = max(float(np.max(np.abs(x), initial=0)) for x in (*given, *found.values()))
    error = sides(dtype) * unit_roundoff(dtype) * terms * largest
    return Allowed(
        {name: np.full(np.shape(x), error) for name, x in found.items()}, undecided=False
    )
