"""What a failed verdict rests on: the numbers that were got, those that were expected, and who says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import arguments_of, upstream
from parity_tests.harness.run import draw_in_pytorch
from parity_tests.harness.slope import slope
from parity_tests.harness.subject import Outcome, make_subject
from parity_tests.harness.tolerance import unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a comparison.

    Args:
        quantity: what is compared; of all parameters of a network, the one that is furthest off.
        witness: who expects it, as a noun.
        expected: an array, a dtype's name, or None where there is none.
        got: the same from the subject; the words of an error, where it has no answer.
        allowed: what rounding may do to each element; None allows nothing.
        at: the element that is furthest off, in a trajectory the first that is off.
    """

    quantity: str
    witness: str
    expected: Any
    got: Any
    allowed: Array | None = None
    at: tuple[int, ...] | None = None


def sides_of(trial: Trial, verdict: Verdict) -> Sides:
    """The two sides of a verdict, computed from its trial."""
    if trial.twin.error:
        return Sides(verdict.quantity, "PyTorch", trial.twin.error, None)
    if trial.outcome.error:
        expected = _named(trial.twin, verdict.quantity)
        return Sides(verdict.quantity, "PyTorch", expected, trial.outcome.error)
    try:
        found = WITNESSES.get(verdict.check, _twin)(trial, verdict)
    except Exception:  # a subject may fail only when it is called once more; the verdict says how
        return Sides(verdict.quantity, "PyTorch", "an answer each time", verdict.message)
    off = differs(found.expected, found.got, found.allowed)
    if not off.any():
        return found
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(off)), off.shape))
    if trial.pair.kind != "optimizer":
        same_array = found.quantity == verdict.quantity.partition(" by ")[0]
        at = verdict.at if same_array and verdict.at and off.ndim == len(verdict.at) else at
    return Sides(found.quantity, found.witness, found.expected, found.got, found.allowed, at)


def inputs_of(trial: Trial) -> dict[str, Array]:
    """The arguments and dy as they were before the subject ran; those that are absent are left out."""
    arguments = arguments_of(trial.pair, trial.case)
    arrays = {name: x for name, x in arguments.items() if x is not None}
    if trial.dy is None:
        return arrays
    return arrays | {"dy": upstream(trial.pair, trial.case, trial.dy.shape)}


def differs(expected: Any, got: Any, allowed: Array | None) -> Array:
    """Where two arrays of one shape differ by more than allowed; nowhere, for all else."""
    arrays = isinstance(expected, np.ndarray | np.generic) and got is not None
    if not arrays or np.shape(expected) != np.shape(got):
        return np.zeros((), dtype=bool)
    wide = [np.asarray(x).astype(np.longdouble) for x in (expected, got)]
    limit = np.zeros(()) if allowed is None else allowed
    with np.errstate(invalid="ignore"):
        distance = np.abs(wide[0] - wide[1])
        close = np.isfinite(distance) & (distance <= limit)
    same = (wide[0] == wide[1]) | (np.isnan(wide[0]) & np.isnan(wide[1]))
    off: Array = ~(same | close)
    return off


def _named(outcome: Outcome, quantity: str) -> Any:
    return {**outcome.outputs, **outcome.gradients}.get(quantity)


def _limit(trial: Trial, quantity: str) -> Array | None:
    """The allowed errors, if they are of the quantity's shape: else they allow nothing."""
    limit = trial.allowed.of(quantity)
    fits = limit is not None and np.shape(limit) == np.shape(_named(trial.outcome, quantity))
    return limit if fits else None


def _against(trial: Trial, quantity: str, witness: str, other: Outcome) -> Sides:
    expected, got = _named(other, quantity), _named(trial.outcome, quantity)
    return Sides(quantity, witness, expected, got, _limit(trial, quantity))


def _twin(trial: Trial, verdict: Verdict) -> Sides:
    return _against(trial, verdict.quantity, "PyTorch", trial.twin)


def _definition(trial: Trial, verdict: Verdict) -> Sides:
    quantity, _, by_its_rounding = verdict.quantity.partition(" by ")
    found = _against(trial, quantity, "the definition", trial.naive)
    if not by_its_rounding:
        return found
    return replace(found, allowed=trial.allowed_by_definition.of(quantity))


def _derivation(trial: Trial, verdict: Verdict) -> Sides:
    quantity, _, name = verdict.quantity.partition(" by ")
    derivation, _, own = name.partition(" and ")
    witness, other = ("backward", trial.outcome) if own else ("PyTorch", trial.twin)
    further = trial.attempt(trial.subject, f"backward_{derivation}")
    return Sides(
        quantity,
        witness,
        _named(other, quantity),
        further.error or _named(further, quantity),
        _limit(trial, quantity),
    )


