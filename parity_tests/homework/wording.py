"""A condition in the course's names: ``pad`` for ``padding``, ``C`` for ``c``, test mode for evaluation mode."""

import re
from collections.abc import Mapping
from dataclasses import replace

from parity_tests.harness.conditions.condition import Condition
from parity_tests.harness.conditions.vocabulary import words_for

Words = Mapping[str, str]
FORMULA = re.compile(r"[=<>]|^not | is |\bx\.")
EVERYWHERE = {"in evaluation mode": "in test mode"}


def in_course_words(found: Condition, words: Words) -> str:
    """The sentence about a condition.

    Args:
        found: in the harness's names.
        words: the course's by the harness's: of sizes and options, of formulas, and of whole phrases.

    >>> found = Condition("n != c and padding != 1", "n != c and padding != 1", 9, 9, 7, 7)
    >>> in_course_words(found, {"n": "N", "c": "D", "padding": "pad"})
    'fails in 9 of 9 cases with N != D and pad != 1, passes in 7 of 7 others'
    >>> found = Condition("training", "in training mode", 9, 9, 7, 7)
    >>> in_course_words(found, {"training": "mode == 'train'"})
    "fails in 9 of 9 cases in training mode (mode == 'train'), passes in 7 of 7 others"
    >>> found = Condition("c > 1", "more than one channel", 9, 9, 7, 7)
    >>> in_course_words(found, {"c": "D", "more than one channel": "more than one feature"})
    'fails in 9 of 9 cases with more than one feature (D > 1), passes in 7 of 7 without'
    """
    names = {old: new for old, new in words.items() if not _is_phrase(old)}
    said = found.words
    for part in re.split(r" and | or ", found.formula):
        bare = part.strip("()")
        if words_for(bare) == bare:  # it has no words of its own, and stands among them
            said = said.replace(bare, exchanged(bare, names))
    for old, new in {**EVERYWHERE, **{k: v for k, v in words.items() if _is_phrase(k)}}.items():
        said = said.replace(old, new)
    return replace(found, formula=exchanged(found.formula, names), words=said).sentence()


def exchanged(formula: str, names: Words) -> str:
    """A formula with the harness's names exchanged, where they stand as words of their own.

    >>> exchanged("kernel_size[0] > c and x.c", {"kernel_size[0]": "pool_height", "c": "C"})
    'pool_height > C and x.c'
    """
    for old, new in sorted(names.items(), key=lambda pair: -len(pair[0])):
        formula = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w])", new, formula)
    return formula


def _is_phrase(words: str) -> bool:
    """Whether it is a piece of a sentence and no formula: a formula has a sign, an array, or is one word."""
    return " " in words and not FORMULA.search(words)
