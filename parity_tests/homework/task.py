"""One thing to judge: a truth, how cases for it are drawn, and which functions of a submission are held against it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Protocol

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Names, Pair
from parity_tests.harness.signature import Signature, read
from parity_tests.harness.subject import Named


@dataclass(frozen=True, slots=True)
class CoursePair(Pair):
    """A pair whose reference is a course's truth; it has no twin, the truth's operations have theirs."""

    truth: Any = None

    @property
    def name(self) -> str:
        return self.address.rpartition(".")[2]

    @property
    def reference(self) -> Any:
        return self.truth

    @property
    def naive(self) -> None:
        return None

    @property
    def signature(self) -> Signature:
        return _signature(self.truth)

    @property
    def derivations(self) -> tuple[str, ...]:
        return ()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(f.name for f in fields(self.truth))


@cache
def _signature(truth: Any) -> Signature:
    return read(truth)


NOT_HANDED_IN = "not handed in"
"""The kind of a trouble that says nothing of the function: a file that it needs is not here."""


ITS_OWN = re.compile(r"NameError|UnboundLocalError|KeyError|unexpected keyword|module '")
"""Errors that have nothing to do with what a cache holds."""


class Handle(Protocol):
    """Something that stays with the submission: a cache, a network."""


class Caller(Protocol):
    """Calls a function of the submission by its short name.

    A class is called as a function is, and with ``returns="h"`` its object stays with the submission. A
    method is named ``TwoLayerNet.loss`` and takes the object first; so are attributes.

    Raises:
        Trouble: the function is not there, raises, or gives something else than ``returns`` says.
    """

    def __call__(
        self,
        function: str,
        *arguments: Any,
        returns: str = "v",
        echo: tuple[int, ...] = (),
        **keywords: Any,
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]: ...

    def entry(self, name: str) -> Mapping[str, Any]:
        """What was found of a function or class: ``parameters``, ``doc`` …; nothing where it is not there."""

    def get(self, attribute: str, owner: Any) -> Any:
        """The value of an attribute of a kept object."""

    def set(self, attribute: str, owner: Any, value: Any) -> None:
        """Set an attribute of a kept object."""

    def forget(self, *kept: Any) -> None:
        """Let kept objects go."""


class Trouble(Exception):
    """Why a function of the submission has no answer on a case.

    ``kind`` is ``missing``, ``error``, ``form``, ``not judged``, ``NOT_HANDED_IN`` or the verdict of a worker that
    was lost.
    """

    def __init__(self, kind: str, message: str, file: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.kind, self.file, self.line = kind, file, line

    @property
    def may_be_the_caches(self) -> bool:
        """Of a backward that is handed a cache: whether it may be that cache which it cannot go on from."""
        return self.kind in ("error", "form") and not ITS_OWN.search(str(self))


class Student(Protocol):
    """The submission's functions for one case, under the names of the truth."""

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]: ...

    def backward(self, function: str, saved: Any, dy: Any) -> Named: ...

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        """The cache as the course's starter fixes it; None where everybody has one of their own."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known way to be wrong.

    Args:
        name: short, as a teacher would call it.
        truth: the class that makes it, in the place of the task's truth.
        hint: a question or a direction that gives no line away.
        explanation: all of it.
        harmless: a convention of another year or library: a remark and not an error.
    """

    name: str
    truth: Any
    hint: str = ""
    explanation: str = ""
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is judged together: a forward and its backwards, a loss, an update rule, a network.

    Args:
        pair: the truth and its cases.
        functions: short names; the first gives the outputs, each other one the gradients. One that gives both is alone.
        student: makes the submission's side of a case.
        mistakes: what may be wrong with it, the likelier first.
        words: the truth's names for sizes and options, and the course's.
        arrays: the truth's names for arrays and gradients, and the course's, where those are not the usual ones;
            ``y`` is what forward gives and ``dout`` the upstream gradient.
        observed: fills in what the submission drew for itself (a mask), from its outputs.
        own: the gradients of the submission's own forward, whatever that computes, where its outputs tell them. A
            backward that gives them is right.
        unjudged: what the truth gives and nobody is held to (how a rule counts its steps).
        scalar: whether the upstream gradient is 1, as of a loss.
        differentiated: whether a case asks for gradients (of batch norm the course wants them in training only).
        fitted: the task as it is for one submission, whose year has other names or conventions.
        remarks: what ``fitted`` has noticed of the first function.
        complaint: what it has found wrong with it, whatever the case.
        file: in which file of the course the functions stand.
        uses: the functions of other tasks that are called from within. Where there are some, this one is judged
            with right ones in their place.
        present: whether a submission has what is judged, for what the handout brings along: where it has not,
            nothing is said. None where it belongs to every submission.
        amended: whether it is judged over right functions only, for its cases need some of the course's own.
        one_in: it is judged on one in so many of the cases that are asked for.
        points: what it is worth where nothing is said; nothing if it comes complete with the handout.
    """

    pair: CoursePair
    functions: tuple[str, ...]
    student: Callable[[Caller, Case], Student]
    mistakes: tuple[Mistake, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, str] = field(default_factory=dict)
    observed: Callable[[Mapping[str, Any], Named, Names], dict[str, Any]] | None = None
    own: Callable[[Mapping[str, Any], Named, Any], Named] | None = None
    unjudged: tuple[str, ...] = ()
    scalar: bool = False
    differentiated: Callable[[Names], bool] = lambda names: True
    fitted: Callable[["Task", Caller], "Task"] = lambda task, call: task
    remarks: tuple[str, ...] = ()
    complaint: str = ""
    file: str = "layers"
    uses: tuple[str, ...] = ()
    present: Callable[[Caller], bool] | None = None
    amended: bool = False
    one_in: int = 1
    points: int = 1

    @property
    def backwards(self) -> tuple[str, ...]:
        """The functions that give gradients from a cache."""
        return self.functions[1:]
