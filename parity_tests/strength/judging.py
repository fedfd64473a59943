"""Puts one mutant or one fault before the checks, until the first that sees it."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from parity_tests.faults import Fault
from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.pair import Pair
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict
from parity_tests.pairs import PAIRS
from parity_tests.strength.loader import in_place_of, load
from parity_tests.strength.mutation import Mutant

GLANCE = 25
"""So many cases in each dtype come first: most mistakes show at once, some in one dtype only."""

PATIENCE = 60
"""Seconds for one case, which else takes a fraction of one: longer, and the mutant hangs."""


class _Hangs(BaseException):
    """Raised by the alarm; no Exception, since whatever a subject raises is caught on the way."""


@dataclass(frozen=True, slots=True)
class Watched(Run):
    """A run in which no case lasts for ever."""

    def trial(self, case: Case) -> Trial:
        """The trial of a case, the alarm set anew."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        return Run.trial(self, case)


def pairs_of(module: str) -> list[Pair]:
    """The pairs whose reference is made of a module; every network, for one that names no pair.

    >>> [pair.name for pair in pairs_of("layers.batch_norm")]
    ['layers.batch_norm.BatchNorm1d', 'layers.batch_norm.BatchNorm2d']
    """
    own = [pair for pair in PAIRS.values() if pair.address.rpartition(".")[0] == module]
    return own or [pair for pair in PAIRS.values() if pair.kind == "network"]


def seen_in_mutant(mutant: Mutant, examples: int, seed: int) -> str:
    """What the checks say against a mutant, in a few words; nothing for one that survives.

    An operation is judged beside its reference. A network's mutant takes the reference's place, since
    networks are made of each other's modules, and the shapes of a case come from the network itself.
    """
    pairs = pairs_of(mutant.module)
    in_place = pairs[0].kind == "network"
    try:
        with in_place_of(mutant.module, mutant.source) if in_place else nullcontext():
            made = None if in_place else load(mutant.module, mutant.source)

            def implementation(pair: Pair) -> Any:
                return None if made is None else getattr(made, pair.address.rpartition(".")[2])

            return _first_failure(pairs, implementation, examples, seed)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def seen_in_fault(fault: Fault, examples: int, seed: int) -> str:
    """What the checks say against a fault of the zoo; nothing for one that is not caught."""
    return _first_failure([PAIRS[fault.pair]], lambda _: fault.implementation, examples, seed)


def _first_failure(
    pairs: Sequence[Pair], implementation: Callable[[Pair], Any], examples: int, seed: int
) -> str:
    with _alarm():
        try:
            for most in sorted({min(GLANCE, examples), examples}):
                for dtype in DTYPES:
                    for pair in pairs:
                        run = Watched(pair, dtype, most, seed, implementation(pair))
                        if (verdict := run.first_failure()) is not None:
                            return _words(verdict)
        except _Hangs:
            return f"hangs: one case lasts more than {PATIENCE} s"
    return ""


def _words(verdict: Verdict) -> str:
    found = verdict.message or f"error {verdict.worst:.3g}, allowed {verdict.allowed:.3g}"
    return f"{verdict.check} ({verdict.quantity}): {found}; {verdict.case}"


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _Hangs

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
