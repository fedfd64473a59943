"""The arbiter: the definition of an operation, and its derivative, in exact numbers.

Near a kink or a tie there is not one gradient but several: Clarke's generalised gradient is the
convex hull of the limits of gradients at smooth points nearby (Clarke 1975, *Generalized gradients
and applications*, definition 1.1). So the definition is evaluated also at inputs moved by about one rounding,
each of its own, in opposite directions: what lies between those results is as good as the result itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import Arrays
from parity_tests.harness.bounds.formats import FORMATS, Format
from parity_tests.harness.cases import Case
from parity_tests.harness.exact import (
    DIGITS,
    Exact,
    differentiate,
    gradients_of,
    to_exact,
    values_of,
)
from parity_tests.harness.pair import Pair
from parity_tests.harness.subject import Outcome, make_subject

DIRECTIONS = 2


@dataclass(frozen=True, slots=True)
class Range:
    """The exact value of one element, and the smallest and largest one rounding of the input away."""

    value: Any
    low: Any
    high: Any

    def distance(self, x: Any) -> Any:
        """How far a computed number lies outside; infinite for one that is not finite."""
        if not np.isfinite(x):
            return DIGITS.zero if DIGITS.mpf(x) in (self.low, self.high) else DIGITS.inf
        x = DIGITS.mpf(float(x))
        return max(self.low - x, x - self.high, DIGITS.zero)

    @property
    def width(self) -> Any:
        """How much one rounding of the input can change."""
        return self.high - self.low


class Arbiter:
    """Exact outputs and gradients of one case.

    Args:
        pair: says what the definition is.
        case: the configuration.
        arguments: the arrays of the case.
        dy: the upstream gradient, None for an optimizer.
    """

    def __init__(self, pair: Pair, case: Case, arguments: Arrays, dy: Array | None) -> None:
        self.pair, self.case, self.arguments, self.dy = pair, case, arguments, dy
        self.exact = self._evaluate(dict.fromkeys(arguments))
        self._near: dict[float, list[Outcome]] = {}

    def shape(self, quantity: str) -> tuple[int, ...] | None:
        """The shape of an output or gradient; None where there is none."""
        found = _named(self.exact, quantity)
        return None if found is None else np.shape(found)

    def range(self, quantity: str, at: tuple[int, ...], closeness: float = 1.0) -> Range:
        """One element at the case's inputs and around them; ``closeness`` is in roundings of the input."""
        value = _named(self.exact, quantity)[at]
        around = [_named(near, quantity)[at] for near in self._around(closeness)]
        found = [x for x in (value, *around) if not DIGITS.isnan(x)]
        return Range(value, min(found, default=value), max(found, default=value))

    def largest(self, quantity: str) -> float:
        """The largest finite magnitude among the elements of an output or gradient."""
        finite = [abs(x) for x in _named(self.exact, quantity).flat if DIGITS.isfinite(x)]
        return float(max(finite, default=0))

    def _around(self, closeness: float) -> list[Outcome]:
        if closeness not in self._near:
            self._near[closeness] = [self._evaluate(offsets) for offsets in self._moves(closeness)]
        return self._near[closeness]

    def _moves(self, closeness: float) -> Iterator[dict[str, Array | None]]:
        """Every number moved by up to so many roundings of its own, there and back."""
        rng = np.random.default_rng(self.case.seed)
        form = FORMATS[self.case.dtype]
        for _ in range(DIRECTIONS):
            there = {name: _offsets(x, form, closeness, rng) for name, x in self.arguments.items()}
            yield there
            # Of an array without axes NumPy's minus makes a number.
            yield {
                name: None if move is None else np.asarray(-move, object)
                for name, move in there.items()
            }

    def _evaluate(self, offsets: dict[str, Array | None]) -> Outcome:
        definition = make_subject(self.pair, self.case, self.pair.naive)
        given = {name: _leaves(x, offsets[name]) for name, x in self.arguments.items()}
        outputs, _ = definition.forward(given)
        values = {name: values_of(x) for name, x in outputs.items()}
        # A dy of another shape comes from a twin that gave an output of another shape.
        if self.dy is None or values["y"].shape != self.dy.shape:
            return Outcome(values)
        pairs = zip(np.asarray(outputs["y"], object).flat, self.dy.flat, strict=True)
        differentiate((y, float(dy)) for y, dy in pairs if isinstance(y, Exact))
        leaves = {f"d{name}": x for name, x in given.items() if _is_floating(self.arguments[name])}
        return Outcome(values, {name: gradients_of(x) for name, x in leaves.items()})


def _named(outcome: Outcome, quantity: str) -> Any:
    return {**outcome.outputs, **outcome.gradients}.get(quantity)


def _leaves(x: Array | None, offset: Array | None) -> Any:
    if x is None or x.dtype.kind != "f":
        return x
    leaves = to_exact(x)
    if offset is not None:
        for index, leaf in np.ndenumerate(leaves):
            leaf.value += offset[index]
    return leaves


def _is_floating(x: Array | None) -> bool:
    return x is not None and x.dtype.kind == "f"


def _offsets(
    x: Array | None, form: Format, closeness: float, rng: np.random.Generator
) -> Array | None:
    """For each number a random part of a rounding: u |x|, or half the spacing below the normal numbers.

    So a 0, which is exact, hardly moves, and still leaves a kink. Exact numbers, which do not underflow.
    """
    if x is None or not _is_floating(x):
        return None
    offsets = np.empty(x.shape, object)
    for index, share in np.ndenumerate(rng.uniform(-closeness, closeness, x.shape)):
        size = abs(DIGITS.mpf(float(x[index]))) if np.isfinite(x[index]) else DIGITS.zero
        one = max(form.unit * size, DIGITS.mpf(form.spacing_below) / 2)
        offsets[index] = float(share) * one
    return offsets
