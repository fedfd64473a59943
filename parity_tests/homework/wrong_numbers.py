"""The wrong numbers of a quantity on one case, and where in it they stand."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.conditions.windows import windows_of
from parity_tests.homework.trial import HomeworkTrial


class Seen:
    """One failing case: what was given for a quantity, what belongs there, and what both are made from."""

    def __init__(self, trial: HomeworkTrial, function: str, quantity: str) -> None:
        self.trial, self.quantity = trial, quantity
        self.all: dict[str, Any] = {**trial.twin.outputs, **trial.twin.gradients}
        self.expected = np.asarray(self.all[quantity])
        self.got: Any = trial.answers[function].values.get(quantity)

    @property
    def comparable(self) -> bool:
        return self.got is not None and np.shape(self.got) == self.expected.shape

    def equals(self, wanted: Any) -> bool:
        """Whether what was given is this, up to rounding."""
        if self.got is None or np.shape(self.got) != np.shape(wanted):
            return False
        with np.errstate(all="ignore"):
            return self.trial.compared("", self.quantity, self.got, wanted).passed

    @property
    def wrong(self) -> Array:
        """Which elements are wrong."""
        wrong = np.zeros(self.expected.shape, dtype=bool)
        for at in np.ndindex(*self.expected.shape):
            alone = np.array(self.expected)
            alone[at] = np.asarray(self.got)[at]
            wrong[at] = not self.trial.compared("", self.quantity, alone, self.expected).passed
        return wrong

    @property
    def ratio(self) -> Array:
        with np.errstate(all="ignore"):
            ratio: Array = np.asarray(self.got, float) / self.expected
        return ratio


FEW = 3
"""In so many cases at least there have to be elements of the other kind."""


def where(seen: list[Seen]) -> str:
    """Which elements are right on all cases: those in one window, inside the border, but for one class."""
    wrong = [s.wrong for s in seen]
    for words, mask in _MASKS:
        masks = [mask(s) for s in seen]
        if any(m is None for m in masks):
            continue
        outside = sum(bool(np.any(~m)) for m in masks)
        if outside >= FEW and all(not np.any(w & ~m) for w, m in zip(wrong, masks, strict=True)):
            return words
    return ""


def _in_several_windows(seen: Seen) -> Any:
    """The pixels that lie in more than one window."""
    windows = windows_of(seen.trial.case, {})
    if len(windows) != 2 or seen.quantity != "dx":
        return None
    counts = [np.bincount(window.met, minlength=window.size) for window in windows]
    return np.broadcast_to(np.multiply.outer(*counts) > 1, seen.expected.shape)


def _border(seen: Seen) -> Any:
    if seen.expected.ndim != 4:
        return None
    inner = np.zeros(seen.expected.shape, dtype=bool)
    inner[:, :, 1:-1, 1:-1] = True
    return ~inner


def _at(axis: int, index: int) -> Callable[[Seen], Any]:
    def mask(seen: Seen) -> Any:
        if seen.expected.ndim <= axis or seen.expected.ndim < 2:
            return None
        chosen = np.zeros(seen.expected.shape, dtype=bool)
        np.moveaxis(chosen, axis, 0)[index] = True
        return chosen

    return mask


def _at_the_true_class(seen: Seen) -> Any:
    target = seen.trial.arguments.get("target")
    if target is None or seen.expected.ndim != 2:
        return None
    return np.arange(seen.expected.shape[1]) == target[:, None]


_MASKS: tuple[tuple[str, Callable[[Seen], Any]], ...] = (
    ("is wrong at the true class alone", _at_the_true_class),
    ("is wrong in the first step alone", lambda seen: _step(seen, True)),
    ("is right in the first step", lambda seen: _step(seen, False)),
    ("is right where a pixel lies in one window only", _in_several_windows),
    ("is wrong in the last column alone", _at(3, -1)),
    ("is wrong in the last row alone", _at(2, -1)),
    ("is right but for the border rows and columns", _border),
    ("is wrong in the last sample alone", _at(0, -1)),
    ("is wrong in the first sample alone", _at(0, 0)),
)


def _step(seen: Seen, first: bool) -> Any:
    if seen.trial.pair.kind != "optimizer":
        return None
    chosen = np.zeros(seen.expected.shape, dtype=bool)
    chosen[:1] = True
    return chosen if first else ~chosen
