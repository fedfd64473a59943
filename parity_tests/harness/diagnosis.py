"""What is said of a failure: its smallest case, the condition under which it occurs, and who is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from parity_tests.harness import blame
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import CHECKS, judge
from parity_tests.harness.conditions import condition
from parity_tests.harness.counterexamples.simplify import simplify
from parity_tests.harness.search import Run, Seen
from parity_tests.harness.verdict import Key, Verdict

# So many checks of a pair are looked into; what fails beside them nearly always has the same cause.
EXAMINED = 3

Failing = frozenset[int]
"""The cases of a run on which something fails, by number."""


def diagnose(run: Run, verdicts: Sequence[Verdict], seen: Sequence[Seen]) -> list[Verdict]:
    """The verdicts, the failed ones on smaller cases and with ``condition``, ``blame`` and ``why``.

    One verdict of each check is looked into, EXAMINED at most; others take over a small case on which
    they fail too, and the condition of a verdict that fails on the same cases.
    """
    examinable = [v for v in verdicts if not v.passed and v.check in CHECKS]
    first = {v.check: v for v in reversed(examinable)}
    small: dict[Key, Verdict] = {}
    conditions: dict[Failing, str] = {}
    for verdict in list(first.values())[:EXAMINED]:
        failing = _failing(seen, verdict.key)
        if failing not in conditions:
            conditions[failing] = _condition(run, verdict.key, seen)
        for other in _ruled(run, smallest(run, verdict)):
            if not other.passed:
                small.setdefault(other.key, other)
    return [_told(run, v, small, seen, conditions) if v in examinable else v for v in verdicts]


def smallest(run: Run, verdict: Verdict) -> Case:
    """The smallest configuration with the simplest numbers on which the verdict still fails."""

    def fails(case: Case) -> bool:
        return run.failure(case, verdict.key) is not None

    return simplify(run.pair, run.shrunk(fails) or Case.parse(verdict.case), fails)


def _ruled(run: Run, case: Case) -> list[Verdict]:
    trial = run.trial(case)
    return blame.assign(trial, judge(trial))


def _condition(run: Run, key: Key, seen: Sequence[Seen]) -> str:
    outcomes = [(one.case, key in one.failed) for one in seen if key in one.keys]

    def fails(case: Case) -> bool | None:
        # The same check may fail in the other dtype: that is part of the condition.
        wanted = (*key[:3], case.dtype)
        found = [v for v in run.verdicts(case, only=key[1]) if v.key == wanted]
        return any(not v.passed for v in found) if found else None

    found = condition.find(run.pair, outcomes, fails, run.seed)
    return "" if found is None else found.sentence()


def _failing(seen: Sequence[Seen], key: Key) -> Failing:
    return frozenset(i for i, one in enumerate(seen) if key in one.failed)


def _told(
    run: Run,
    verdict: Verdict,
    small: Mapping[Key, Verdict],
    seen: Sequence[Seen],
    conditions: Mapping[Failing, str],
) -> Verdict:
    shown = small.get(verdict.key)
    if shown is None:
        (shown,) = blame.assign(run.trial(Case.parse(verdict.case)), [verdict])
    known = conditions.get(_failing(seen, verdict.key), "")
    return replace(shown, cases=verdict.cases, failed=verdict.failed, condition=known)
