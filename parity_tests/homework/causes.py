"""Several causes: each failing case is that of one of two mistakes, or of both; and what an error itself says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from parity_tests.homework.evidence import Evidence
from parity_tests.homework.task import Mistake, Trouble

ALONE = 2
"""Of two causes, each is alone in so many failing cases."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains some of the failing cases, and spoils none that passes.

    Args:
        mistake: its name, and what is said of it.
        explains: the numbers of the failing cases.
        truth: the class that makes it; None of what the error itself says.
    """

    mistake: Mistake
    explains: frozenset[int]
    truth: Any = None


Pair = tuple[Cause, Cause]


def causes_of(evidence: Evidence, known: Sequence[Mistake]) -> list[Mistake]:
    """The one cause that the errors tell, or the two that explain everything between them; else nothing."""
    every = frozenset(range(len(evidence.failing)))
    told = list(_told(evidence))
    if len(told) == 1 and told[0].explains == every:
        return [told[0].mistake]
    pairs = [
        pair
        for pair in combinations([*told, *_made(evidence, known)], 2)
        if _each_alone(evidence, *pair) and _together(evidence, *pair, every)
    ]
    pairs = _narrowest(evidence, pairs)
    names = {frozenset(cause.mistake.name for cause in pair) for pair in pairs}
    return [cause.mistake for cause in pairs[0]] if len(names) == 1 else []


def _narrowest(evidence: Evidence, pairs: list[Pair]) -> list[Pair]:
    """Those that spoil least: whoever makes these mistakes has not made the wider ones."""
    if len(pairs) < 2:
        return pairs
    spoiled = [
        sum(evidence.spoiled(cause.truth) for cause in pair if cause.truth is not None)
        for pair in pairs
    ]
    return [pair for pair, much in zip(pairs, spoiled, strict=True) if much == min(spoiled)]


def _told(evidence: Evidence) -> Iterator[Cause]:
    """The errors that say by themselves what is wrong."""
    found: dict[str, set[int]] = {}
    mistakes: dict[str, Mistake] = {}
    for number, trial in enumerate(evidence.failing):
        trouble = trial.answers[evidence.function].trouble
        said = None if trouble is None else _of_an_error(trouble)
        if said is not None:
            mistakes[said.name] = said
            found.setdefault(said.name, set()).add(number)
    for name, numbers in found.items():
        yield Cause(mistakes[name], frozenset(numbers))


_ERRORS = (
    (
        r"raises NameError: name '(\w+)' is not defined",
        "uses {0}, which nothing defines",
        "Where is {0} written, and does this file import it?",
    ),
    (
        r"raises UnboundLocalError: .*'(\w+)'",
        "uses {0} before it has a value",
        "On which way through the function does {0} get its value?",
    ),
)


def _of_an_error(trouble: Trouble) -> Mistake | None:
    """The mistake that an error names; None if it only shows where one ended.

    >>> print(_of_an_error(Trouble("error", "raises NameError: name 'relu' is not defined")).name)
    uses relu, which nothing defines
    >>> _of_an_error(Trouble("error", "raises IndexError: list index out of range"))
    """
    if trouble.kind == "missing":
        return Mistake(str(trouble), None)
    for pattern, name, hint in _ERRORS:
        if found := re.match(pattern, str(trouble)):
            return Mistake(name.format(found[1]), None, hint.format(found[1]))
    return None


def _made(evidence: Evidence, known: Sequence[Mistake]) -> Iterator[Cause]:
    """The mistakes that explain some of the failing cases, and all that pass."""
    failing = range(len(evidence.failing))
    passing = range(len(evidence.failing), len(evidence.trials))
    for mistake in known:
        if mistake.harmless or not _explained(evidence, mistake.truth, passing):
            continue
        numbers = frozenset(n for n in failing if _explained(evidence, mistake.truth, [n]))
        if numbers:
            yield Cause(mistake, numbers, mistake.truth)


def _explained(evidence: Evidence, truth: Any, numbers: Sequence[int]) -> bool:
    return all(
        evidence.same(number, truth, quantity)
        for number in numbers
        for quantity in evidence.quantities
    )


def _each_alone(evidence: Evidence, first: Cause, second: Cause) -> bool:
    """Whether each has cases of its own, in which the other is not at work or an error comes before it."""
    for one, other in ((first, second), (second, first)):
        alone = one.explains - other.explains
        if len(alone) < ALONE or any(_at_work(evidence, other, number) for number in alone):
            return False
    return True


def _at_work(evidence: Evidence, cause: Cause, number: int) -> bool:
    ended = evidence.failing[number].answers[evidence.function].trouble is not None
    return cause.truth is not None and not ended and evidence.spoiled_in(number, cause.truth) > 0


def _together(evidence: Evidence, first: Cause, second: Cause, every: frozenset[int]) -> bool:
    """Whether what neither explains alone is what both give together."""
    left = sorted(every - first.explains - second.explains)
    if not left:
        return True
    if first.truth is None or second.truth is None:
        return False
    try:
        both = type("Both", (first.truth, second.truth), {})
    except TypeError:
        return False  # they have not the same steps
    return _explained(evidence, both, left)
