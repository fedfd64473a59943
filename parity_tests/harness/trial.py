"""One case, run: everything that checks ask about, each computed at most once."""

from copy import deepcopy
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import Arrays, arguments_of, upstream
from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import run_twin
from parity_tests.harness.subject import Named, Outcome, Subject, make_subject
from parity_tests.harness.tolerance import Allowed, allow


class Trial:
    """A case with its arrays, the twin's outcome and the subject's, and the allowed errors.

    Args:
        pair: what is compared.
        case: the configuration.
        implementation: the class to judge, with the reference's contract; the reference if None.
    """

    def __init__(self, pair: Pair, case: Case, implementation: Any = None) -> None:
        self.pair, self.case = pair, case
        self.implementation = implementation or pair.reference
        self.dy: Array | None = None
        self.written: dict[str, Array] = {}
        self.arguments: Arrays = arguments_of(pair, case)
        self.twin: Outcome = run_twin(pair, case, self.arguments, self._draw_dy)

    def _draw_dy(self, shape: tuple[int, ...]) -> Array:
        self.dy = upstream(self.case, shape)
        return self.dy

    @property
    def smooth(self) -> bool:
        """Whether a derivative exists at the numbers of this case."""
        return self.pair.regime(self.case.values).smooth

    @cached_property
    def subject(self) -> Subject:
        """The implementation under judgement, made for the case's options."""
        return make_subject(self.pair, self.case, self.implementation)

    @cached_property
    def copies(self) -> dict[str, bytes]:
        """The arguments' bytes before anything ran."""
        return {name: x.tobytes() for name, x in self._given().items()}

    def _restore(self, outcome: Outcome) -> Outcome:
        """Put back what was written over, so that all witnesses see one input; ``written`` keeps it.

        An outcome that may lie in the same memory is copied first.
        """
        given = self._given()
        touched = {name for name, x in given.items() if x.tobytes() != self.copies[name]}
        if touched:
            self.written |= {name: given[name].copy() for name in touched}
            outcome = deepcopy(outcome)
            for name in touched:
                x = given[name]
                x[...] = np.frombuffer(self.copies[name], x.dtype).reshape(x.shape)
        return outcome

    def _given(self) -> dict[str, Array]:
        given = {**self.arguments, "dy": self.dy}
        return {name: x for name, x in given.items() if x is not None}

    @cached_property
    def outcome(self) -> Outcome:
        """What the subject gives, or how it failed."""
        return self.attempt(self.subject, "backward")

    def attempt(self, subject: Subject, derivation: str | None) -> Outcome:
        """Forward and one derivation of backward (None: no backward), every failure caught and put into words."""
        outcome, _ = Outcome(), self.copies
        try:
            with np.errstate(all="ignore"):
                outcome.outputs, saved = subject.forward(self.arguments)
                if derivation is not None and self._shape_is_right(outcome.outputs):
                    outcome.gradients = subject.backward(saved, self.dy, derivation)
        except Exception as raised:  # whatever a subject raises is a finding about the subject
            outcome.error = f"raises {type(raised).__name__}: {raised}"
        return self._restore(outcome)

    def _shape_is_right(self, outputs: Named) -> bool:
        return self.dy is not None and "y" in outputs and np.shape(outputs["y"]) == self.dy.shape

    @cached_property
    def naive(self) -> Outcome:
        """What the definition as plain loops gives; gradients only where it has a backward."""
        definition = make_subject(self.pair, self.case, self.pair.naive)
        return self.attempt(
            definition, "backward" if hasattr(self.pair.naive, "backward") else None
        )

    @cached_property
    def allowed(self) -> Allowed:
        """The allowed errors, from the reference's text."""
        return self.allowed_for(self.arguments)

    def allowed_for(self, arguments: Arrays) -> Allowed:
        """The same with other arguments."""
        reference = make_subject(self.pair, self.case, self.pair.reference)
        more = self.pair.twin_roundings(self.case.names)
        with np.errstate(all="ignore"):
            return allow(reference, arguments, self.dy, self.case.dtype, more)

    def again(self) -> Outcome:
        """A second run on one instance, with a forward on other numbers between forward and backward."""
        other = self.pair, self.case.with_seed(self.case.seed + 1)
        outcome = Outcome()
        with np.errstate(all="ignore"):
            outcome.outputs, saved = self.subject.forward(self.arguments)
            self.subject.forward(arguments_of(*other))
            if self._shape_is_right(outcome.outputs):
                self.subject.backward(saved, self.dy)
                outcome.gradients = self.subject.backward(saved, self.dy)
        return self._restore(outcome)
