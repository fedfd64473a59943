"""A backward that fails behind a wrong forward: whose mistake is it?

A course that leaves the cache to the student lets the forward hand its mistake on. Where the gradients are those
of a known mistake of the forward, the backward is right; where they are those of a mistake of its own, it is wrong.
A backward that gives the slope of its own forward, whatever that computes, is right too. Else nobody knows before
the forward is repaired.
"""

from collections.abc import Sequence
from typing import Any, Literal

from parity_tests.harness.cases import Case
from parity_tests.homework.evidence import Trials
from parity_tests.homework.naming import explanations
from parity_tests.homework.slope import follows
from parity_tests.homework.trial import HomeworkTrial

SLOPES = 12
"""On so many cases the slope is asked for."""
Origin = Literal["forward", "own", "unknown"]


def origin(trial: Trials, function: str, clouded: Sequence[Case]) -> Origin:
    """Where the failures of a backward on these cases come from, in each of which its forward is wrong too."""
    explained = explanations(trial, function, [(case, True) for case in clouded])
    trials = [trial(case) for case in clouded]
    if any(_right_by_itself(mistake.truth, trials) for mistake in explained):
        return "forward"
    if explained:
        return "own"
    asked = trials[:: -(-len(trials) // SLOPES)]
    known = [answer for answer in (follows(one, function) for one in asked) if answer is not None]
    return "forward" if known and all(known) else "unknown"


def _right_by_itself(truth: Any, trials: Sequence[HomeworkTrial]) -> bool:
    """Whether a mistake's gradients are right as soon as its forward is."""
    if not hasattr(truth, "right"):
        return all(not _same(t, truth, outputs=True) for t in trials)

    def forward(self: Any, *arguments: Any) -> Any:
        return self.right().forward(*arguments)

    repaired = type("Repaired", (truth,), {"forward": forward})
    return all(_same(t, repaired, outputs=False) for t in trials)


def _same(trial: HomeworkTrial, truth: Any, *, outputs: bool) -> bool:
    """Whether a mistake gives the right outputs, or the right gradients."""
    outcome = trial.outcome_of(truth)
    right, given = (
        (trial.twin.outputs, outcome.outputs)
        if outputs
        else (trial.twin.gradients, outcome.gradients)
    )
    return all(
        name in given and trial.compared("", name, given[name], x).passed
        for name, x in right.items()
    )
