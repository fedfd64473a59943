"""Names a mistake: the one whose numbers are the submission's, on failing cases and on passing ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from parity_tests.homework.causes import causes_of
from parity_tests.homework.evidence import Evidence, Outcomes, Trials
from parity_tests.homework.relations import relation
from parity_tests.homework.task import Mistake
from parity_tests.homework.trial import HomeworkTrial

MORE = 2
"""So many times as many it has to explain to be named."""
FEW = 3
"""Nothing is said of fewer failing cases: chance explains them too well."""
OPEN = 3
"""With more names than these, nothing is known."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said of a wrong function.

    Args:
        name: the mistake, or several, or what is known of the numbers.
        hint, explanation: of the mistakes; empty where none is known.
    """

    name: str
    hint: str = ""
    explanation: str = ""


def name_of(trial: Trials, function: str, outcomes: Outcomes) -> Diagnosis | None:
    """What is known of a wrong function; None if nothing is.

    One mistake that explains all that the function gives is the name. Else each wrong quantity has a name
    of its own, and where none has, what its numbers have in common. A name has to hold on every case.
    """
    evidence, more = (Evidence(trial, function, outcomes, times) for times in (1, MORE))
    if len(evidence.failing) < FEW:
        return None
    known = evidence.trials[0].task.mistakes
    own = [mistake for mistake in known if not mistake.harmless]
    named = _in_full(evidence, more, own)
    named = named or _in_full(evidence.leniently(), more.leniently(), own)
    if named:
        return _said(_of_all(trial, function, outcomes, _of_the_whole(evidence, named)))
    if causes := causes_of(more, known):
        return Diagnosis(*_joined(causes))
    if evidence.trials[0].task.uses:  # the gradients of a network hang together:
        return None  # what explains some of them is a guess
    parts = [part for part in _of_quantities(evidence, more, known) if part is not None]
    return Diagnosis(*_joined(parts)) if parts else None


def _of_all(
    trial: Trials, function: str, outcomes: Outcomes, named: list[Mistake]
) -> list[Mistake]:
    """Of several names those that hold on every case that was run; all of them if none does."""
    if len({mistake.name for mistake in named}) == 1:
        return named
    every = Evidence(trial, function, outcomes, len(outcomes)).leniently()
    return [m for m in named if every.explained_in_full(m.truth)] or named


def explanations(trial: Trials, function: str, outcomes: Outcomes) -> list[Mistake]:
    """The mistakes that explain, each alone, all that the function gives."""
    evidence, more = (Evidence(trial, function, outcomes, times) for times in (1, MORE))
    if not evidence.telling:
        return []
    known = [mistake for mistake in evidence.trials[0].task.mistakes if not mistake.harmless]
    return _in_full(evidence, more, known)


def _in_full(evidence: Evidence, more: Evidence, known: Sequence[Mistake]) -> list[Mistake]:
    found = [m for m in known if evidence.explained_in_full(m.truth)]
    return [m for m in found if more.explained_in_full(m.truth)]


def _of_the_whole(evidence: Evidence, named: list[Mistake]) -> list[Mistake]:
    """Those that explain what the task's other functions give as well; all of them where none does."""
    others = [f for f in evidence.trials[0].task.functions if f != evidence.function]
    both = [m for m in named if all(evidence.of(f).explained_in_full(m.truth) for f in others)]
    return both or named


def _of_quantities(
    evidence: Evidence, more: Evidence, known: Sequence[Mistake]
) -> Iterator[Diagnosis | None]:
    """For each mistake the quantities that it explains; what is left is described."""
    conventions = [mistake for mistake in known if mistake.harmless]
    left = [
        quantity
        for quantity in evidence.quantities
        if evidence.wrong(quantity)
        and not any(evidence.explained(other.truth, quantity) for other in conventions)
    ]
    alone, wrong = len(left) == len(evidence.quantities), len(left)
    while left:
        best: list[Mistake] = []
        covered: list[str] = []
        for mistake in (*known, *_pairs(evidence, known, left)):
            explained = [q for q in left if evidence.explained(mistake.truth, q)]
            explained = [q for q in explained if more.explained(mistake.truth, q)]
            if mistake.harmless or not explained or len(explained) < len(covered):
                continue
            if _says_more(evidence, mistake, explained):
                continue
            best = [*best, mistake] if explained == covered else [mistake]
            covered = explained
        if not best:
            break
        said = _said(_narrowest(evidence, best))
        yield said if alone and covered == left else _prefixed(said, covered, evidence)
        left = [quantity for quantity in left if quantity not in covered]
    for quantity in left:
        sentence = relation(evidence.failing, evidence.function, quantity)
        if not sentence and len(left) < wrong:
            sentence = "is wrong as well"
        yield Diagnosis(f"{shown(evidence.trials[0], quantity)} {sentence}") if sentence else None


