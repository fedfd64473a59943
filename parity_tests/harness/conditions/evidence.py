"""The cases that were run to find a condition, those that might be run, and what holds of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.conditions.explanation import Explanation, explain
from parity_tests.harness.conditions.features import Facts, Predicate, facts, predicates
from parity_tests.harness.conditions.neighbours import Drawn, neighbours, random_cases
from parity_tests.harness.pair import Pair

Fails = Callable[[Case], bool | None]
Seen = Sequence[tuple[Case, bool]]

FURTHER, FAMILIES = 200, 3
"""So many further cases are drawn, and so many of those that fail get their neighbours."""
COMMITTEE, PATIENCE, DOUBT = 50, 2.0, 0.01
"""So many explanations of each form vote on what to run next; each PATIENCE bits more halve a vote, and
a case is contested where the share of the votes times that of the others is above DOUBT."""


class Evidence:
    """Outcomes of cases, known or not yet, beside the truth of every predicate on them.

    A passing case without numbers says nothing, and is left out. Further cases keep to the
    regimes and switches of the cases seen: elsewhere the check may have nothing to compare.
    """

    def __init__(self, pair: Pair, seen: Seen, fails: Fails, seed: int) -> None:
        self.pair, self.fails, self.seed = pair, fails, seed
        self.drawn: list[Drawn | None] = []
        self.known: list[Facts] = []
        self.outcomes: list[bool | None] = []
        self.open: list[int] = []
        self.families = 0
        for case, failed in seen:
            fact = facts(pair, case)
            if failed or not fact.empty:
                self._append(None, fact, failed)
        self.admitted = _kinds(case for case, _ in seen)
        self._admit(random_cases(pair, seen[0][0].dtype, FURTHER, seed))
        self.predicates, self.truth = _telling(self.known)
        self.costs = np.array([predicate.cost for predicate in self.predicates])

    def committee(self) -> list[Explanation]:
        """The explanations in the fewest bits of what was run."""
        ran = [i for i, outcome in enumerate(self.outcomes) if outcome is not None]
        failed = np.array([self.outcomes[i] for i in ran], dtype=bool)
        return explain(self.truth[:, ran], failed, self.costs, COMMITTEE)

    def counts(self, explanation: Explanation) -> tuple[int, int, int, int]:
        """Failed and run where the explanation holds; passed and run where it does not."""
        inside = explanation.holds(self.truth)
        ran = np.array([outcome is not None for outcome in self.outcomes])
        failed = np.array([bool(outcome) for outcome in self.outcomes])
        within, without = ran & inside, ran & ~inside
        return (
            int(failed[within].sum()), int(within.sum()),
            int((~failed)[without].sum()), int(without.sum()),
        )  # fmt: skip

    def contested(self, committee: Sequence[Explanation], most: int) -> list[int]:
        """Open cases on which the committee disagrees most, no two of them for the same reason."""
        if not self.open:
            return []
        truth = self.truth[:, self.open]
        opinions = np.array([e.holds(truth) for e in committee])
        votes = np.array([2.0 ** ((committee[0].bits - e.bits) / PATIENCE) for e in committee])
        share = votes @ opinions / votes.sum()
        doubt = share * (1 - share)
        chosen: dict[bytes, int] = {}
        for i in np.argsort(-doubt, kind="stable"):
            if doubt[i] > DOUBT and len(chosen) < most:
                chosen.setdefault(opinions[:, i].tobytes(), self.open[i])
        return list(chosen.values())

    def open_by_side(self, explanation: Explanation) -> tuple[list[int], list[int]]:
        """Open cases in which an explanation holds, and those in which it does not; neighbours first."""
        inside = explanation.holds(self.truth)
        latest = self.open[::-1]
        return [i for i in latest if inside[i]], [i for i in latest if not inside[i]]

    def run(self, number: int) -> None:
        """Run the check on an open case; the first that fail bring their neighbours."""
        self.open.remove(number)
        failed = self.fails(self.known[number].case)
        self.outcomes[number] = failed
        drawn = self.drawn[number]
        if failed and drawn is not None and self.families < FAMILIES:
            self.families += 1
            before = len(self.known)
            self._admit(neighbours(self.pair, drawn, self.seed + self.families))
            new = self.known[before:]
            more = np.array([[p.holds(fact) for fact in new] for p in self.predicates], dtype=bool)
            self.truth = np.hstack([self.truth, more.reshape(len(self.predicates), len(new))])

    def failing(self) -> list[Case]:
        """The cases that are known to fail."""
        return [
            fact.case for fact, out in zip(self.known, self.outcomes, strict=True) if out is True
        ]

    def _admit(self, drawn: Iterable[Drawn]) -> None:
        for one in drawn:
            fact = facts(self.pair, one.case)
            if not fact.empty and _kinds([one.case]) <= self.admitted:
                self.open.append(len(self.known))
                self._append(one, fact, None)

    def _append(self, drawn: Drawn | None, fact: Facts, outcome: bool | None) -> None:
        self.drawn.append(drawn)
        self.known.append(fact)
        self.outcomes.append(outcome)


def _kinds(cases: Iterable[Case]) -> set[tuple[str, Any]]:
    """Regimes and switches: what may decide whether a check has something to compare."""
    kinds: set[tuple[str, Any]] = set()
    for case in cases:
        kinds.add(("values", case.values))
        for name, value in case.options.items():
            switch = value is None or isinstance(value, bool | str)
            kinds.add((name, value if switch else type(value)))
    return kinds


def _telling(known: Sequence[Facts]) -> tuple[list[Predicate], Array]:
    """The predicates that are true of some cases only, and of equal ones the cheapest."""
    best: dict[bytes, tuple[Predicate, Array]] = {}
    for predicate in predicates(known):
        row = np.fromiter((predicate.holds(fact) for fact in known), dtype=bool, count=len(known))
        other = best.get(row.tobytes())
        if not row.all() and row.any() and (other is None or predicate.cost < other[0].cost):
            best[row.tobytes()] = predicate, row
    if not best:
        return [], np.zeros((0, len(known)), dtype=bool)
    return [predicate for predicate, _ in best.values()], np.array([r for _, r in best.values()])
