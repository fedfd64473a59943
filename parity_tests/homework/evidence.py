"""Some cases of a wrong function, and what each known mistake would have given there."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.subject import Named, Outcome
from parity_tests.homework.task import Trouble
from parity_tests.homework.trial import HomeworkTrial

FAILING, PASSING = 12, 8
"""So many cases of each kind a mistake has to explain, all of them, to be thought of."""

Trials = Callable[[Case], HomeworkTrial]
Outcomes = Sequence[tuple[Case, bool]]


class Evidence:
    """Some cases of a function, the failing ones first, and what mistakes would have given there."""

    def __init__(self, trial: Trials, function: str, outcomes: Outcomes, times: int = 1) -> None:
        failing = _spread([case for case, failed in outcomes if failed], FAILING * times)
        passing = _spread([case for case, failed in outcomes if not failed], PASSING * times)
        self.function = function
        self.trials = [trial(case) for case in (*failing, *passing)]
        self.failing = self.trials[: len(failing)]
        self.lenient = False
        self._known: dict[tuple[Any, int], Outcome] = {}

    def of(self, function: str) -> "Evidence":
        """What another function of the task gave on the same cases, as far as it was asked."""
        other = copy(self)
        other.function = function
        return other

    def leniently(self) -> "Evidence":
        """Where what a mistake would give has another shape, the submission may end in an error."""
        other = copy(self)
        other.lenient = True
        return other

    @property
    def quantities(self) -> list[str]:
        """All that the function has to give."""
        right = [t.expected_of(self.function, t.twin) for t in self.trials if not t.twin.error]
        return list(dict.fromkeys(quantity for expected in right for quantity in expected))

    @property
    def telling(self) -> bool:
        """Whether a failing case has numbers: too many mistakes end in an error to tell them by it."""
        return any(trial.answers[self.function].trouble is None for trial in self.failing)

    def wrong(self, quantity: str) -> bool:
        return not self.explained(None, quantity)

    def explained(self, truth: Any, quantity: str) -> bool:
        """Whether it gives what the submission gives, on every case; the truth itself if it is None."""
        return all(self.same(number, truth, quantity) for number in range(len(self.trials)))

    def explained_in_full(self, truth: Any) -> bool:
        return all(self.explained(truth, quantity) for quantity in self.quantities)

    def spoiled(self, truth: Any) -> int:
        """How many quantities of all cases are not right then."""
        return sum(self.spoiled_in(number, truth) for number in range(len(self.trials)))

    def spoiled_in(self, number: int, truth: Any) -> int:
        """How many quantities of one case are not right then."""
        trial = self.trials[number]
        given, right = (
            trial.expected_of(self.function, outcome)
            for outcome in (self._outcome(number, truth), trial.twin)
        )
        return sum(
            name not in given or not trial.compared("", name, given[name], x).passed
            for name, x in right.items()
        )

    def same(self, number: int, truth: Any, quantity: str) -> bool:
        """Whether it gives what the submission gives on a case; the truth itself if it is None."""
        trial = self.trials[number]
        if quantity not in trial.expected_of(self.function, trial.twin):
            return True  # a network of fewer layers has nothing to say of it
        outcome = trial.twin if truth is None else self._outcome(number, truth)
        expected = trial.expected_of(self.function, outcome)
        answer = trial.answers.get(self.function)
        if answer is None:
            return True
        if answer.trouble is not None:
            if expected:
                return self.lenient and self._does_not_fit(trial, expected, answer.trouble)
            return truth is not None and _ends_alike(outcome.error, answer.trouble)
        if quantity not in expected:
            return False
        got = answer.values.get(quantity)
        return trial.compared(self.function, quantity, got, expected[quantity]).passed

    def _does_not_fit(self, trial: HomeworkTrial, expected: Named, trouble: Trouble) -> bool:
        """Whether it ends in an error where the mistake would give something of another shape.

        Where there are no numbers at all to tell a mistake by, only an assertion is about a shape for certain.
        """
        right = trial.expected_of(self.function, trial.twin)
        kind = str(trouble).removeprefix("raises ").partition(":")[0]
        misshapen = any(np.shape(x) != np.shape(right[name]) for name, x in expected.items())
        about_shapes = kind == "AssertionError" or (kind == "ValueError" and self.telling)
        return misshapen and trouble.kind == "error" and about_shapes

    def _outcome(self, number: int, truth: Any) -> Outcome:
        if (truth, number) not in self._known:
            self._known[truth, number] = self.trials[number].outcome_of(truth)
        return self._known[truth, number]


def _ends_alike(error: str, trouble: Trouble) -> bool:
    """Whether a mistake ends as the submission does: in an error of that kind, or in that very form."""
    kind, _, said = error.partition(": ")
    if trouble.kind == "form":
        return said == str(trouble)
    return bool(kind) and trouble.kind == "error" and kind in str(trouble)


def _spread(cases: list[Case], most: int) -> list[Case]:
    """So many of them at most, from all over the list: random draws begin with small cases."""
    return cases[:: -(-len(cases) // most)] if cases else []
