"""What each part of checking a case costs: drawing it, running it, the allowed errors, every check.

The parts are timed on the cases that ``nnparity check`` draws from the same seed. A part that
several checks share, as the allowed errors, is computed and timed before the first of them, and only on
those cases where some check asks for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from parity_tests.benchmarks.timing import CLOCK, no_garbage_collection
from parity_tests.harness.arbiter import Arbiter
from parity_tests.harness.arrays import arguments_of, upstream
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import checks_of, judge
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import run_twin
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.suite import on_one_thread

UNIT = ("twin", "subject")
"""Running both sides once is what costs are given in."""

SHARED = {"subject": "outcome", "allowed_errors": "allowed", "definition": "naive"}
"""The parts that a trial keeps for all its checks, by the trial's name for them."""

# A part takes microseconds: what it took longer than the least was an interruption.
REPETITIONS = 3
ARBITRATED = 2

Seconds = dict[str, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds that each part took on all cases together.

    The arbiter is asked about failures only, so it is no part of the sum. ``arbiter`` is what it
    took on the smallest cases, and ``arbiter_unit`` what both sides took on the same.
    """

    pair: str
    dtype: str
    cases: int
    seconds: Mapping[str, float]
    arbiter: float = 0.0
    arbiter_unit: float = 0.0

    @property
    def unit(self) -> float:
        """The seconds of the twin and the subject together."""
        return sum(self.seconds[part] for part in UNIT)

    def share(self, part: str) -> float:
        """Of one part in the whole.

        >>> Cost("p", "float64", 1, {"twin": 2.0, "subject": 1.0, "dtype_kept": 1.0}).share("dtype_kept")
        0.25
        """
        return self.seconds.get(part, 0.0) / sum(self.seconds.values())

    def multiple(self, *parts: str) -> float:
        """Of some parts together, with twin and subject as 1.

        >>> Cost("p", "float64", 1, {"twin": 2.0, "subject": 1.0, "dtype_kept": 1.5}).multiple("dtype_kept")
        0.5
        """
        return sum(self.seconds.get(part, 0.0) for part in parts) / self.unit

    @property
    def overall(self) -> float:
        """The multiple of all parts together."""
        return self.multiple(*self.seconds)

    @property
    def arbitration(self) -> float | None:
        """The arbiter's multiple, None where it decided nothing."""
        return self.arbiter / self.arbiter_unit if self.arbiter_unit else None


def total(costs: Iterable[Cost], pair: str = "all") -> Cost:
    """The sum over some pairs or dtypes.

    >>> linear = Cost("layers.linear", "float64", 5, {"twin": 2.0, "subject": 1.0})
    >>> total([linear, linear], "layers.linear")
    Cost(pair='layers.linear', dtype='all', cases=10, seconds={'twin': 4.0, 'subject': 2.0},
         arbiter=0.0, arbiter_unit=0.0)
    """
    costs = list(costs)
    return Cost(
        pair,
        "all",
        sum(cost.cases for cost in costs),
        _added(cost.seconds for cost in costs),
        sum(cost.arbiter for cost in costs),
        sum(cost.arbiter_unit for cost in costs),
    )


def time_witnesses(pair: Pair, dtype: str, examples: int, seed: int = 0) -> Cost:
    """The cost of each part of checking a pair's reference, on one thread.

    Args:
        pair: whose reference is checked.
        dtype: ``"float64"`` or ``"float32"``.
        examples: how many cases are drawn.
        seed: decides the cases.

    >>> from parity_tests.pairs import PAIRS
    >>> cost = time_witnesses(PAIRS["activations.relu"], "float64", examples=3)
    >>> cost.cases, list(cost.seconds)[:5]
    (3, ['configuration', 'arrays', 'twin', 'subject', 'allowed_errors'])
    """
    with on_one_thread(), no_garbage_collection(), np.errstate(all="ignore"):
        cases, drawing = _drawn(Run(pair, dtype, examples, seed))
        parts = [_on_case(pair, case) for case in cases]
        smallest = _smallest(pair, cases, parts)
        return Cost(
            pair.name,
            dtype,
            len(cases),
            {"configuration": drawing, **_added(parts)},
            sum(_arbitrated(pair, case) for case, _ in smallest),
            sum(sum(seconds[part] for part in UNIT) for _, seconds in smallest),
        )


def _drawn(run: Run) -> tuple[list[Case], float]:
    """The cases of a run, and the seconds that Hypothesis takes to draw them."""
    cases: list[Case] = []

    def keep(case: Case) -> bool:
        cases.append(case)
        return False

    run.shrunk(keep)
    drawn = list(cases)
    return drawn, min(_clocked(partial(run.shrunk, keep))[0] for _ in range(REPETITIONS))


def _on_case(pair: Pair, case: Case) -> Seconds:
    """The least of some repetitions, after a first trial that shows which shared parts are needed."""
    first = Trial(pair, case)
    judge(first)
    needed = {part: name for part, name in SHARED.items() if name in vars(first)}
    found = [_once(pair, case, needed) for _ in range(REPETITIONS)]
    return {part: min(one[part] for one in found) for part in found[0]}


def _once(pair: Pair, case: Case, needed: Mapping[str, str]) -> Seconds:
    seconds: Seconds = {}
    seconds["arrays"], arguments = _clocked(partial(arguments_of, pair, case))
    seconds["twin"], _ = _clocked(
        partial(run_twin, pair, case, arguments, partial(upstream, pair, case))
    )
    trial = Trial(pair, case)
    _ = trial.twin, trial.copies
    for part, name in needed.items():
        seconds[part], _ = _clocked(partial(getattr, trial, name))
    for check in checks_of(pair):
        seconds[check], _ = _clocked(partial(judge, trial, check))
    return seconds


def _smallest(
    pair: Pair, cases: Sequence[Case], parts: Sequence[Seconds]
) -> list[tuple[Case, Seconds]]:
    """The cases with the fewest numbers, of those where there is something to decide."""
    if pair.naive is None:
        return []
    sizes = [_numbers(Trial(pair, case)) for case in cases]
    by_size = sorted(range(len(cases)), key=sizes.__getitem__)
    chosen = [i for i in by_size if sizes[i]][:ARBITRATED]
    return [(cases[i], parts[i]) for i in chosen]


def _numbers(trial: Trial) -> int:
    """How many numbers go in; 0 where none comes out."""
    if not np.size(trial.twin.outputs[_quantity(trial.pair)]):
        return 0
    return sum(x.size for x in trial.arguments.values() if x is not None)


def _arbitrated(pair: Pair, case: Case) -> float:
    """The seconds to ask for one element, and for its range one rounding of the input around."""
    trial, quantity = Trial(pair, case), _quantity(pair)
    at = (0,) * np.ndim(trial.twin.outputs[quantity])

    def ask() -> None:
        Arbiter(pair, case, trial.arguments, trial.dy).range(quantity, at)

    return min(_clocked(ask)[0] for _ in range(REPETITIONS))


def _quantity(pair: Pair) -> str:
    return "param" if pair.kind == "optimizer" else "y"


def _clocked(call: Callable[[], Any]) -> tuple[float, Any]:
    start = CLOCK()
    result = call()
    return (CLOCK() - start) / 1e9, result


def _added(found: Iterable[Mapping[str, float]]) -> Seconds:
    added: Seconds = {}
    for seconds in found:
        for part, took in seconds.items():
            added[part] = added.get(part, 0.0) + took
    return added
