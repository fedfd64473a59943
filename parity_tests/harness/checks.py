"""The checks: each a claim about a subject, as a function of a trial that yields verdicts.

A check's name is the sentence that it holds the subject to.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.cases import HALF
from parity_tests.harness.compare import compare, fail, unfit
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import draw_in_pytorch
from parity_tests.harness.slope import Slope, directions, slope
from parity_tests.harness.subject import Named, Outcome, make_subject
from parity_tests.harness.tolerance import unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict, in_words

Check = Callable[[Trial], Iterator[Verdict]]


def outputs_agree(trial: Trial) -> Iterator[Verdict]:
    """Every output, new state included, is the twin's."""
    yield from _compared(trial, "outputs_agree", trial.outcome.outputs, trial.twin.outputs)


def gradients_agree(trial: Trial) -> Iterator[Verdict]:
    """Every gradient, for a random upstream gradient, is what autograd gives for the twin."""
    if trial.outcome.gradients and not trial.allowed.undecided:
        yield from _compared(
            trial, "gradients_agree", trial.outcome.gradients, trial.twin.gradients
        )


def slopes_agree(trial: Trial) -> Iterator[Verdict]:
    """The gradient along a random direction is the slope of the subject's own forward."""
    if not trial.smooth or trial.allowed.undecided:
        return
    for quantity, group in _slope_groups(trial.pair, _fitting(trial)).items():
        yield from _slope_verdict(trial, quantity, group, trial.outcome)


def _slope_verdict(
    trial: Trial, quantity: str, group: tuple[str, ...], judged: Outcome
) -> Iterator[Verdict]:
    measured, along = _measure(trial, group)
    if np.isfinite(measured.error):  # else an empty mean or an overflow: L has no slope
        error, limit = _along(judged.gradients, along, measured, trial)
        yield compare(trial.case, "slopes_agree", quantity, error, np.zeros(()), limit)


def definition_agrees(trial: Trial) -> Iterator[Verdict]:
    """Outputs are those of the definition, written as plain loops; gradients too where it has a backward.

    On a sample of the cases (``… by its rounding``) within what rounding can do to the definition's own text.
    """
    if trial.naive.error:
        yield fail(trial.case, "definition_agrees", "y", f"the definition {trial.naive.error}")
        return
    yield from _compared(trial, "definition_agrees", trial.outcome.outputs, trial.naive.outputs)
    if trial.naive.gradients:
        yield from _compared(
            trial, "definition_agrees", trial.outcome.gradients, trial.naive.gradients
        )
    if trial.sampled:
        yield from by_the_definitions_rounding(trial)


def by_the_definitions_rounding(trial: Trial) -> Iterator[Verdict]:
    """A text that cancels, as E[x^2] - E[x]^2 does, allows itself what it loses; the definition does not."""
    if trial.allowed_by_definition.undecided:
        return
    got, expected = ({**side.outputs, **side.gradients} for side in (trial.outcome, trial.naive))
    for quantity, allowed in trial.allowed_by_definition.errors.items():
        sides, named = (got.get(quantity), expected.get(quantity)), f"{quantity} by its rounding"
        yield compare(trial.case, "definition_agrees", named, *sides, allowed)


def derivations_agree(trial: Trial) -> Iterator[Verdict]:
    """Each further derivation of the gradient gives the same, and the twin's."""
    for derivation in trial.pair.derivations:
        other = trial.attempt(trial.subject, derivation)
        if other.error:
            yield fail(trial.case, "derivations_agree", derivation, other.error)
        name = derivation.removeprefix("backward_")
        witnesses = {f"by {name}": trial.twin, f"by {name} and backward": trial.outcome}
        for suffix, witness in witnesses.items():
            if other.gradients and witness.gradients:
                verdicts = _compared(trial, "derivations_agree", other.gradients, witness.gradients)
                yield from (replace(v, quantity=f"{v.quantity} {suffix}") for v in verdicts)


def inputs_untouched(trial: Trial) -> Iterator[Verdict]:
    """Forward and backward write into none of their arguments, dy included."""
    for name in trial.copies:
        if name in trial.written:
            yield fail(trial.case, "inputs_untouched", name, f"{name} was written to")
        else:
            yield _holds(trial, "inputs_untouched", name)


def dtype_kept(trial: Trial) -> Iterator[Verdict]:
    """What comes out is an array of the dtype of what went in; a Python float has that of float64."""
    outcomes = {"": trial.outcome}
    for derivation in trial.pair.derivations if not trial.outcome.error else ():
        name = derivation.removeprefix("backward_")
        outcomes[f" by {name}"] = trial.attempt(trial.subject, derivation)
    for suffix, outcome in outcomes.items():
        found = {**outcome.outputs, **outcome.gradients} if not suffix else outcome.gradients
        said = {name: _other_dtype(trial, name, x) for name, x in found.items()}
        for name, what in {**said, **outcome.unfit}.items():
            quantity = f"{name}{suffix}"
            if what:
                yield fail(trial.case, "dtype_kept", quantity, f"{quantity} is {what}")
            else:
                yield _holds(trial, "dtype_kept", quantity)


