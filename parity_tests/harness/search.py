"""Runs many cases of a pair with Hypothesis: all of them, or up to the first failure."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.internal.conjecture.providers import HypothesisProvider

from parity_tests.harness import blame
from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.checks import judge
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Key, Verdict, summarise

# So many verdicts are kept before they are summed up: memory stays small in long runs.
KEPT = 10_000


class _Disagreement(Exception):
    """Tells Hypothesis that a case fails: it stops, or looks for a smaller one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One case of a run, with the keys of its verdicts and of those that failed."""

    case: Case
    keys: frozenset[Key]
    failed: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Run:
    """What is run: a pair in one dtype, so many examples, from a seed, on an implementation.

    ``implementation`` None stands for the pair's reference.
    """

    pair: Pair
    dtype: str
    examples: int
    seed: int
    implementation: Any = None

    def trial(self, case: Case) -> Trial:
        """The trial of a case."""
        return Trial(self.pair, case, self.implementation)

    def verdicts(self, case: Case, only: str | None = None) -> list[Verdict]:
        """The verdicts of a case, or of one check on it, less those that a waiver excuses."""
        waivers = self.pair.waivers
        verdicts = judge(self.trial(case), only)
        return [v for v in verdicts if not any(w.excuses(v, case) for w in waivers)]

    def failure(self, case: Case, key: Key) -> Verdict | None:
        """The failed verdict with that key, if the case has one; only its check is run."""
        verdicts = self.verdicts(case, only=key[1])
        return next((v for v in verdicts if v.key == key and not v.passed), None)

    def collect(self) -> tuple[list[Verdict], list[Seen]]:
        """The worst verdict of each check and quantity, and what was seen on each case."""
        kept: list[Verdict] = []
        seen: list[Seen] = []

        def record(case: Case) -> None:
            verdicts = self.verdicts(case)
            failed = frozenset(v.key for v in verdicts if not v.passed)
            seen.append(Seen(case, frozenset(v.key for v in verdicts), failed))
            kept.extend(verdicts)
            if len(kept) > KEPT:
                kept[:] = summarise(kept)

        self.over(record)
        return [*summarise(kept), *self._waivers(seen)], seen

    def over(self, record: Callable[[Case], bool | None]) -> None:
        """Hand every case of the run to ``record``, or those up to one for which it returns True."""
        ended = False

        def stop(case: Case) -> None:
            nonlocal ended
            ended = ended or bool(record(case))  # Hypothesis runs the last one once more
            if ended:
                raise _Disagreement

        self._until_it_fails(stop, [Phase.generate])

    def first_failure(self) -> Verdict | None:
        """The first verdict that fails, as soon as it does."""
        found: list[Verdict] = []

        def stop(case: Case) -> None:
            failed = [v for v in self.verdicts(case) if not v.passed]
            if failed:
                found[:] = failed
                raise _Disagreement

        self._until_it_fails(stop, [Phase.generate])
        return found[0] if found else None

    def shrunk(self, fails: Callable[[Case], bool]) -> Case | None:
        """The smallest configuration that fails, by Hypothesis; None if none of the run's cases does."""
        found: list[Case] = []

        def stop(case: Case) -> None:
            if fails(case):
                found[:] = [case]
                raise _Disagreement

        self._until_it_fails(stop, [Phase.generate, Phase.shrink])
        return found[0] if found else None

    def _waivers(self, seen: Sequence[Seen]) -> Iterator[Verdict]:
        """One verdict for each waiver, where the reference itself is judged."""
        own = self.implementation is None and self.dtype in DTYPES
        for waiver in self.pair.waivers if own else ():
            witness = waiver.witness_in(self.dtype)
            trial = self.trial(witness)
            covered = sum(waiver.applies(one.case) for one in seen)
            yield waiver.verdict(witness, blame.assign(trial, judge(trial)), covered)

    def _until_it_fails(self, test: Callable[[Case], None], phases: Sequence[Phase]) -> None:
        # What fails by chance, or the first time only, does not fail when Hypothesis runs it once more.
        with suppress(_Disagreement, Flaky):
            self._cases(test, phases)

    def _cases(self, test: Callable[[Case], None], phases: Sequence[Phase]) -> None:
        settings = hypothesis.settings(
            max_examples=self.examples,
            phases=phases,
            database=None,
            deadline=None,
            derandomize=False,
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        own_seed = zlib.crc32(f"{self.seed} {self.pair.name} {self.dtype}".encode())

        # Hypothesis names the wrapped function in its messages; a fresh one has no history.
        def one(case: Case) -> None:
            test(case)

        cases = self.pair.cases(self.dtype)
        with only_the_seed_decides():
            hypothesis.seed(own_seed)(settings(hypothesis.given(cases)(one)))()


def only_the_seed_decides() -> Any:
    """Keeps Hypothesis from mixing in numbers that it reads in the source of all loaded modules.

    With them the cases of a seed would change with every edit anywhere, and with who calls.
    """
    # With create, a Hypothesis that has no such method any more needs no mending.
    none = lambda *_, **__: None  # noqa: E731
    return patch.object(HypothesisProvider, "_maybe_draw_constant", none, create=True)
