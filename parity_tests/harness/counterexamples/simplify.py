"""Makes a failing case small enough to check by hand: fewer steps, an ordinary layout, simple numbers.

Hypothesis has made the sizes small before; what is left are random numbers. Each move here is tried
once and kept if the case still fails (delta debugging: Zeller and Hildebrandt 2002, section 3). Numbers
stay where their regime wants them: where it avoids kinks and ties, no move makes one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness import values
from parity_tests.harness.cases import Case
from parity_tests.harness.given import Numbers, numbers_of
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial

# So often is the case run at most, and so many numbers may it have; a large case is only stripped.
RUNS = 400
NUMBERS = 200
Tried = Callable[[Case], Trial]
STEPS = (1, 2, 3, 5, 10, 20)
SHORTENED, SEEDS = ("n", "c"), 6
SIMPLE = (0, 1, -1, 2, -2)
DECIMALS = (0, 1, 2)


def simplify(
    pair: Pair,
    case: Case,
    fails: Callable[[Case], bool],
    trial: Callable[[Case], Trial] | None = None,
) -> Case:
    """A case that fails as ``case`` does, and that is simpler.

    Args:
        pair: the pair of the case.
        case: one on which ``fails`` is true.
        fails: whether a case still fails in the same way; called RUNS times at most.
        trial: runs a case, where that takes more than the pair's reference and twin.

    >>> from parity_tests.pairs import PAIRS
    >>> case = Case("activations.tanh", sizes={"shape": (2,)}, layout="strided", values="large")
    >>> small = simplify(PAIRS[case.pair], case, lambda case: True)
    >>> small.layout, small.values, small.given
    ('contiguous', 'ordinary', {'x': (0, 0), 'dy': (0, 0)})
    """
    tried = trial or (lambda case: Trial(pair, case))
    descent = _Descent(case, fails)
    _fill(tried, descent)
    _shorten(tried, descent)
    for change in _settings(pair, case):
        descent.to(replace(descent.case, **change))
    for steps in STEPS if pair.kind == "optimizer" else ():
        shorter = {**descent.case.sizes, "steps": steps}
        if steps >= descent.case.sizes["steps"] or descent.to(replace(descent.case, sizes=shorter)):
            break
    numbers = _arrays(tried, descent.case)
    if sum(x.size for x in numbers.values()) <= NUMBERS:
        _Simpler(pair, descent, numbers).run()
    return descent.case


class _Descent:
    """The simplest failing case so far, and how many more may be tried."""

    def __init__(self, case: Case, fails: Callable[[Case], bool]) -> None:
        self.case, self._fails, self._left = case, fails, RUNS

    def to(self, candidate: Case) -> bool:
        """Go there if it fails; whether the case now is the candidate."""
        if str(candidate) == str(self.case):  # in print 0 and -0.0 differ
            return True
        if self._left == 0:
            return False
        self._left -= 1
        if self._fails(candidate):
            self.case = candidate
            return True
        return False


def _fill(tried: Tried, descent: _Descent) -> None:
    """A batch of one tells more than an empty one, which is what Hypothesis takes for the smallest."""
    sizes = {name: _filled(size) for name, size in descent.case.sizes.items()}
    candidate = replace(descent.case, sizes=sizes)
    if sizes != descent.case.sizes and _is_valid(tried, candidate, descent.case):
        descent.to(candidate)


def _shorten(tried: Tried, descent: _Descent) -> None:
    """Fewer samples and channels: with other numbers, where those of the case do not fail there.

    Hypothesis takes the simplest seed first, and then the sizes at which its numbers fail.
    """
    for name in SHORTENED:
        size = descent.case.sizes.get(name, 1)
        shorter = (
            replace(descent.case, sizes={**descent.case.sizes, name: length}, seed=seed)
            for length in range(1, size if isinstance(size, int) else 1)
            for seed in (descent.case.seed, *range(SEEDS))
        )
        any(descent.to(case) for case in shorter if _is_valid(tried, case, descent.case))


def _is_valid(tried: Tried, case: Case, known: Case) -> bool:
    """Whether PyTorch takes the case, or refuses it for the same reason as a case that is known."""
    error = tried(case).twin.error
    return not error or error == tried(known).twin.error


def _filled(size: Any) -> Any:
    return tuple(map(_filled, size)) if isinstance(size, tuple) else size or 1


def _settings(pair: Pair, case: Case) -> Iterator[dict[str, Any]]:
    yield {"layout": "contiguous"}
    yield {"values": pair.regimes[0].name}


def _arrays(tried: Tried, case: Case) -> dict[str, Array]:
    """All arrays of a case; dy comes last."""
    trial = tried(case)
    arrays = {**trial.arguments, "dy": trial.dy}
    return {name: np.array(x) for name, x in arrays.items() if x is not None}


class _Simpler:
    """Moves one case's numbers towards 0, 1 and small integers."""

    def __init__(self, pair: Pair, descent: _Descent, numbers: dict[str, Array]) -> None:
        self.descent, self.numbers = descent, numbers
        self.limits = _Limits(pair, descent.case, numbers)

    def run(self) -> None:
        if not self._state(self.numbers):  # then it is not the numbers that fail
            return
        self.descent.to(replace(self.descent.case, seed=0))
        before = None
        while before != self.descent.case:
            before = self.descent.case
            for name in reversed(self.numbers):
                self._as_a_whole(name)
                self._zero(name, np.arange(self.numbers[name].size))
            for name in self.numbers:
                self._one_by_one(name)

    def _state(self, numbers: dict[str, Array]) -> bool:
        given: dict[str, Numbers] = {name: numbers_of(x) for name, x in numbers.items()}
        return self.descent.to(replace(self.descent.case, given=given))

    def _move(self, name: str, x: Array) -> bool:
        """Put ``x`` in the place of an array, if that is allowed and still fails."""
        x = x.astype(self.numbers[name].dtype)
        moved = {**self.numbers, name: x}
        if not self.limits.admit(name, x) or not self._state(moved):
            return False
        self.numbers = moved
        return True

    def _as_a_whole(self, name: str) -> None:
        x = self.numbers[name]
        if np.any((x == 0) & np.signbit(x)):  # -0.0 is as simple, and yet raises a question
            self._move(name, x + 0.0)
        if x.dtype == bool:
            self._move(name, np.ones_like(x))
        elif not np.isin(x, SIMPLE).all():
            any(self._move(name, simpler) for simpler in _simpler_arrays(x))

    def _zero(self, name: str, places: Array) -> None:
        """Zero in these places; where not in all, then in the first half and in the second."""
        x = self.numbers[name]
        if x.dtype == bool or not np.any(x.flat[places]):
            return
        moved = x.copy()
        moved.flat[places] = 0
        if not self._move(name, moved) and places.size > 1:
            for half in np.array_split(places, 2):
                self._zero(name, half)

    def _one_by_one(self, name: str) -> None:
        for place in range(self.numbers[name].size):
            for number in _simpler_numbers(self.numbers[name].flat[place]):
                moved = self.numbers[name].copy()
                moved.flat[place] = number
                if self._move(name, moved):
                    break