def _other_dtype(trial: Trial, quantity: str, x: Any) -> str:
    """The dtype of x where it should have another; nothing where it is right.

    What PyTorch counts in whole numbers is whole. An optimizer may count its steps so, where PyTorch has floats.
    """
    if x is None:
        return ""
    dtype, twins = np.asarray(x).dtype, trial.twin.outputs.get(quantity)
    if twins is not None and np.asarray(twins).dtype.kind == "i":
        return "" if dtype.kind in "iu" else f"{dtype}, and PyTorch's {twins.dtype}"
    counts = trial.pair.kind == "optimizer" and quantity != "param" and dtype.kind in "iu"
    right = counts or dtype == trial.case.dtype
    return "" if right else f"{dtype} for input of {trial.case.dtype}"


def same_answer_twice(trial: Trial) -> Iterator[Verdict]:
    """A second run, with another call in between, gives the same bits: nothing is remembered."""
    again = trial.again()
    runs = ((run.outputs, run.gradients) for run in (trial.outcome, again, trial.twin))
    for first, second, twins in zip(*runs, strict=True):
        for name, x in first.items():
            if np.shape(x) != np.shape(twins.get(name)):
                continue  # that has failed already, and may be too large to be compared
            yield compare(trial.case, "same_answer_twice", name, second.get(name), x, None)


def masks_are_fair(trial: Trial) -> Iterator[Verdict]:
    """Drawn masks keep each element independently with probability 1 - p.

    Over N draws the share kept leaves 1 - p by more than t with probability at most
    2 exp(-2 N t^2) (Hoeffding 1963, theorem 1): t is where that is 2^-64.
    """
    shape = (512, 513)
    mask, p = trial.draw_mask(shape)
    if type(mask) is not np.ndarray or mask.shape != shape or mask.dtype != bool:
        drawn = unfit(mask) or f"an array of {np.asarray(mask).dtype} of shape {np.shape(mask)}"
        message = f"draw_mask gives {drawn}, where booleans of shape {shape} are wanted"
        yield fail(trial.case, "masks_are_fair", "share kept", message)
        return
    limit = np.full((), np.sqrt(65 * np.log(2) / (2 * mask.size)))
    kept = np.asarray(np.mean(mask, dtype=float))
    expected = np.full((), 1 - p)
    yield compare(trial.case, "masks_are_fair", "share kept", kept, expected, limit)
    neighbours = np.asarray(np.mean(mask[:, 1:] & mask[:, :-1], dtype=float))
    # Each mask element enters two neighbouring products, so changing one moves the mean by up to 2/N:
    # McDiarmid 1989 doubles Hoeffding's t.
    yield compare(trial.case, "masks_are_fair", "pairs kept", neighbours, expected**2, 2 * limit)


def pytorchs_masks_agree(trial: Trial) -> Iterator[Verdict]:
    """With a mask that PyTorch's own dropout drew, the output is PyTorch's: the scale is the same."""
    x = trial.arguments["x"]
    if x is None or not trial.case.options.get("training", True):
        return
    mask, expected = draw_in_pytorch(trial.pair, trial.case, x)
    with np.errstate(all="ignore"):
        outputs, _ = trial.subject.forward({**trial.arguments, "mask": mask})
    allowed = trial.allowed_for({**trial.arguments, "mask": mask}).of("y")
    yield compare(trial.case, "pytorchs_masks_agree", "y", outputs["y"], expected, allowed)


def draws_masks(pair: Pair) -> bool:
    """Whether the operation is a dropout; a network that has one draws through it."""
    return pair.kind == "operation" and hasattr(pair.reference, "draw_mask")


CHECKS: dict[str, tuple[Check, Callable[[Pair], bool]]] = {
    "outputs_agree": (outputs_agree, lambda pair: True),
    "gradients_agree": (gradients_agree, lambda pair: pair.kind != "optimizer"),
    "slopes_agree": (slopes_agree, lambda pair: pair.kind != "optimizer"),
    "definition_agrees": (definition_agrees, lambda pair: pair.naive is not None),
    "derivations_agree": (derivations_agree, lambda pair: bool(pair.derivations)),
    "inputs_untouched": (inputs_untouched, lambda pair: True),
    "dtype_kept": (dtype_kept, lambda pair: True),
    "same_answer_twice": (same_answer_twice, lambda pair: True),
    "masks_are_fair": (masks_are_fair, draws_masks),
    "pytorchs_masks_agree": (pytorchs_masks_agree, draws_masks),
}


