"""What is said of a failure: its smallest case, the condition under which it occurs, and who is wrong."""

from collections.abc import Callable, Mapping, Sequence
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

Outcomes = tuple[frozenset[int], frozenset[int]]
"""The cases of a run, by number, in which there is something to compare, and those that fail."""


def diagnose(run: Run, verdicts: Sequence[Verdict], seen: Sequence[Seen]) -> list[Verdict]:
    """The verdicts, the failed ones on smaller cases and with ``condition``, ``blame`` and ``why``.

    One verdict of each check is looked into, the first EXAMINED in the order of the checks; others
    take over a small case on which they fail too, and the condition of a verdict with the same outcomes.
    """
    examinable = [v for v in verdicts if not v.passed and v.check in CHECKS]
    first: dict[str, Verdict] = {}
    for verdict in examinable:
        first.setdefault(verdict.check, verdict)
    small: dict[Key, Verdict] = {}
    conditions: dict[Outcomes, str] = {}
    for check in [check for check in CHECKS if check in first][:EXAMINED]:
        verdict = first[check]
        outcomes = _outcomes(seen, verdict.key)
        if outcomes not in conditions:
            conditions[outcomes] = _condition(run, verdict.key, seen)
        for other in _ruled(run, smallest(run, verdict)):
            if not other.passed:
                small.setdefault(other.key, other)
    return [_told(run, v, small, seen, conditions) if v in examinable else v for v in verdicts]


def smallest(run: Run, verdict: Verdict) -> Case:
    """The smallest configuration with the simplest numbers on which the verdict still fails.

    Where both sides are wrong they stay so: simple numbers, zero above all, may put one of them right.
    """

    def fails(case: Case) -> bool:
        return run.failure(case, verdict.key) is not None

    def fails_on_both(case: Case) -> bool:
        return _blamed(run, case, verdict.key) == "both"

    found = Case.parse(verdict.case)
    small = _smaller(run, found, fails)
    if fails_on_both(found) and not fails_on_both(small):
        return _smaller(run, found, fails_on_both)
    return small


def _smaller(run: Run, found: Case, fails: Callable[[Case], bool]) -> Case:
    return simplify(run.pair, run.shrunk(fails) or found, fails)


def _blamed(run: Run, case: Case, key: Key) -> str | None:
    failed = run.failure(case, key)
    return blame.assign(run.trial(case), [failed])[0].blame if failed else None


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


def _outcomes(seen: Sequence[Seen], key: Key) -> Outcomes:
    compared = frozenset(i for i, one in enumerate(seen) if key in one.keys)
    return compared, frozenset(i for i in compared if key in seen[i].failed)


def _told(
    run: Run,
    verdict: Verdict,
    small: Mapping[Key, Verdict],
    seen: Sequence[Seen],
    conditions: Mapping[Outcomes, str],
) -> Verdict:
    shown = small.get(verdict.key)
    if shown is None:
        (shown,) = blame.assign(run.trial(Case.parse(verdict.case)), [verdict])
    known = conditions.get(_outcomes(seen, verdict.key), "")
    return replace(shown, cases=verdict.cases, failed=verdict.failed, condition=known)