def _second_run(trial: Trial, verdict: Verdict) -> Sides:
    first, second = (_named(run, verdict.quantity) for run in (trial.outcome, trial.again()))
    return Sides(verdict.quantity, "the first run", first, second)


def _own_inputs(trial: Trial, verdict: Verdict) -> Sides:
    name = verdict.quantity
    _ = trial.outcome
    return Sides(name, "the caller", inputs_of(trial)[name], trial.written.get(name))


def _dtype(trial: Trial, verdict: Verdict) -> Sides:
    quantity, _, derivation = verdict.quantity.partition(" by ")
    outcome = trial.outcome
    if derivation:
        outcome = trial.attempt(trial.subject, f"backward_{derivation}")
    got = np.asarray(_named(outcome, quantity)).dtype
    return Sides(quantity, "the input", trial.case.dtype, str(got))


def _shares(trial: Trial, verdict: Verdict) -> Sides:
    """As in ``checks.masks_are_fair``."""
    mask, p = trial.draw_mask(MASK_SHAPE)
    pairs = verdict.quantity == "pairs kept"
    got = np.mean(mask[:, 1:] & mask[:, :-1], dtype=float) if pairs else np.mean(mask, dtype=float)
    expected = np.asarray((1 - p) ** (2 if pairs else 1))
    allowed = np.asarray(verdict.allowed)
    return Sides(verdict.quantity, "the probability", expected, np.asarray(got), allowed)


def _drawn_mask(trial: Trial, verdict: Verdict) -> Sides:
    x = trial.arguments["x"]
    assert x is not None
    mask, expected = draw_in_pytorch(trial.pair, trial.case, x)
    arguments = {**trial.arguments, "mask": mask}
    with np.errstate(all="ignore"):
        outputs, _ = trial.subject.forward(arguments)
    allowed = trial.allowed_for(arguments).of("y")
    return Sides("y", "PyTorch", expected, outputs["y"], allowed)


def _slope(trial: Trial, verdict: Verdict) -> Sides:
    """Element by element, where the check took one random direction."""
    names = [verdict.quantity[1:]]
    if verdict.quantity == "dparameters":
        names = [d[1:] for d, g in trial.outcome.gradients.items() if g is not None and d != "dx"]
    found = [_element_slopes(trial, name) for name in names]
    return max(found, key=_excess)


def _element_slopes(trial: Trial, name: str) -> Sides:
    arguments, gradient = inputs_of(trial), trial.outcome.gradients[f"d{name}"]
    dy = arguments.pop("dy")
    present = {key: arguments.get(key) for key in trial.arguments}
    subject = make_subject(trial.pair, trial.case, trial.implementation)
    expected, allowed = np.zeros(gradient.shape), np.zeros(gradient.shape)
    limit = _limit(trial, f"d{name}")
    for at in np.ndindex(gradient.shape):
        along = np.zeros(gradient.shape)
        along[at] = 1
        noise = _noise(trial) + float(abs(arguments[name][at] * gradient[at]))
        with np.errstate(all="ignore"):
            measured = slope(subject, present, dy, {name: along}, noise)
        expected[at] = measured.value
        allowed[at] = measured.error + (0.0 if limit is None else limit[at])
    return Sides(f"d{name}", "the slope of its own forward", expected, gradient, allowed)


def _noise(trial: Trial) -> float:
    """The error of L = sum of dy·y in units of roundoff, as ``checks`` has it."""
    assert trial.dy is not None
    y, limit = trial.outcome.outputs["y"], trial.allowed.of("y")
    noise = float(np.size(y) * np.sum(np.abs(trial.dy * y), dtype=float))
    if limit is not None:
        noise += float(np.sum(np.abs(trial.dy) * limit)) / unit_roundoff(trial.case.dtype)
    return noise


def _excess(found: Sides) -> float:
    distance = np.abs(found.expected - np.asarray(found.got, float))
    assert found.allowed is not None
    return float(np.max(distance - found.allowed, initial=-np.inf))


MASK_SHAPE = (512, 513)
WITNESSES: dict[str, Callable[[Trial, Verdict], Sides]] = {
    "definition_agrees": _definition,
    "derivations_agree": _derivation,
    "slopes_agree": _slope,
    "inputs_untouched": _own_inputs,
    "dtype_kept": _dtype,
    "same_answer_twice": _second_run,
    "masks_are_fair": _shares,
    "pytorchs_masks_agree": _drawn_mask,
}
