"""Who is wrong, and why: each failed verdict is held against the arbiter's exact numbers.

=============  ==========================================================================
reference      (or subject) it differs from the exact value by more than rounding can do
PyTorch        the twin does
both           both do
definition     the plain loops differ, where NumPy and PyTorch agree
rounding       both are within rounding of the exact value, and yet apart
undefined      a kink, a tie or an overflow: there is no one right answer here
=============  ==========================================================================
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from parity_tests.harness.arbiter import Arbiter, Range
from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.checks import judge
from parity_tests.harness.compare import compare
from parity_tests.harness.tolerance import sides, unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict

COMPARED = ("outputs_agree", "gradients_agree")
# A jump stays as wide when the inputs come a million times closer; what rounding amplifies shrinks.
CLOSER = 2.0**-20
LOOKED_AT = 64

REASONS = {
    "slopes_agree": "its gradient is not the slope of its own forward",
    "derivations_agree": "two derivations of one gradient differ",
    "inputs_untouched": "what is given belongs to the caller",
    "dtype_kept": "what comes out has another dtype than what went in",
    "same_answer_twice": "something is remembered from one call to the next",
    "masks_are_fair": "by chance alone that happens once in 2^64 runs",
    "pytorchs_masks_agree": "PyTorch scales what the same mask keeps by another factor",
    "definition_agrees": "it is not what the plain loops of the definition give",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who is wrong (a word of the table above, or None where nothing decides) and a sentence on why."""

    blame: str | None
    why: str