REFUSED = "half_is_refused"
"""Said of a case that PyTorch has no half-precision kernel for: nothing is compared, nothing fails."""

IN_HALF = ("outputs_agree", "gradients_agree")
"""In half precision the twin is held against the reference in float64; nothing else computes in it."""


def checks_of(pair: Pair, dtype: str = "float64") -> tuple[str, ...]:
    """The names of the checks that apply to a pair, in a dtype."""
    names = (name for name, (_, applies) in CHECKS.items() if applies(pair))
    return tuple(name for name in names if dtype not in HALF or name in IN_HALF)


def judge(trial: Trial, only: str | None = None) -> list[Verdict]:
    """All verdicts of one case, or those of one check, without blame (see ``blame.assign``)."""
    if trial.twin.error:
        if trial.case.dtype in HALF and "not implemented for" in trial.twin.error:
            return [replace(_holds(trial, REFUSED, "y"), message=trial.twin.error)]
        return [
            fail(trial.case, "outputs_agree", "y", f"PyTorch refuses the case: {trial.twin.error}")
        ]
    if trial.outcome.unfit:
        return list(dtype_kept(trial))
    if trial.outcome.error:
        return [fail(trial.case, "outputs_agree", "y", f"the subject {trial.outcome.error}")]
    verdicts: list[Verdict] = []
    for name in checks_of(trial.pair, trial.case.dtype) if only is None else (only,):
        try:
            verdicts.extend(CHECKS[name][0](trial))
        except Exception as raised:  # a subject may fail only when it is called once more
            message = f"the check ends with {in_words(raised)}"
            verdicts.append(fail(trial.case, name, "y", message))
    return verdicts


def _compared(trial: Trial, check: str, got: Named, expected: Named) -> Iterator[Verdict]:
    for quantity in {**expected, **got}:
        if got.get(quantity) is None and expected.get(quantity) is None:
            continue
        allowed = trial.allowed.of(quantity)
        yield compare(
            trial.case, check, quantity, got.get(quantity), expected.get(quantity), allowed
        )


def _holds(trial: Trial, check: str, quantity: str) -> Verdict:
    return Verdict(trial.case.pair, check, quantity, trial.case.dtype, True, case=str(trial.case))


def _fitting(trial: Trial) -> Named:
    """The gradients that have an argument, and its shape: the others have failed already."""
    shapes = {f"d{name}": x.shape for name, x in trial.arguments.items() if x is not None}
    found = trial.outcome.gradients
    return {name: x for name, x in found.items() if np.shape(x) == shapes.get(name)}


def _slope_groups(pair: Pair, gradients: Named) -> dict[str, tuple[str, ...]]:
    """One direction for each argument; in a network one for x and one for all parameters."""
    names = [name[1:] for name, gradient in gradients.items() if gradient is not None]
    if pair.kind != "network":
        return {f"d{name}": (name,) for name in names}
    groups = {"dx": ("x",), "dparameters": tuple(name for name in names if name != "x")}
    return {name: group for name, group in groups.items() if names and {*group} <= {*names}}


def _measure(trial: Trial, group: tuple[str, ...]) -> tuple[Slope, dict[str, Array]]:
    rng = np.random.default_rng([trial.case.seed, zlib.crc32("/".join(group).encode())])
    along = directions(trial.arguments, group, rng)
    assert trial.dy is not None
    subject = make_subject(trial.pair, trial.case, trial.implementation)
    with np.errstate(all="ignore"):
        return slope(subject, trial.arguments, trial.dy, along, _noise(trial, group)), along


def _noise(trial: Trial, group: tuple[str, ...]) -> float:
    """The error of L = sum of dy·y in units of roundoff: from y, from the sum, and from rounding x + h v."""
    assert trial.dy is not None
    y, limit = trial.outcome.outputs["y"], trial.allowed.of("y")
    noise = float(np.size(y) * np.sum(np.abs(trial.dy * y), dtype=float))
    if limit is not None:
        noise += float(np.sum(np.abs(trial.dy) * limit)) / unit_roundoff(trial.case.dtype)
    for name in group:
        x, gradient = trial.arguments[name], trial.outcome.gradients[f"d{name}"]
        noise += float(np.sum(np.abs(x * gradient), dtype=float))
    return noise


def _along(
    gradients: Named, along: dict[str, Array], measured: Slope, trial: Trial
) -> tuple[Array, Array]:
    """Slope by the gradient minus slope measured, and what that difference may be."""
    total, limit = -np.longdouble(measured.value), measured.error
    for name, direction in along.items():
        gradient, allowed = gradients[f"d{name}"], trial.allowed.of(f"d{name}")
        total += np.sum(gradient.astype(np.longdouble) * direction)
        limit += 0.0 if allowed is None else float(np.sum(allowed * np.abs(direction)))
    return np.asarray(total), np.asarray(limit)
