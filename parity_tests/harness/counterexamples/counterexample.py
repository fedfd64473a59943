"""A failed verdict on paper: the case in words, its numbers, what was expected and what was got."""

import textwrap
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from parity_tests.harness.counterexamples.drawing import WIDTH, number, picture
from parity_tests.harness.counterexamples.sides import Sides, inputs_of, sides_of
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict

LINES = 25
# Where a case has many arrays (a network), only so many are drawn; of the others the shapes are told.
DRAWN = 6


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One case on which a claim fails.

    Args:
        claim: what does not hold.
        configuration: options, sizes, dtype and layout.
        inputs: the arrays that matter, each under a title with its axes.
        others: the shapes of the other arrays, in words.
        expected: who expects what: a title and an array, or words.
        got: the same of the subject.
        at: the element that both are about; None where there is no such element.
        difference: one sentence with both numbers and the allowed error.
    """

    claim: str
    configuration: str
    inputs: tuple[tuple[str, Any], ...]
    others: str
    expected: tuple[str, Any]
    got: tuple[str, Any]
    at: tuple[int, ...] | None
    difference: str

    def text(self) -> str:
        """At most LINES lines of at most WIDTH columns; what is too large is cut around ``at``."""
        head = [*_wrapped(self.claim), *_wrapped(self.configuration, "  ")]
        others, foot = _wrapped(self.others, "  "), _wrapped(self.difference)
        lines: list[str] = []
        room = LINES
        while room == LINES or (len(lines) > LINES and room > 0):
            inputs = [line for given in self.inputs for line in picture(*given, lines=room)]
            both = (picture(*side, self.at, room) for side in (self.expected, self.got))
            lines = [*head, *inputs, *others, *chain.from_iterable(both), *foot]
            room -= 1
        return "\n".join(lines)


def describe(trial: Trial, verdict: Verdict) -> Counterexample:
    """The counterexample that a failed verdict of a trial is about."""
    found = sides_of(trial, verdict)
    drawn, others = _chosen(trial, found)
    case = trial.case
    groups = [*case.options.items(), *case.sizes.items()]
    words = [f"{name}={value}".replace(" ", "") for name, value in groups]
    subject = getattr(trial.implementation, "__name__", "the subject")
    return Counterexample(
        claim=f"{case.pair}: {verdict.check} does not hold for {verdict.quantity}",
        configuration=" ".join([*words, case.dtype, case.layout, case.values]),
        inputs=tuple((_title(trial, name, x), x) for name, x in drawn.items()),
        others=_shapes(others),
        expected=(f"expected {_sized(found, found.expected)}, by {found.witness}", found.expected),
        got=(f"got {_sized(found, found.got)} from {subject}", found.got),
        at=found.at,
        difference=_difference(trial, verdict, found),
    )


def _chosen(trial: Trial, found: Sides) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays to draw and the others: dy only where it enters, of many the smallest."""
    arrays = inputs_of(trial)
    if found.quantity in trial.twin.outputs and "first run" not in found.witness:
        arrays.pop("dy", None)
    about = ("x", "dy", found.quantity, found.quantity[1:])
    ranked = sorted(arrays, key=lambda name: (name not in about, np.size(arrays[name])))
    kept = ranked[:DRAWN]
    drawn = {name: x for name, x in arrays.items() if name in kept}
    return drawn, {name: x for name, x in arrays.items() if name not in kept}


def _title(trial: Trial, name: str, x: Any) -> str:
    """A name with the lengths of the axes, and the axes' names where the annotations have one for each."""
    axes: list[str] = []
    if trial.pair.kind == "operation":
        for argument in trial.pair.signature.arguments:
            axes = argument.axes.split() if argument.name == name else axes
    named = len(axes) == np.ndim(x) and not any(axis.startswith("*") for axis in axes)
    lengths = [
        f"{axis}={size}" if named else str(size)
        for axis, size in zip(axes if named else x.shape, x.shape, strict=True)
    ]
    return f"{name} ({', '.join(lengths)})"


def _sized(found: Sides, x: Any) -> str:
    """The quantity, with its shape where there is one."""
    arrays = isinstance(x, np.ndarray) and x.ndim
    return f"{found.quantity} {x.shape}" if arrays else found.quantity


def _shapes(arrays: dict[str, Any]) -> str:
    listed = ", ".join(f"{name} {np.shape(x)}" for name, x in arrays.items())
    return textwrap.shorten(f"and {listed}", 4 * WIDTH, placeholder=" …") if listed else ""


def _difference(trial: Trial, verdict: Verdict, found: Sides) -> str:
    if found.at is None:
        return verdict.message or (
            f"No single element is off; in all it is {verdict.worst:.3g}, "
            f"where rounding explains {verdict.allowed:.3g}."
        )
    expected, got = np.asarray(found.expected)[found.at], np.asarray(found.got)[found.at]
    shown = [number(x) for x in (expected, got)]
    if shown[0] == shown[1]:
        shown = [repr(x.item()) for x in (expected, got)]
    allowed = np.zeros(()) if found.allowed is None else found.allowed
    limit = float(np.broadcast_to(allowed, np.shape(found.got))[found.at])
    explained = f"{limit:.2g}" if limit else "nothing"
    off = number(abs(float(got) - float(expected)))
    return (
        f"{_place(trial, found)}: expected {shown[0]}, got {shown[1]}; off by {off}, "
        f"of which rounding explains {explained}."
    )


def _place(trial: Trial, found: Sides) -> str:
    assert found.at is not None
    if trial.pair.kind == "optimizer" and found.at:
        step, *rest = found.at
        return f"After step {step + 1}" + (f" at {rest}" if rest else "")
    return f"At {list(found.at)}" if found.at else "Here"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, max_lines=4, placeholder=" …"
    )
