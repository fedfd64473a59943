"""One case of a task, run on the truth and on the submission."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import arguments_of, upstream
from parity_tests.harness.cases import Case
from parity_tests.harness.compare import compare, fail
from parity_tests.harness.subject import Named, Outcome, make_subject
from parity_tests.harness.tolerance import Allowed, allow, unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict
from parity_tests.homework.own_shape import in_shape
from parity_tests.homework.task import NOT_HANDED_IN, Caller, Mistake, Task, Trouble

PRECISION = "float32"
"""The submission computes in float64 and is allowed what rounding does to the truth in float32.

So an algorithm may lose half of its digits, as honest ones do (a variance by E[x²] - E[x]²), and no more.
"""


@dataclass(slots=True)
class Answer:
    """What one function gave, by name, or why it gave nothing."""

    values: Named = field(default_factory=dict)
    trouble: Trouble | None = None

    @property
    def lacks(self) -> bool:
        """Whether it needs what was not handed in."""
        return self.trouble is not None and self.trouble.kind == NOT_HANDED_IN


class HomeworkTrial(Trial):
    """A case: first the submission's forward is run, then the truth, then the submission's backwards.

    ``without`` are the functions that are right with the cache of the handout, and not with that of a
    right forward; those in ``of_its_own`` end in an error with the handout's. Of those in ``understanding`` it is
    known that they can go on from it.

    Between forward and backward the forward runs once more on other numbers of the same shape: what is
    remembered from "the last call" is then the wrong thing.
    """

    def __init__(
        self, task: Task, case: Case, call: Caller, understanding: Collection[str] = ()
    ) -> None:
        self.task, self.pair, self.case = task, task.pair, case
        self.understanding = understanding
        self.implementation = self.pair.truth
        self.written = {}
        self.dy: Array | None = None
        self.arguments = arguments_of(task.pair, case)
        self.student = task.student(call, case)
        self.answers: dict[str, Answer] = {}
        self.following: dict[str, Named] = {}
        self.without: set[str] = set()
        self.of_its_own: set[str] = set()
        saved = self._forward(task.functions[0])
        if task.observed is not None:
            outputs = self.answers[task.functions[0]].values
            self.arguments |= task.observed(self.arguments, outputs, case.names)
        self.twin = self.outcome_of(self.pair.truth)
        if self.pair.kind not in ("optimizer", "network") or (saved is not None and task.backwards):
            self._something_else()
        if task.differentiated(case.names) and not self.twin.error:
            self._backward(saved)

    def _forward(self, function: str) -> Any:
        answer = self.answers[function] = Answer()
        try:
            answer.values, saved = self.student.forward(self._copies())
        except Trouble as trouble:
            answer.trouble = trouble
            return None
        return saved

    def _copies(self) -> dict[str, Any]:
        """The submission may write into what it is given."""
        return {name: None if x is None else x.copy() for name, x in self.arguments.items()}

    def _backward(self, saved: Any) -> None:
        functions = self.task.backwards or self.task.functions[:1]
        if self.dy is None or (saved is None and not self.task.backwards):
            return
        for function in functions:
            own = self._gradients(function, saved)
            if self.task.backwards:
                found = self._is_right(own) or self._follows(function, own)
                self.answers[function] = own if found else self._better(function, own)
            elif own.trouble is None:
                self.answers[function].values |= own.values
            else:
                self.answers[function].trouble = own.trouble

    def _something_else(self) -> None:
        answer = self.answers[self.task.functions[0]]
        if answer.trouble is not None:
            return
        other = arguments_of(self.pair, self.case.with_seed(self.case.seed + 1))
        try:
            again = self.student.forward(
                {k: None if x is None else x.copy() for k, x in other.items()}
            )
        except Trouble:
            return  # it has answered once; what it does on other numbers is another case's business
        if self.task.observed is not None or not self.forward_is_right:
            return  # a mask may drop all that differs; what is wrong is told of already
        if _same(again[0].get("y"), answer.values.get("y")) and not self._alike(other):
            answer.trouble = Trouble(
                "form", "gives what it gave before, for other numbers of that shape"
            )

    def _alike(self, other: Named) -> bool:
        """Whether the truth gives the same on these other numbers, as a maximum of zero and negative ones may be."""
        truth = make_subject(self.pair, self.case, self.task.pair.truth)
        with np.errstate(all="ignore"):
            outputs, _ = truth.forward(other)
        return np.array_equal(outputs["y"], self.twin.outputs["y"], equal_nan=True)

    def _gradients(self, function: str, saved: Any) -> Answer:
        """What a backward gives for a cache; without one it is only asked whether it is still to be written."""
        assert self.dy is not None
        try:
            answer = Answer(self.student.backward(function, saved, self.dy.copy()))
        except Trouble as trouble:
            answer = Answer(trouble=trouble)
        if saved is None and (answer.trouble is None or answer.trouble.kind == "error"):
            why = f"it needs the cache of {self.task.functions[0]}, which gives none"
            return Answer(trouble=Trouble("not judged", why))
        return answer

    def _follows(self, function: str, own: Answer) -> bool:
        """Whether it gives the gradients of the submission's own forward, where its outputs tell them."""
        outputs = self.answers[self.task.functions[0]].values
        if self.task.own is None or own.trouble is not None or self.forward_is_right:
            return False
        told = self.task.own(self.arguments, outputs, self.dy)
        named = {name: (own.values.get(name), x) for name, x in told.items()}
        if not named or not all(self.compared("", n, *pair).passed for n, pair in named.items()):
            return False
        self.following[function] = told
        return True

    def _better(self, function: str, own: Answer) -> Answer:
        """With the cache as the starter fixes it: a wrong forward is not its backward's mistake.

        Behind a forward that is right it is nobody else's: there the two of them do not fit together.
        """
        canonical = self.student.canonical(self._copies())
        gave_none = own.trouble is not None and own.trouble.kind == "not judged"
        # A mask may hold the scale or not: who gets none is not asked with either.
        if canonical is None or (gave_none and self.task.own is not None):
            return own
        with_canonical = self._gradients(function, canonical)
        right = self._is_right(with_canonical)
        if right and self.forward_is_right:
            self.without.add(function)
            return own
        if with_canonical.trouble is not None and with_canonical.trouble.may_be_the_caches:
            self.of_its_own.add(function)
        if function in self.understanding and not self.forward_is_right:
            return with_canonical
        return with_canonical if right or gave_none else own

    @property
    def forward_is_right(self) -> bool:
        """Whether the first function gives the right output on this case."""
        verdicts = self.verdicts(self.task.functions[0])
        return all(v.passed for v in verdicts if v.quantity in ("y", "call"))

    def _is_right(self, answer: Answer) -> bool:
        wanted = self.twin.gradients
        return answer.trouble is None and all(
            self.compared("", name, answer.values.get(name), wanted[name]).passed for name in wanted
        )

    def outcome_of(self, truth: Any) -> Outcome:
        """Outputs and gradients of a truth, or of a mistake in its place."""
        outcome = Outcome()
        subject = make_subject(self.pair, self.case, truth)
        try:
            with np.errstate(all="ignore"):
                outcome.outputs, saved = subject.forward(self._copies())
                if self.pair.kind != "optimizer":
                    self.dy = self._upstream() if self.dy is None else self.dy
                    outcome.gradients = subject.backward(saved, self.dy.copy())
        except Exception as raised:  # a mistake may not work on every case; the truth does
            outcome.error = f"{type(raised).__name__}: {raised}"
        return outcome

    def _upstream(self) -> Array:
        if self.task.scalar:
            return np.ones(())
        forward = make_subject(self.pair, self.case, self.task.pair.truth).forward
        with np.errstate(all="ignore"):
            return upstream(self.pair, self.case, np.shape(forward(self._copies())[0]["y"]))

    @cached_property
    def allowed(self) -> Allowed:
        truth = make_subject(self.pair, self.case, self.task.pair.truth)
        with np.errstate(all="ignore"):
            return allow(truth, self.arguments, self.dy, PRECISION)

    @property
    def outcome(self) -> Outcome:
        """Everything that the submission gave."""
        named: Named = {}
        for answer in self.answers.values():
            named |= answer.values
        return Outcome(named)

    def expected_of(self, function: str, outcome: Outcome) -> Named:
        """What a function has to give: outputs, gradients, or both."""
        if function in self.following and outcome is self.twin:
            return self.following[function]
        expected = outcome.outputs if function == self.task.functions[0] else outcome.gradients
        if not self.task.backwards and self.task.differentiated(self.case.names):
            expected = {**outcome.outputs, **outcome.gradients}
        return {name: x for name, x in expected.items() if name not in self.task.unjudged}

    def verdicts(self, function: str, against: Outcome | None = None) -> list[Verdict]:
        """What is to be said of a function; against a mistake's outcome: whether it makes that mistake.

        Nothing where it was not asked, or where the truth has no answer either.
        """
        answer = self.answers.get(function)
        if answer is None or self.twin.error:
            return []
        if answer.trouble is not None:
            return [fail(self.case, function, "call", str(answer.trouble))]
        expected = self.expected_of(function, against or self.twin)
        return [
            self.compared(function, name, answer.values.get(name), x)
            for name, x in expected.items()
        ]

    def harmless(self, function: str) -> Mistake | None:
        """The convention of another kind that explains all that a function gives here, if one does."""
        for mistake in self.task.mistakes:
            if mistake.harmless:
                outcome = self.outcome_of(mistake.truth)
                if not outcome.error and all(v.passed for v in self.verdicts(function, outcome)):
                    return mistake
        return None

    def compared(self, function: str, quantity: str, got: Any, expected: Any) -> Verdict:
        """Equal up to half of the digits; only where that is not so the allowed errors are computed."""
        half = unit_roundoff(PRECISION) * np.abs(expected)
        shaped, remark = in_shape(self.task, self.arguments, quantity, got, expected)
        verdict = compare(self.case, function, quantity, shaped, expected, half)
        if verdict.passed:
            return replace(verdict, message=remark)
        limit = self.allowed.of(quantity)
        if limit is None or np.shape(limit) != np.shape(expected):
            return verdict
        limit = np.maximum(limit, half)
        verdict = compare(self.case, function, quantity, shaped, expected, limit)
        return replace(verdict, message=remark) if verdict.passed else verdict

    def clouded(self, function: str) -> bool:
        """Whether it goes on from a cache of the forward's own where the forward gives a wrong output.

        Then a wrong gradient says nothing of the function by itself.
        """
        return not self.forward_is_right and self.goes_on(function)

    def understands(self, function: str) -> bool:
        """Whether a backward is right with the cache as the starter fixes it."""
        canonical = self.student.canonical(self._copies())
        return canonical is not None and self._is_right(self._gradients(function, canonical))

    def goes_on(self, function: str) -> bool:
        """Whether what a function gives here hangs on a cache of the forward's own."""
        if function not in self.task.backwards:
            return False
        trouble = self.answers[function].trouble
        if self.task.own is None and self.student.canonical(self._copies()) is not None:
            return function in self.of_its_own and function not in self.understanding
        return trouble is None or trouble.kind in ("error", "form", "not judged")


def _same(one: Any, other: Any) -> bool:
    """Whether both are the same numbers; not where there are none."""
    return one is not None and other is not None and np.size(one) > 0 and np.array_equal(one, other)
