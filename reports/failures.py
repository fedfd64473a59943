"""What went wrong, operation by operation: who, when, on which smallest case, and how to see it again."""

from collections.abc import Sequence
from dataclasses import dataclass

import parity_tests
from parity_tests.harness.verdict import Findings, Verdict
from parity_tests.harness.waiver import NEEDED
from reports.plain_text import admitted, one_line

WRONG = {
    "reference": "the NumPy reference is wrong",
    "subject": "the implementation is wrong",
    "PyTorch": "PyTorch is wrong",
    "both": "NumPy and PyTorch are both wrong",
    "definition": "the definition in plain loops is wrong",
    "rounding": "both sides are within rounding of the exact value, and yet apart",
    "undefined": "there is no one right answer here (a kink, a tie or an overflow)",
    None: "nothing decides who is wrong",
}
GONE = "PyTorch agrees where a waiver says that it does not"
# What is shown first: a difference from PyTorch says more than one of the manners.
FIRST = ("outputs_agree", "gradients_agree", "slopes_agree", "definition_agrees")


@dataclass(frozen=True, slots=True)
class Failure:
    """All that is said about one operation that disagrees."""

    title: str
    sentence: str
    why: str
    counterexample: str
    replay: str
    also: Sequence[str]


def failures(findings: Findings) -> list[Failure]:
    """One for each operation with a failed verdict."""
    pairs = dict.fromkeys(verdict.pair for verdict in findings.failures)
    return [failure_of([v for v in findings.failures if v.pair == pair]) for pair in pairs]


def lines(failure: Failure) -> list[str]:
    """The failure for a terminal or a log; nothing is wider than its own words."""
    told = [failure.title, f"  {failure.sentence}"]
    if failure.why:
        told.append(f"  why: {failure.why}")
    told += [f"    {line}" for line in failure.counterexample.splitlines()]
    told += [f"  again: {failure.replay}"] if failure.replay else ["  (no case to replay)"]
    if failure.also:
        told.append(f"  also: {'; '.join(failure.also)}")
    return told


def to_markdown(failure: Failure) -> str:
    """The failure for a job summary, under a heading of its own."""
    told = [f"### {failure.title}", failure.sentence]
    told += [f"Why: {failure.why}"] if failure.why else []
    if failure.counterexample:
        fence = "```"
        while fence in failure.counterexample:
            fence += "`"
        told.append(f"{fence}text\n{failure.counterexample}\n{fence}")
    told += [f"Again: `{failure.replay}`"] if failure.replay else []
    told += [f"Also: {'; '.join(failure.also)}"] if failure.also else []
    return "\n\n".join(told) + "\n"


def most_telling(verdicts: Sequence[Verdict]) -> Verdict:
    """The failed verdict that says most: by its check, then one with a condition."""

    def rank(verdict: Verdict) -> tuple[int, bool]:
        order = FIRST.index(verdict.check) if verdict.check in FIRST else len(FIRST)
        return order, not verdict.condition

    return min(verdicts, key=rank)


def failure_of(verdicts: Sequence[Verdict]) -> Failure:
    """What is said about failed verdicts of one operation: the most telling in full, the others by name."""
    shown = most_telling(verdicts)
    rest = dict.fromkeys(
        f"{v.check} ({v.quantity}) in {v.dtype}" for v in verdicts if v is not shown
    )
    wrong = GONE if shown.check == NEEDED else WRONG.get(shown.blame, WRONG[None])
    return Failure(
        title=f"{shown.pair}: {wrong}",
        sentence=one_line(f"{shown.claim()} ({shown.dtype})"),
        why=one_line(shown.why) if shown.check != NEEDED else "",
        counterexample=admitted(_example(shown)),
        replay=one_line(shown.replay) if shown.case else "",
        also=[one_line(text) for text in rest],
    )


def _example(verdict: Verdict) -> str:
    if verdict.check == NEEDED:  # nothing differs there
        return ""
    try:
        return parity_tests.explain(verdict)
    except parity_tests.CaseError:  # a verdict without a case, or with one that cannot be run
        return ""