def _says_more(evidence: Evidence, mistake: Mistake, explained: list[str]) -> bool:
    """Whether a mistake of an update rule is about a state too, of which it does not hold: all hang together there."""
    if evidence.trials[0].pair.kind != "optimizer":
        return False
    others = [q for q in evidence.quantities if q not in explained]
    return _touches(mistake, evidence.failing[0], others) and not all(
        evidence.explained(mistake.truth, q) for q in others
    )


def _pairs(evidence: Evidence, known: Sequence[Mistake], left: list[str]) -> Iterator[Mistake]:
    """Two mistakes in one class, where a class can make both; only for what none explains alone."""
    open_ones = [q for q in left if not any(evidence.explained(m.truth, q) for m in known)]
    if not open_ones or not evidence.telling:
        return
    touching = [m for m in known if any(_touches(m, one, open_ones) for one in evidence.failing)]
    for first, second in combinations(touching, 2):
        try:
            both: Any = type(
                "Both", (first.truth, second.truth), {"parts": (first.truth, second.truth)}
            )
        except TypeError:
            continue  # they have not the same steps
        if not (first.harmless and second.harmless):
            said = [m for m in (first, second) if not m.harmless]
            name, hint, explanation = _joined(said)
            yield Mistake(name, both, hint, explanation)


def _narrowest(evidence: Evidence, mistakes: list[Mistake]) -> list[Mistake]:
    """Those that spoil least: whoever makes one of them has not made the wider ones."""
    spoiled = [
        sum(evidence.spoiled(part) for part in getattr(mistake.truth, "parts", (mistake.truth,)))
        for mistake in mistakes
    ]
    return [m for m, much in zip(mistakes, spoiled, strict=True) if much == min(spoiled)]


def _touches(mistake: Mistake, trial: HomeworkTrial, quantities: list[str]) -> bool:
    outcome = trial.outcome_of(mistake.truth)
    given, right = ({**o.outputs, **o.gradients} for o in (outcome, trial.twin))
    return any(
        q not in given or not trial.compared("", q, given[q], right[q]).passed
        for q in quantities
        if q in right
    )


def _said(mistakes: Sequence[Mistake]) -> Diagnosis | None:
    """One name; or the few that nothing tells apart, and none of them as a fact."""
    names = list(dict.fromkeys(mistake.name for mistake in mistakes))
    if len(names) > OPEN:
        return None
    first = mistakes[0]
    name = first.name if len(names) == 1 else f"either {' or '.join(names)}"
    return Diagnosis(name, first.hint, first.explanation)


def _prefixed(said: Diagnosis | None, covered: list[str], evidence: Evidence) -> Diagnosis | None:
    if said is None:
        return None
    quantities = ", ".join(shown(evidence.trials[0], quantity) for quantity in covered)
    if said.name.startswith(f"{quantities} "):
        return said
    return Diagnosis(f"{quantities}: {said.name}", said.hint, said.explanation)


def _joined(parts: Sequence[Any]) -> tuple[str, str, str]:
    """Names, hints and explanations, each said once."""
    names = "; ".join(dict.fromkeys(part.name for part in parts))
    hints, explanations = (
        " ".join(dict.fromkeys(text for text in texts if text))
        for texts in ([part.hint for part in parts], [part.explanation for part in parts])
    )
    return names, hints, explanations


def shown(trial: HomeworkTrial, quantity: str) -> str:
    """A quantity under its name in the course."""
    if quantity in trial.task.arrays:
        return trial.task.arrays[quantity]
    if quantity == "y":
        return "the loss" if trial.task.scalar else "out"
    return "w" if quantity == "param" else quantity
