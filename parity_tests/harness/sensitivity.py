"""How small an error is certain to be reported: what the computed tolerances leave unseen.

An error r |v| in an element v that is off by p already is reported for certain once
r |v| - p > allowed. So the smallest relative error that no luck can hide is (allowed + p) / |v|: a
figure that says of a tolerance what no list of passed comparisons can say.

Regimes are kept apart. Ordinary numbers show what a tolerance is worth; where numbers are drawn to be
ill-conditioned (``offset``, ``far``, ``large``), rounding itself makes large errors, and what is seen is less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.conditions.neighbours import random_cases
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial

TARGETS = {"float64": 1e-12, "float32": 1e-5}
"""The relative errors that ought to be seen: a few thousand roundings in double, a hundred in single."""


ALL = "all"
"""In the place of a quantity: all of them together."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What is seen of a quantity of a pair, on the cases of one regime of numbers.

    ``elements`` not equal to zero were looked at; at ``seen`` of them a relative error of
    ``target`` is certain to be reported. ``median`` and ``worst`` are smallest relative errors that are certain
    to be reported, at the element in the middle and at the most tolerant one; the latter is of ``worst_quantity``
    in ``case``.
    """

    pair: str
    dtype: str
    regime: str
    quantity: str
    elements: int
    seen: int
    median: float
    worst: float
    worst_quantity: str
    case: str

    @property
    def target(self) -> float:
        """The relative error that ought to be seen in this dtype."""
        return TARGETS[self.dtype]

    @property
    def share(self) -> float:
        """The share of elements at which an error of the target's size is certain to be reported."""
        return self.seen / self.elements if self.elements else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The smallest relative errors that are certain to be reported in one quantity of one case."""

    case: Case
    quantity: str
    errors: Array


def measure(pair: Pair, dtype: str, examples: int, seed: int) -> list[Measured]:
    """Every output and gradient of random cases that has an element other than zero.

    Args:
        pair: whose reference and twin are run.
        dtype: ``"float64"`` or ``"float32"``.
        examples: how many random cases.
        seed: decides the cases.
    """
    return [
        Measured(drawn.case, quantity, errors)
        for drawn in random_cases(pair, dtype, examples, seed)
        for quantity, errors in certain_errors(Trial(pair, drawn.case))
    ]


def by_quantity(measured: Sequence[Measured]) -> list[Sensitivity]:
    """One record for each regime of numbers and quantity, in the order in which they were drawn."""
    grouped: dict[tuple[str, str], list[Measured]] = {}
    for one in measured:
        grouped.setdefault((one.case.values, one.quantity), []).append(one)
    return [_record(quantity, parts) for (_, quantity), parts in grouped.items()]


def by_regime(measured: Sequence[Measured]) -> list[Sensitivity]:
    """One record for each regime of numbers, all quantities (``ALL``) together."""
    grouped: dict[str, list[Measured]] = {}
    for one in measured:
        grouped.setdefault(one.case.values, []).append(one)
    return [_record(ALL, parts) for parts in grouped.values()]


def certain_errors(trial: Trial) -> Iterator[tuple[str, Array]]:
    """For each quantity: the smallest relative errors that are certain to be reported, element by element.

    Elements that are zero or not finite have none. Gradients that hang on a doubtful branch are
    not compared: there it is infinite.
    """
    if trial.twin.error or trial.outcome.error:
        return
    sides = (
        (trial.outcome.outputs, trial.twin.outputs, False),
        (trial.outcome.gradients, trial.twin.gradients, trial.allowed.undecided),
    )
    for own, twin, unseen in sides:
        for quantity, given in twin.items():
            got = own.get(quantity)
            if got is None or np.shape(got) != np.shape(given):
                continue
            expected = np.asarray(given, np.float64)
            looked_at = np.isfinite(expected) & (expected != 0)
            allowed = trial.allowed.of(quantity)
            with np.errstate(invalid="ignore"):
                hidden = np.abs(np.asarray(got, np.float64) - expected)
            hidden = hidden + (0.0 if allowed is None else allowed)
            hidden = np.full_like(hidden, np.inf) if unseen else hidden
            if np.any(looked_at):
                yield quantity, hidden[looked_at] / np.abs(expected[looked_at])


def _record(quantity: str, parts: Sequence[Measured]) -> Sensitivity:
    errors = np.concatenate([part.errors for part in parts])
    tolerant = max(parts, key=lambda part: float(np.max(part.errors)))
    case = tolerant.case
    return Sensitivity(
        pair=case.pair,
        dtype=case.dtype,
        regime=case.values,
        quantity=quantity,
        elements=errors.size,
        seen=int(np.sum(errors < TARGETS[case.dtype])),
        median=float(np.median(errors)),
        worst=float(np.max(tolerant.errors)),
        worst_quantity=tolerant.quantity,
        case=str(case),
    )