def assign(trial: Trial, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts, each failed one with its blame and the reason."""
    ruled = _Court(trial)
    return [
        v if v.passed else replace(v, blame=(r := ruled.on(v)).blame, why=r.why) for v in verdicts
    ]


class _Court:
    """Rules on the verdicts of one trial; the exact numbers are computed once, and only when needed."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.own = "reference" if trial.implementation is trial.pair.reference else "subject"
        self._arbiter: Arbiter | None = None

    def on(self, verdict: Verdict) -> Ruling:
        if self.trial.twin.error:
            return self._twin_fails()
        if self.trial.outcome.error:
            return Ruling(self.own, "it fails where PyTorch has an answer")
        try:
            return self._on(verdict)
        except Exception as raised:  # a definition that is broken decides nothing
            return Ruling(None, f"the definition ends with {type(raised).__name__}: {raised}")

    def _twin_fails(self) -> Ruling:
        """PyTorch is at fault, unless the definition refuses the case as well.

        The shapes of a network's arrays are what the network itself says they are.
        """
        if self.trial.pair.naive is None:
            return Ruling(None, "PyTorch fails, and there is no definition to decide it")
        network = self.trial.pair.kind == "network"
        try:
            _ = self.arbiter
        except Exception as raised:
            said = f"PyTorch and the definition both refuse this case ({type(raised).__name__})"
            return Ruling(self.own if network else None, said)
        if network and "state_dict" in self.trial.twin.error:
            return Ruling(None, "the arrays have not the shapes that PyTorch's modules have")
        return Ruling(
            "PyTorch", "the twin fails on a case of this pair, and the definition does not"
        )

    def _on(self, verdict: Verdict) -> Ruling:
        check, quantity = verdict.check, verdict.quantity
        if verdict.message.startswith("the check ends with"):
            return Ruling(self.own, "what it gives is not what the check can work with")
        if check in COMPARED:
            return self._compare(quantity)
        if check == "definition_agrees" and self._definition_is_alone(quantity):
            return Ruling("definition", "NumPy and PyTorch agree, and the plain loops do not")
        if check == "derivations_agree" and self._twin_is_wrong(quantity):
            return Ruling("PyTorch", f"{quantity} is held against a twin that is wrong")
        return Ruling(self.own, REASONS.get(check, ""))

    def _twin_is_wrong(self, quantity: str) -> bool:
        """Of ``dx by nine_steps``: whether PyTorch's dx is wrong."""
        name, _, other = quantity.partition(" by ")
        return not other.endswith(" and backward") and self._compare(name).blame == "PyTorch"

    @property
    def arbiter(self) -> Arbiter:
        if self._arbiter is None:
            trial = self.trial
            self._arbiter = Arbiter(trial.pair, trial.case, trial.arguments, trial.dy)
        return self._arbiter

    def _sides(self, quantity: str) -> tuple[Any, Any]:
        sides = (self.trial.outcome, self.trial.twin)
        own, twin = ({**side.outputs, **side.gradients}.get(quantity) for side in sides)
        return own, twin

    def _sides_agree(self, quantity: str) -> bool:
        own, twin = self._sides(quantity)
        same_shape = own is not None and twin is not None and np.shape(own) == np.shape(twin)
        return same_shape and not self._differs(quantity)

    def _definition_is_alone(self, quantity: str) -> bool:
        """Whether NumPy and PyTorch agree; where the definition's own bound was used, it must fit neither."""
        name, by, _ = quantity.partition(" by its rounding")
        if not by:
            return self._sides_agree(name)
        trial = self.trial
        expected = {**trial.naive.outputs, **trial.naive.gradients}.get(name)
        allowed = trial.allowed_by_definition.of(name)
        _, twin = self._sides(name)
        fits = compare(trial.case, "definition_agrees", quantity, twin, expected, allowed).passed
        return self._sides_agree(name) and not fits

    def _compare(self, quantity: str) -> Ruling:
        if self.trial.pair.naive is None:
            return self._by_slope(quantity)
        own, twin = self._sides(quantity)
        shape = self.arbiter.shape(quantity)
        misshapen = [x is None or np.shape(x) != shape for x in (own, twin)]
        if any(misshapen):
            reason = f"its {quantity} should have shape {shape}"
            return Ruling(self._side(*misshapen), reason)
        found = [self._element(quantity, at) for at in self._apart(quantity)]
        if not found:
            return Ruling("rounding", "the two sides agree when they are compared once more")
        blamed = {ruling.blame for ruling in found} - {"rounding", "undefined"}
        if len(blamed) > 1:
            return Ruling("both", f"{self.own} and PyTorch are wrong at different elements")
        return next((r for r in found if r.blame in blamed), found[0])

    def _by_slope(self, quantity: str) -> Ruling:
        """Without a definition: of two gradients of one forward the wrong one is not its slope."""
        slopes = [v for v in judge(self.trial, only="slopes_agree") if v.quantity == quantity]
        if not slopes or any(self._differs(name) for name in self.trial.twin.outputs):
            return Ruling(None, "there is no definition to decide it")
        if slopes[0].passed:
            return Ruling("PyTorch", "the other gradient is the slope of the forward")
        return Ruling(self.own, "its gradient is not the slope of its forward, PyTorch's differs")

    def _differs(self, quantity: str) -> bool:
        return next(self._apart(quantity), None) is not None

    def _apart(self, quantity: str) -> Iterator[tuple[int, ...]]:
        """Where the sides differ by more than allowed, at most LOOKED_AT places."""
        own, twin = (np.asarray(x, np.longdouble) for x in self._sides(quantity))
        limit = self.trial.allowed.of(quantity)
        limit = np.zeros(own.shape) if limit is None or limit.shape != own.shape else limit
        with np.errstate(invalid="ignore"):
            agree = (own == twin) | (np.isnan(own) & np.isnan(twin)) | (np.abs(own - twin) <= limit)
        for place in np.argwhere(~agree)[:LOOKED_AT]:
            yield tuple(int(i) for i in place)

    def _element(self, quantity: str, at: tuple[int, ...]) -> Ruling:
        own, twin = (np.asarray(x)[at] for x in self._sides(quantity))
        nearby = self.arbiter.range(quantity, at)
        if nearby.value != nearby.value:
            return self._not_a_number(quantity, at, own, twin)
        if undefined := self._overflow(nearby, own, twin):
            return Ruling("undefined", undefined)
        rounding, coarse = self._rounding(quantity, at), self._coarsely(quantity, nearby)
        exact = self._as_good(quantity, at)
        # Where the reference's text ends in nan, so does its bound: then there is the coarse one only.
        rounding = float(coarse) if np.isnan(rounding) else rounding
        off = [exact.distance(x) for x in (own, twin)]
        for allowance in (max(rounding, coarse), rounding):
            # No allowance excuses what is infinitely far, not even an infinite one.
            wrong = [distance > allowance or not np.isfinite(float(distance)) for distance in off]
            if any(wrong):
                return Ruling(self._side(*wrong), self._explained(exact, own, twin, at, rounding))
        return self._neither(quantity, at, nearby, own, twin)

    def _as_good(self, quantity: str, at: tuple[int, ...]) -> Range:
        """The values that are as good as the exact one.

        A gradient jumps where a comparison turns. Where none hangs on rounding it jumps at exact ties alone:
        the winner of two neighbouring floats is no matter of taste.
        """
        decided = quantity in self.trial.twin.gradients and not self.trial.allowed.undecided
        return self.arbiter.range(quantity, at, CLOSER if decided else 1.0)

    def _side(self, own_is_wrong: bool, twin_is_wrong: bool) -> str:
        return ("both" if twin_is_wrong else self.own) if own_is_wrong else "PyTorch"

    def _rounding(self, quantity: str, at: tuple[int, ...]) -> float:
        """What rounding can do on one side."""
        limit = self.trial.allowed.of(quantity)
        if limit is None or limit.shape != self.arbiter.shape(quantity):
            return 0.0
        return float(limit[at]) / sides(self.trial.case.dtype)

    def _coarsely(self, quantity: str, exact: Range) -> Any:
        """The same without the reference's text, which may itself be what is wrong.

        So many roundings as numbers went in, each of the result or, amplified, of an input; and
        what is below all normal numbers may be lost.
        """
        given = [x for x in (*self.trial.arguments.values(), self.trial.dy) if x is not None]
        terms = sum(x.size for x in given)
        one = unit_roundoff(self.trial.case.dtype) * self.arbiter.largest(quantity)
        return terms * (one + exact.width) + FORMATS[self.trial.case.dtype].smallest_normal

    def _not_a_number(self, quantity: str, at: tuple[int, ...], own: Any, twin: Any) -> Ruling:
        """An output that is nan by definition and for one of the two: the other is wrong.

        A gradient that is nan by the chain rule in exact numbers may well have a limit.
        """
        wrong = [not np.isnan(x) for x in (own, twin)]
        if quantity in self.trial.twin.outputs and wrong[0] != wrong[1]:
            said = f"the definition gives nan at {list(at)}, "
            number, other = (f"the {self.own}", "PyTorch")[:: 1 if wrong[0] else -1]
            return Ruling(self._side(*wrong), f"{said}{other} too, and {number} a number")
        return Ruling("undefined", f"the definition has no number at {list(at)}")

    def _overflow(self, exact: Range, own: Any, twin: Any) -> str:
        top = FORMATS[self.trial.case.dtype].largest
        finite = np.isfinite(float(exact.value))
        if finite and abs(exact.value) > top and not (np.isfinite(own) and np.isfinite(twin)):
            return f"the exact value, {_short(exact.value)}, overflows {self.trial.case.dtype}"
        return ""

    def _explained(
        self, exact: Range, own: Any, twin: Any, at: tuple[int, ...], rounding: float
    ) -> str:
        return (
            f"the definition gives {_short(exact.value)} at {list(at)}; "
            f"the {self.own}'s {_short(own)} is off by {_size(exact.distance(own))}, "
            f"PyTorch's {_short(twin)} by {_size(exact.distance(twin))}, "
            f"and rounding explains {_size(rounding)}"
        )

    def _neither(
        self, quantity: str, at: tuple[int, ...], exact: Range, own: Any, twin: Any
    ) -> Ruling:
        closer = self.arbiter.range(quantity, at, CLOSER)
        if 2 * closer.width > exact.width > 0:
            return Ruling(
                "undefined",
                f"a kink or a tie: at {list(at)} the definition jumps from {_short(exact.low)} to "
                f"{_short(exact.high)}, and {_short(own)} and {_short(twin)} both lie between",
            )
        return Ruling(
            "rounding",
            f"one rounding of the input moves the exact {_short(exact.value)} at {list(at)} by "
            f"{_size(exact.width)}: {_short(own)} and {_short(twin)} are both that close to it",
        )


def _short(x: Any) -> str:
    return f"{float(x):.9g}"


def _size(x: Any) -> str:
    return f"{float(x):.2g}"
