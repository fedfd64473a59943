"""How small an error is certain to be reported: what the computed tolerances leave unseen.

An error r |v| in an element v that is off by p already is reported for certain once
r |v| - p > allowed. So the smallest relative error that no luck can hide is (allowed + p) / |v|: a
figure that says of a tolerance what no list of passed comparisons can say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.conditions.neighbours import random_cases
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial

TARGETS = {"float64": 1e-12, "float32": 1e-5}
"""The relative errors that ought to be seen: a few thousand roundings in double, a hundred in single."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What is seen of one quantity of a pair.

    ``elements`` not equal to zero were looked at; at ``seen`` of them a relative error of
    ``target`` is certain to be reported. ``median`` and ``worst`` are smallest relative errors that are certain
    to be reported, at the element in the middle and at the most tolerant one; ``case`` holds the latter.
    """

    pair: str
    dtype: str
    quantity: str
    elements: int
    seen: int
    median: float
    worst: float
    target: float
    case: str

    @property
    def share(self) -> float:
        """The share of elements at which an error of the target's size is certain to be reported."""
        return self.seen / self.elements if self.elements else 1.0


def sensitivity(pair: Pair, dtype: str, examples: int, seed: int) -> list[Sensitivity]:
    """For every output and gradient of a pair: the errors that are certain to be reported.

    Args:
        pair: whose reference and twin are run.
        dtype: ``"float64"`` or ``"float32"``.
        examples: how many random cases.
        seed: decides the cases.

    Returns:
        One record for each quantity that had an element other than zero.
    """
    found: dict[str, list[tuple[Array, Case]]] = {}
    for drawn in random_cases(pair, dtype, examples, seed):
        for quantity, errors in certain_errors(Trial(pair, drawn.case)):
            found.setdefault(quantity, []).append((errors, drawn.case))
    empty = Sensitivity(pair.name, dtype, "", 0, 0, 0.0, 0.0, TARGETS[dtype], "")
    return [_record(replace(empty, quantity=name), parts) for name, parts in found.items()]


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


def _record(empty: Sensitivity, parts: list[tuple[Array, Case]]) -> Sensitivity:
    errors = np.concatenate([part for part, _ in parts])
    most_tolerant, case = max(parts, key=lambda part: float(np.max(part[0])))
    return replace(
        empty,
        elements=errors.size,
        seen=int(np.sum(errors < empty.target)),
        median=float(np.median(errors)),
        worst=float(np.max(most_tolerant)),
        case=str(case),
    )