def _simpler_arrays(x: Array) -> Iterator[Array]:
    yield np.zeros_like(x)
    yield np.ones_like(x)
    yield _ranks(x)
    for decimals in DECIMALS:
        yield np.round(x, decimals)


def _ranks(x: Array) -> Array:
    """1, 2, … for the positive numbers in their order, -1, -2, … for the others in theirs."""
    ranks = np.zeros_like(x)
    ranks[x > 0] = 1 + np.argsort(np.argsort(x[x > 0]))
    ranks[x <= 0] = -1 - np.argsort(np.argsort(-x[x <= 0]))
    return ranks


def _simpler_numbers(x: Any) -> Iterator[Any]:
    """Those before x in SIMPLE; of a number that is not there also what rounding makes of it."""
    if isinstance(x, np.bool_):
        yield True
        return
    simple = x in SIMPLE
    yield from SIMPLE[: SIMPLE.index(x)] if simple else SIMPLE
    for decimals in () if simple or not np.isfinite(x) else DECIMALS:
        yield np.round(x, decimals)


class _Limits:
    """Which numbers an array may hold, so that a simpler case still is one of its regime."""

    def __init__(self, pair: Pair, case: Case, numbers: dict[str, Array]) -> None:
        regime = pair.regime(case.values)
        kinks = [draws for other in pair.regimes if not other.smooth for draws in other.draws]
        smooth = regime.smooth
        networks = [name for name in numbers if name != "dy"] if pair.kind == "network" else []
        self.apart = kinks if smooth else []
        self.nonzero = [*self.apart, *networks] if smooth else []
        self.largest = {n: x.max(initial=0) for n, x in numbers.items() if x.dtype.kind in "iu"}
        self.positive = [
            name
            for name in numbers
            if pair.draw_for(name.rpartition(".")[2], "float", regime) is values.positive
        ]
        # A hinge bends where two scores differ by its margin.
        self.margins = [o for o in case.options.values() if isinstance(o, float)]

    def admit(self, name: str, x: Array) -> bool:
        """Whether the array may be ``x``."""
        if name in self.largest and not np.all((x >= 0) & (x <= self.largest[name])):
            return False
        if name in self.positive and not np.all(x > 0):
            return False
        if name in self.nonzero and not np.all(x):
            return False
        return name not in self.apart or self._is_apart(x.ravel())

    def _is_apart(self, x: Array) -> bool:
        gaps = np.abs(np.subtract.outer(x, x))[~np.eye(x.size, dtype=bool)]
        return not np.isin(gaps, [0, *self.margins]).any()
