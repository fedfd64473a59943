"""One case, run: everything that checks ask about, each computed at most once."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import Arrays, arguments_of, upstream
from parity_tests.harness.cases import Case
from parity_tests.harness.compare import unfit
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import run_twin
from parity_tests.harness.subject import Named, NoAnswer, Outcome, Subject, make_subject, no_way_out
from parity_tests.harness.tolerance import Allowed, allow, allow_by_definition
from parity_tests.harness.verdict import in_words

# Of so many numbers the bounds by loops cost a few percent of what is done with a case, whatever its size.
SAMPLED_NUMBERS = 8


class Trial:
    """A case with its arrays, the twin's outcome and the subject's, and the allowed errors.

    Args:
        pair: what is compared.
        case: the configuration.
        implementation: the class to judge, with the reference's contract; the reference if None.
    """

    def __init__(self, pair: Pair, case: Case, implementation: Any = None) -> None:
        self.pair, self.case = pair, case
        self.implementation = pair.reference if implementation is None else implementation
        self.dy: Array | None = None
        self.written: dict[str, Array] = {}
        self.arguments: Arrays = arguments_of(pair, case)
        self.twin: Outcome = run_twin(pair, case, self.arguments, self._draw_dy)

    def _draw_dy(self, shape: tuple[int, ...]) -> Array:
        self.dy = upstream(self.pair, self.case, shape)
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

        The outcome is copied first: it may lie in the same memory, or in some that the subject uses again.
        """
        for found, twins in self._with_twins(outcome):
            for name, x in found.items():
                # What is of another shape is judged by its shape alone, and may be too large to copy.
                if type(x) is np.ndarray and name in twins and x.shape == np.shape(twins[name]):
                    found[name] = x.copy(order="K")
        given = self._given()
        touched = {name for name, x in given.items() if x.tobytes() != self.copies[name]}
        if touched:
            self.written |= {name: given[name].copy() for name in touched}
            for name in touched:
                x = given[name]
                x[...] = np.frombuffer(self.copies[name], x.dtype).reshape(x.shape)
        return outcome

    def _with_twins(self, outcome: Outcome) -> tuple[tuple[Named, Named], tuple[Named, Named]]:
        twin = self.twin
        return (outcome.outputs, twin.outputs), (outcome.gradients, twin.gradients)

    def _given(self) -> dict[str, Array]:
        given = {**self.arguments, "dy": self.dy}
        return {name: x for name, x in given.items() if x is not None}

    @cached_property
    def outcome(self) -> Outcome:
        """What the subject gives, or how it failed."""
        return self._attempted(lambda: self.subject, "backward")

    def attempt(self, subject: Subject, derivation: str | None) -> Outcome:
        """Forward and one derivation of backward (None: no backward), every failure caught and put into words."""
        return self._attempted(lambda: subject, derivation)

    def _attempted(self, make: Callable[[], Subject], derivation: str | None) -> Outcome:
        outcome, _ = Outcome(), self.copies
        try:
            with np.errstate(all="ignore"):
                subject = make()
                outcome.outputs, saved = subject.forward(self.arguments)
                outcome.unfit = self._unfit(outcome.outputs)
                if derivation is not None and self._shape_is_right(outcome):
                    outcome.gradients = subject.backward(saved, self.dy, derivation)
                    outcome.unfit = self._unfit(outcome.gradients)
        except NoAnswer as broken:
            outcome.error = str(broken)
        except Exception as raised:  # whatever a subject raises is a finding about the subject
            outcome.error = f"raises {in_words(raised)}"
        if outcome.unfit:
            said = [f"{name} as {what}" for name, what in outcome.unfit.items()]
            outcome = Outcome(error=f"gives {', '.join(said)}", unfit=outcome.unfit)
        return self._restore(outcome)

    def _unfit(self, found: Named) -> dict[str, str]:
        """What is no array of real numbers, or read-only though all that was given can be written to."""
        said = {name: unfit(x) for name, x in found.items() if x is not None}
        if all(x.flags.writeable for x in self._given().values()):
            for name in [name for name, what in said.items() if not what]:
                if type(found[name]) is np.ndarray and not found[name].flags.writeable:
                    said[name] = "a read-only array, and PyTorch's can be written to"
        return {name: what for name, what in said.items() if what}

    def _shape_is_right(self, outcome: Outcome) -> bool:
        y = None if outcome.unfit else outcome.outputs.get("y")
        return self.dy is not None and y is not None and np.shape(y) == self.dy.shape

    @cached_property
    def naive(self) -> Outcome:
        """What the definition as plain loops gives; gradients only where it has a backward."""
        return self._attempted(
            lambda: make_subject(self.pair, self.case, self.pair.naive),
            "backward" if hasattr(self.pair.naive, "backward") else None,
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

    @property
    def sampled(self) -> bool:
        """Whether the definition's loops are run on bounds: the more numbers go in, the rarer.

        The seed decides, so a case is sampled again when it is replayed, and smaller cases are sooner sampled.
        Optimizers are not: their references round as PyTorch's ``lerp`` does, a decaying average in another formula.
        """
        if self.pair.kind == "optimizer":
            return False
        numbers = sum(x.size for x in self.arguments.values() if x is not None)
        return self.case.seed % (1 + numbers // SAMPLED_NUMBERS) == 0

    @cached_property
    def allowed_by_definition(self) -> Allowed:
        """The allowed errors, from the definition's text; of gradients only where it has a backward."""
        definition = make_subject(self.pair, self.case, self.pair.naive)
        dy = self.dy if self.naive.gradients else None
        with np.errstate(all="ignore"):
            return allow_by_definition(definition, self.arguments, dy, self.case.dtype)

    def again(self) -> Outcome:
        """A second run on one instance, with a forward on other numbers between forward and backward."""
        other = self.pair, self.case.with_seed(self.case.seed + 1)
        outcome = Outcome()
        with np.errstate(all="ignore"):
            outcome.outputs, saved = self.subject.forward(self.arguments)
            self.subject.forward(arguments_of(*other))
            if self._shape_is_right(outcome):
                self.subject.backward(saved, self.dy)
                outcome.gradients = self.subject.backward(saved, self.dy)
        return self._restore(outcome)

    def draw_mask(self, shape: tuple[int, ...]) -> tuple[Any, float]:
        """A mask that a dropout draws, and its probability to drop: the reference's where the case has none."""
        given = {name: x for name, x in self.case.options.items() if name == "p"}
        rng = np.random.default_rng(self.case.seed)
        with no_way_out():
            mask = self.implementation(**given).draw_mask(rng, shape)
        return mask, given.get("p", self.pair.reference.__dataclass_fields__["p"].default)
