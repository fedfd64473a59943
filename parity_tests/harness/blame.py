"""Who is wrong, when subject and twin disagree: the one that a third witness contradicts.

The third witness of an output is the definition as plain loops (for a foreign subject also our own
reference); of a gradient it is the slope of the forward, on condition that the outputs agree.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from parity_tests.harness.compare import compare
from parity_tests.harness.subject import Outcome
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict

SlopeHolds = Callable[[Trial, str, Outcome], bool | None]


def assign(trial: Trial, verdicts: Iterable[Verdict], slope_holds: SlopeHolds) -> list[Verdict]:
    """The verdicts, each failed one with its blame: the subject, PyTorch, or None where nothing decides."""
    verdicts = list(verdicts)
    forward_is_wrong = any(v.check == "outputs_agree" and not v.passed for v in verdicts)
    return [
        verdict
        if verdict.passed
        else replace(verdict, blame=_blame_or_none(trial, verdict, forward_is_wrong, slope_holds))
        for verdict in verdicts
    ]


def _blame_or_none(
    trial: Trial, verdict: Verdict, forward_is_wrong: bool, slope_holds: SlopeHolds
) -> str | None:
    try:
        return _blame(trial, verdict, forward_is_wrong, slope_holds)
    except Exception:  # a witness that a wrong subject has brought down decides nothing
        return None


def _blame(
    trial: Trial, verdict: Verdict, forward_is_wrong: bool, slope_holds: SlopeHolds
) -> str | None:
    own = "reference" if trial.implementation is trial.pair.reference else "subject"
    if verdict.check == "outputs_agree":
        judged = [
            _agrees(trial, verdict.quantity, outcome) for outcome in (trial.outcome, trial.twin)
        ]
    elif verdict.check == "gradients_agree" and not forward_is_wrong:
        judged = [
            slope_holds(trial, verdict.quantity, outcome) for outcome in (trial.outcome, trial.twin)
        ]
    elif verdict.check == "gradients_agree":
        return None
    else:
        return own
    if judged == [False, True]:
        return own
    return "PyTorch" if judged == [True, False] else None


def _agrees(trial: Trial, quantity: str, outcome: Outcome) -> bool | None:
    witness = _third(trial)
    if witness is None or quantity not in outcome.outputs or quantity not in witness.outputs:
        return None
    expected, allowed = witness.outputs[quantity], trial.allowed.of(quantity)
    return compare(trial.case, "", quantity, outcome.outputs[quantity], expected, allowed).passed


def _third(trial: Trial) -> Outcome | None:
    if trial.pair.naive is not None:
        return trial.naive
    return trial.own_reference if trial.implementation is not trial.pair.reference else None
