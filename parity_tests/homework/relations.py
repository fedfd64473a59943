"""What the wrong numbers of a quantity have to do with the right ones, where it is the same on every failing case."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from parity_tests.homework.trial import HomeworkTrial
from parity_tests.homework.wrong_numbers import Seen, where

LARGEST = 12
"""Constant factors are looked for among fractions of numbers up to this one."""


def relation(trials: Sequence[HomeworkTrial], function: str, quantity: str) -> str:
    """A sentence's end that is true of the quantity on all of these cases; nothing where none is found.

    Where the function has no answer to one of them, there is more to it than these numbers.
    """
    if any(t.answers[function].trouble is not None for t in trials):
        return ""
    trials = [t for t in trials if quantity in t.expected_of(function, t.twin)]
    asked = [t for t in trials if quantity in t.twin.outputs | t.twin.gradients]
    seen = [Seen(trial, function, quantity) for trial in asked]
    seen = [s for s in seen if not s.equals(s.expected)]
    if not seen:
        return ""
    if not all(s.comparable for s in seen):
        return _of_shapes(seen)
    return next((words for words in _of_numbers(seen) if words), "")


def _of_shapes(seen: list[Seen]) -> str:
    if all(s.got is None for s in seen):
        return "is None"
    if all(s.equals(s.expected.T) for s in seen):
        return "is transposed"
    if any(s.got is None or s.comparable for s in seen):
        return ""
    if all(np.size(s.got) == s.expected.size for s in seen):
        return "has its numbers in the wrong shape"
    if all(np.ndim(s.got) != s.expected.ndim for s in seen):
        return "has the wrong number of axes"
    return "has the wrong shape"


def _of_numbers(seen: list[Seen]) -> Iterator[str]:
    if all(not np.all(np.isfinite(np.asarray(s.got, float))) for s in seen):
        yield "contains NaN or infinity"
    if all(np.all(np.asarray(s.got) == 0) for s in seen):
        yield "is 0 everywhere"
    yield _constant(seen)
    yield _by_a_size(seen)
    yield _by_an_argument(seen)
    yield _another(seen)
    yield _offset(seen)
    yield where(seen)
    yield _by_a_number(seen)
    yield _by_axis(seen)
    yield _too(seen)


def _constant(seen: list[Seen]) -> str:
    ratios = seen[0].ratio
    ratios = ratios[np.isfinite(ratios)]
    if not ratios.size:
        return ""
    factor = Fraction(float(ratios.flat[0])).limit_denominator(LARGEST)
    if not factor or abs(factor) > LARGEST or factor == 1:
        return ""
    if not all(s.equals(s.expected * float(factor)) for s in seen):
        return ""
    return "has the wrong sign" if factor == -1 else f"is {factor} times what it should be"


def _by_a_size(seen: list[Seen]) -> str:
    """A size, or a product of them, too much or too little."""
    names = list(_numbers(seen[0]))
    choices = (
        [(name,) for name in names] + list(combinations(names, 2)) + list(combinations(names, 3))
    )
    for choice in choices:
        factors = [float(np.prod([_numbers(s).get(name, np.nan) for name in choice])) for s in seen]
        if len(set(factors)) < 2 or not all(np.isfinite(factors)) or 0 in factors:
            continue
        product = " ".join(choice)
        if all(s.equals(s.expected * f) for s, f in zip(seen, factors, strict=True)):
            return f"is too large by the factor {product}"
        if all(s.equals(s.expected / f) for s, f in zip(seen, factors, strict=True)):
            return f"is too small: it is divided by {product}"
    return ""


def _numbers(seen: Seen) -> Mapping[str, float]:
    """Sizes and numeric options of a case, under the course's names."""
    trial = seen.trial
    named = {**trial.case.sizes, **trial.case.options}
    return {
        trial.task.words.get(name, name): value
        for name, value in named.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _by_an_argument(seen: list[Seen]) -> str:
    """A parameter (gamma) too much or too little, channel by channel."""
    for name in seen[0].trial.arguments:
        parameters = [_along_channels(s, name) for s in seen]
        if any(p is None for p in parameters):
            continue
        with np.errstate(all="ignore"):
            if all(s.equals(s.expected * p) for s, p in zip(seen, parameters, strict=True)):
                return f"is multiplied by {name} once too often"
            if all(s.equals(s.expected / p) for s, p in zip(seen, parameters, strict=True)):
                return f"is not multiplied by {name}, or divided by it"
    return ""


def _along_channels(seen: Seen, name: str) -> Any:
    parameter = seen.trial.arguments.get(name)
    if parameter is None or name == "x" or parameter.ndim != 1:
        return None
    shape = [1] * seen.expected.ndim
    axis = 1 if seen.expected.ndim > 1 else 0
    if axis >= len(shape) or seen.expected.shape[axis] != parameter.size:
        return None
    shape[axis] = parameter.size
    return parameter.reshape(shape)


def _another(seen: list[Seen]) -> str:
    """What belongs elsewhere."""
    # One number is soon equal to another by chance.
    several = max(np.size(s.expected) for s in seen) > 1
    others = [name for name in seen[0].all if name != seen[0].quantity and several]
    for name in others:
        if all(name in s.all and s.equals(s.all[name]) for s in seen):
            return f"holds what {'out' if name == 'y' else name} should be"
    for name in seen[0].trial.arguments:
        if all(s.equals(s.trial.arguments[name]) for s in seen):
            return f"is {name} itself"
    if all(s.trial.dy is not None and s.equals(s.trial.dy) for s in seen):
        return "is dout itself"
    return ""


def _offset(seen: list[Seen]) -> str:
    differences = [np.asarray(s.got, float) - s.expected for s in seen]
    if max(d.size for d in differences) < 2:
        return ""
    by = [float(d.flat[0]) for d in differences]
    if not all(s.equals(s.expected + b) for s, b in zip(seen, by, strict=True)):
        return ""
    return "is off by one number everywhere"


def _by_a_number(seen: list[Seen]) -> str:
    """One factor, which is another on every case."""
    if max(s.expected.size for s in seen) < 2 or not all(_scaled_alike(s) for s in seen):
        return ""
    return "is off by one factor, which is another in every case"


def _scaled_alike(seen: Seen) -> bool:
    ratios = seen.ratio[np.isfinite(seen.ratio)]
    return bool(ratios.size) and seen.equals(seen.expected * np.median(ratios))


def _by_axis(seen: list[Seen]) -> str:
    """A factor of its own for each sample, or each channel."""
    if seen[0].trial.pair.kind == "optimizer":
        return ""
    for axis, words in ((1, "each channel"), (0, "each sample")):
        if all(s.expected.ndim > axis and _scaled(s, axis) for s in seen) and any(
            s.expected.size > s.expected.shape[axis] for s in seen
        ):
            return f"is off by a factor of its own in {words}"
    return ""


def _scaled(seen: Seen, axis: int) -> bool:
    ratio = np.moveaxis(seen.ratio, axis, 0).reshape(seen.expected.shape[axis], -1)
    if not np.isfinite(ratio).any(axis=1).all():
        return False  # where nothing is left of a sample or a channel, no factor can be told
    with np.errstate(all="ignore"):
        factor = np.nanmedian(np.where(np.isfinite(ratio), ratio, np.nan), axis=1)
    shape = [1] * seen.expected.ndim
    shape[axis] = len(factor)
    return bool(np.all(np.isfinite(factor))) and seen.equals(seen.expected * factor.reshape(shape))


def _too(seen: list[Seen]) -> str:
    """Every number has the right sign and is too small, or too large."""
    for words, sign in (("small", -1), ("large", 1)):
        if all(_one_way(s, sign) for s in seen):
            return f"has the right sign and is too {words}"
    return ""


def _one_way(seen: Seen, sign: int) -> bool:
    got, wrong = np.asarray(seen.got, float), seen.wrong
    same = np.sign(got) == np.sign(seen.expected)
    grown = sign * (np.abs(got) - np.abs(seen.expected)) > 0
    return bool(np.all(~wrong | (same & grown)))
