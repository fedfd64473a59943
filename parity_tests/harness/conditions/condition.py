"""Under which condition a check fails: the simplest predicate that tells failing cases from passing ones.

Each predicate explains the outcomes as a code of so many bits: those that name the predicate, and
those that then remain to tell which cases fail (none, when exactly the cases that satisfy it do). The
shortest code wins, and only if it is shorter by far than the one that names no condition: this is
the principle of minimum description length (Rissanen 1978, *Modeling by shortest data
description*), and what keeps a formula from being fitted to chance. Where several predicates
explain what was seen, further cases are run on which they disagree (Seung, Opper and Sompolinsky
1992, *Query by committee*).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from parity_tests.harness.cases import DTYPES, HALF, Case
from parity_tests.harness.conditions.evidence import Evidence, Fails
from parity_tests.harness.conditions.explanation import Explanation
from parity_tests.harness.conditions.features import Predicate, facts
from parity_tests.harness.conditions.vocabulary import phrase, words_for
from parity_tests.harness.pair import Pair

MARGIN = 12.0
"""A condition must save so many bits: chance does that once in 4096 times."""
BUDGET, ROUND, CONFIRMED = 90, 10, 8
"""So many further cases are run at most, in rounds; so many on each side, if there are, confirm what
nothing contests any more."""
OTHER_DTYPE = 8
"""So many failing cases are run in the other dtype."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What failing cases have in common, with its counts over all cases that were run to find it.

    ``holds`` tells of any case of the pair whether it meets the condition.

    >>> print(Condition("stride < kernel_size", "overlapping windows", 41, 41, 159, 159).sentence())
    fails in 41 of 41 cases with overlapping windows (stride < kernel_size), passes in 159 of 159 without
    >>> print(Condition("n == 1", "a batch of one", 17, 41, 159, 159).sentence())
    fails only with a batch of one (n == 1): in 17 of 41 such cases; passes in 159 of 159 without
    >>> print(Condition("not training", "in evaluation mode", 41, 41, 157, 159).sentence())
    fails in 41 of 41 cases in evaluation mode (not training), and in 2 of 159 others
    """

    formula: str
    words: str
    failed: int
    inside: int
    passed: int
    outside: int
    holds: Callable[[Case], bool] = field(default=lambda case: True, compare=False, repr=False)

    def sentence(self) -> str:
        """One sentence for people."""
        if self.formula == "always":
            return f"fails always: in {self.failed} of {self.inside} cases"
        where = phrase(self.words)
        if self.words != self.formula:
            where += f" ({self.formula})"
        counts = f"{self.failed} of {self.inside}"
        rest = f"{self.passed} of {self.outside} {self._others()}"
        if self.passed < self.outside:
            rest = f"{self.outside - self.passed} of {self.outside} {self._others()}"
            return f"fails in {counts} cases {where}, and in {rest}"
        if self.failed < self.inside:
            return f"fails only {where}: in {counts} such cases; passes in {rest}"
        return f"fails in {counts} cases {where}, passes in {rest}"

    def _others(self) -> str:
        """One thing that is there can be left out ("without"); of all else one says "others"."""
        one = not any(joint in self.words for joint in (" and ", " or "))
        there = phrase(self.words).startswith("with ") and not self.words.startswith("no ")
        return "without" if one and there and self.words != self.formula else "others"


def find(
    pair: Pair, seen: Sequence[tuple[Case, bool]], fails: Fails, seed: int
) -> Condition | None:
    """The condition under which a check of the pair fails; None if no condition stands out.

    Args:
        pair: whose cases they are.
        seen: the cases of a run in one dtype, each with whether the check failed.
        fails: runs the check on a further case; None if it has nothing to compare there.
        seed: of the further cases.
    """
    if not any(failed for _, failed in seen):
        return None
    evidence = Evidence(pair, seen, fails, seed)
    best = _examine(evidence)
    if best is None:
        return None
    return _in_one_dtype(evidence, _condition(evidence, best))


def _examine(evidence: Evidence) -> Explanation | None:
    """The explanation that is left when nothing contests it any more, or the budget is spent."""
    spent = 0
    confirming: tuple[int, ...] = ()
    while True:
        committee = evidence.committee()
        best = committee[0]
        chosen = evidence.contested(committee, ROUND)
        if not chosen and best.parts != confirming:
            confirming = best.parts
            chosen = [i for side in evidence.open_by_side(best) for i in side[:CONFIRMED]]
        if not chosen or spent >= BUDGET:
            return best if _convinces(best, committee) else None
        for number in chosen:
            evidence.run(number)
        spent += len(chosen)


def _convinces(best: Explanation, committee: Sequence[Explanation]) -> bool:
    """Whether it saves enough bits; that everything fails alike is told if everything does."""
    alike = next((other.bits for other in committee if not other.parts), float("inf"))
    return best.bits < 1 if not best.parts else alike - best.bits >= MARGIN


def _condition(evidence: Evidence, best: Explanation) -> Condition:
    counts = evidence.counts(best)
    parts = [evidence.predicates[number] for number in best.parts]
    if not parts:
        return Condition("always", "always", *counts)
    formulas = [part.formula for part in parts]
    if best.joined == "or":
        formulas = [f"({formula})" if " and " in formula else formula for formula in formulas]
    formula = f" {best.joined} ".join(formulas)
    words = _words(parts, best.joined)
    if evidence.pair.address.startswith("losses."):
        words = words.replace("channel", "class")  # c counts these there

    def holds(case: Case) -> bool:
        fact = facts(evidence.pair, case)
        truth = np.array([[part.holds(fact)] for part in parts])
        return bool(replace(best, parts=tuple(range(len(parts)))).holds(truth)[0])

    return Condition(formula, words, *counts, holds)


def _words(parts: Sequence[Predicate], joined: str) -> str:
    """The words of one predicate, or of several: "overlapping windows and padding", "a bias and in float32"."""
    first, *others = (part.words for part in parts)
    for words in others:
        alike = phrase(first).startswith("with ") and phrase(words).startswith("with ")
        first = f"{first} {joined} {words if alike else phrase(words)}"
    return first


def _in_one_dtype(evidence: Evidence, found: Condition) -> Condition:
    """The condition, with the dtype if its failures are gone in the other."""
    failing = evidence.failing()
    # Not the first of them: random draws begin with small and simple cases.
    failing = failing[:: -(-len(failing) // OTHER_DTYPE)]
    own = failing[0].dtype
    (other,) = (dtype for dtype in (HALF if own in HALF else DTYPES) if dtype != own)
    outcomes = [evidence.fails(replace(case, dtype=other)) for case in failing]
    if None in outcomes or any(outcomes):
        return found
    dtype = f"dtype == {own!r}"
    passed, outside = found.passed + len(outcomes), found.outside + len(outcomes)
    if found.formula == "always":
        return replace(found, formula=dtype, words=words_for(dtype), passed=passed, outside=outside)
    return replace(
        found,
        formula=f"{found.formula} and {dtype}",
        words=f"{found.words} {words_for(dtype)}",
        passed=passed,
        outside=outside,
    )
