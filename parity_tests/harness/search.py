"""Runs many cases of a pair with Hypothesis, and finds the smallest case of each failure."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.internal.conjecture.providers import HypothesisProvider

from parity_tests.harness.cases import Case
from parity_tests.harness.checks import judge
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict, summarise

Key = tuple[str, str, str, str]
SHRUNK = 3


class _Disagreement(Exception):
    """Tells Hypothesis that a case fails, so that it looks for a smaller one."""


def check_pair(
    pair: Pair,
    dtype: str,
    examples: int,
    seed: int,
    implementation: Any = None,
    shrink: bool = True,
) -> list[Verdict]:
    """The worst verdict of each check and quantity over ``examples`` cases.

    The first failures (one for each check, at most SHRUNK) are shown on their smallest case, unless
    ``shrink`` is off because only the answer matters.
    """
    kept: list[Verdict] = []

    def collect(case: Case) -> None:
        kept.extend(judge(Trial(pair, case, implementation)))
        if len(kept) > 10_000:
            kept[:] = summarise(kept)

    _run(collect, pair, dtype, examples, seed, [Phase.generate])
    verdicts = summarise(kept)
    if not shrink:
        return list(verdicts)
    small = dict(_smallest(pair, dtype, examples, seed, verdicts, implementation))
    return [small.get(verdict.key, verdict) for verdict in verdicts]


def _run(
    test: Callable[[Case], None],
    pair: Pair,
    dtype: str,
    examples: int,
    seed: int,
    phases: list[Phase],
) -> None:
    settings = hypothesis.settings(
        max_examples=examples,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    own_seed = zlib.crc32(f"{seed} {pair.name} {dtype}".encode())

    # Hypothesis names the wrapped function in its messages; a fresh one has no history.
    def one(case: Case) -> None:
        test(case)

    with _only_the_seed_decides():
        hypothesis.seed(own_seed)(settings(hypothesis.given(pair.cases(dtype))(one)))()


def _only_the_seed_decides() -> Any:
    """Keeps Hypothesis from mixing in numbers that it reads in the source of all loaded modules.

    With them the cases of a seed would change with every edit anywhere, and with who calls.
    """
    # With create, a Hypothesis that has no such method any more needs no mending.
    none = lambda *_, **__: None  # noqa: E731
    return patch.object(HypothesisProvider, "_maybe_draw_constant", none, create=True)


def _smallest(
    pair: Pair,
    dtype: str,
    examples: int,
    seed: int,
    verdicts: tuple[Verdict, ...],
    implementation: Any,
) -> Iterator[tuple[Key, Verdict]]:
    first = {verdict.check: verdict for verdict in reversed(verdicts) if not verdict.passed}
    for verdict in list(first.values())[:SHRUNK]:
        found: list[Verdict] = []

        def stop(case: Case, wanted: Key = verdict.key, found: list[Verdict] = found) -> None:
            for other in judge(Trial(pair, case, implementation)):
                if other.key == wanted and not other.passed:
                    found[:] = [other]
                    raise _Disagreement

        try:
            _run(stop, pair, dtype, examples, seed, [Phase.generate, Phase.shrink])
        except _Disagreement:
            smallest = replace(found[0], cases=verdict.cases, failed=verdict.failed)
            yield verdict.key, smallest
