"""A submission in its worker: functions by their short names, lost workers replaced, remarks collected."""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Self

from parity_tests.homework.process import (
    Crashed,
    Flooded,
    Forbidden,
    Handle,
    TimedOut,
    Worker,
    WorkerLost,
)
from parity_tests.homework.task import NOT_HANDED_IN, Trouble

WRITES = "writes into an argument"
UNWRITTEN = "returns None: still to be written"
LAYER_UTILS = "cs231n.layer_utils"
"""Where students write functions of their own, of any name and with any arguments."""
NEAR = 0.85
"""So alike, by the share of letters in common, is a name that is only misspelt."""
SLOW = 2.0
"""Seconds for one call on a case of a few numbers, above which a remark says so."""
MOST_CALLS = 30
"""So many times the limit of one call, all calls of one function may take."""
MOST_IMPORTS = 2
"""So many times the limit of an import, all attempts may take that files of the submission end."""
TELLING, TELLING_ERROR = 60, 300
"""So many characters of what a function prints are shown, and of why a file cannot be imported."""


class Session:
    """Calls the functions of one submission; a ``Caller``.

    A function that loses its worker (by hanging, crashing or breaking out) is not called again, and the
    others go on in a new one. Leaving the block ends the worker.
    """

    def __init__(self, worker: Worker, homes: Mapping[str, str] | None = None) -> None:
        """Import the submission; ``homes`` says in which file of the course each function belongs."""
        self._worker = worker
        self.homes = homes or {}
        self.unloadable: Trouble | None = None
        self.found: dict[str, Any] = self._load()
        self.lost: dict[str, Trouble] = {}
        self.remarks: dict[str, dict[str, None]] = {}
        self._spent: dict[str, float] = {}

    def _load(self) -> dict[str, Any]:
        """What is found without the files on which the worker is lost, each of which costs a worker."""
        until = time.monotonic() + MOST_IMPORTS * self._worker.limits.start_seconds
        while True:
            try:
                return self._worker.load()
            except WorkerLost as lost:
                if self._worker.load_lost is not None or time.monotonic() >= until:
                    self.unloadable = Trouble(_kind(lost), f"{lost}, while it was imported")
                    return {"functions": {}, "classes": {}, "errors": {}, "remarks": []}
                self._worker = self._worker.again()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def said(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Of the import: remarks, and the files that failed, each with its error."""
        errors = {
            file: str(error.get("error", ""))[:TELLING_ERROR]
            for file, error in self.found["errors"].items()
        }
        return tuple(self.found["remarks"]), tuple(errors.items())

    def target(self, name: str) -> str | None:
        """Where the submission defines a function or class of that short name; None if it does not."""
        known = {**self.found["functions"], **self.found["classes"]}
        places = [full for full in known if full.rpartition(":")[2] == name]
        return places[0] if places else None

    def names(self) -> frozenset[str]:
        """The short names of all that the submission defines."""
        known = {**self.found["functions"], **self.found["classes"]}
        return frozenset(full.rpartition(":")[2] for full in known)

    def place(self, name: str) -> tuple[str, int | None]:
        """File and line of a function or class; nothing where it is not there."""
        full = self.target(name)
        entry = {**self.found["functions"], **self.found["classes"]}.get(full, {})
        line = entry.get("line")
        return str(entry.get("file", ""))[:200], line if isinstance(line, int) else None

    def entry(self, name: str) -> Mapping[str, Any]:
        """What was found of a function or class: its parameters, its docstring; nothing where it is not there."""
        known = {**self.found["functions"], **self.found["classes"]}
        entry = known.get(self.target(name), {})
        return entry if isinstance(entry, dict) else {}

    def __call__(
        self,
        function: str,
        *arguments: Any,
        returns: str = "v",
        echo: tuple[int, ...] = (),
        **keywords: Any,
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        owner, _, method = function.partition(".")
        target: Any = self._present(owner)
        if method:
            target, arguments = (arguments[0], method), arguments[1:]

        def call(worker: Worker) -> Any:
            return worker.call(target, *arguments, returns=returns, echo=echo, **keywords)

        reply = self._asked(owner, call)
        self._remember(owner, reply)
        if reply.error:
            raise self._raised(reply)
        if reply.form:
            if reply.form == "None":
                raise Trouble("missing", UNWRITTEN)
            raise Trouble("form", f"returns {_in_words(reply.form, returns)}")
        if "v" in returns and all(
            value is None
            for value, letter in zip(reply.values, returns, strict=True)
            if letter == "v"
        ):
            raise Trouble("missing", UNWRITTEN)
        return reply.values, reply.echoed

    def get(self, attribute: str, owner: Handle) -> Any:
        """The value of an attribute of a kept object, as ``get("TwoLayerNet.params", network)``."""
        name, _, field = attribute.partition(".")
        reply = self._asked(name, lambda worker: worker.get(owner, field))
        if reply.error:
            raise Trouble("error", f"raises {reply.error}", reply.file or "", reply.line)
        return reply.values[0] if reply.values else None

    def set(self, attribute: str, owner: Handle, value: Any) -> None:
        """Set an attribute of a kept object."""
        name, _, field = attribute.partition(".")
        reply = self._asked(name, lambda worker: worker.set(owner, field, value))
        if reply.error:
            raise Trouble("error", f"raises {reply.error}", reply.file or "", reply.line)

    def forget(self, *kept: Handle) -> None:
        """Let kept objects go; those of a lost worker have gone already."""
        with suppress(WorkerLost):
            self._worker.forget(kept)

    def _present(self, function: str) -> str:
        if function in self.lost:
            raise self.lost[function]
        full = self.target(function)
        if full is None:
            raise self.absent(function)
        return full

    def _raised(self, reply: Any) -> Trouble:
        """An error; where it asks for a function of a file that was not handed in, that is nobody's mistake."""
        error = str(reply.error)
        unknown = re.match(r"NameError: name '(\w+_(?:forward|backward))' is not defined", error)
        if unknown and LAYER_UTILS in self.found.get("stood_in", ()):
            said = f"needs {unknown[1]}, which was not handed in: hand in layer_utils.py as well"
            return Trouble(NOT_HANDED_IN, said)
        return Trouble("error", f"raises {error}", reply.file or "", reply.line)

    def _asked(self, owner: str, request: Callable[[Worker], Any]) -> Any:
        """The reply to a request; a function or class on which the worker is lost is not asked again."""
        if owner in self.lost:
            raise self.lost[owner]
        began = time.monotonic()
        try:
            return request(self._worker)
        except WorkerLost as lost:
            self.lost[owner] = Trouble(_kind(lost), str(lost))
            self._worker = self._worker.again()
            self._load()
            raise self.lost[owner] from None
        finally:
            self._count(owner, time.monotonic() - began)

    def _count(self, owner: str, seconds: float) -> None:
        """One that just keeps within the limit of a call must not take hours for hundreds of calls."""
        self._spent[owner] = self._spent.get(owner, 0.0) + seconds
        most = MOST_CALLS * self._worker.limits.seconds
        if self._spent[owner] > most:
            self.lost.setdefault(
                owner, Trouble("timeout", f"its calls take more than {most:g} s in all")
            )

    def absent(self, function: str) -> Trouble:
        """Not there; or nobody knows, since the file where it belongs could not be imported."""
        if self.unloadable is not None:
            return self.unloadable
        for file, error in self.found["errors"].items():
            defined = error.get("defines", ())
            if function not in defined and PurePosixPath(file).stem != self.homes.get(function):
                continue
            if (lost := self._worker.given_up.get(file)) is not None:
                return Trouble(_kind(lost), f"{lost}, while {file} was imported", file)
            said = str(error.get("error", ""))[:TELLING_ERROR]
            return Trouble("error", f"{file} cannot be imported: {said}", file, error.get("line"))
        unknown = [name for name in self.names() if name not in self.homes]
        near = get_close_matches(function, unknown, n=1, cutoff=NEAR)
        hint = f": is {near[0]} meant?" if near else ""
        return Trouble("missing", f"there is no {function}{hint}")

    def _remember(self, function: str, reply: Any) -> None:
        remarks = self.remarks.setdefault(function, {})
        if reply.wrote:
            remarks[WRITES] = None
        if reply.printed and not any(said.startswith("prints ") for said in remarks):
            line = " ".join(reply.printed.split())
            remarks[f"prints {line[:TELLING]!r}"] = None
        if reply.seconds > SLOW:
            remarks["takes seconds on a few numbers"] = None


def _kind(lost: WorkerLost) -> str:
    kinds = {TimedOut: "timeout", Crashed: "crashed", Forbidden: "forbidden", Flooded: "forbidden"}
    return next((word for cls, word in kinds.items() if isinstance(lost, cls)), "crashed")


def _in_words(form: str, returns: str) -> str:
    return f"{form}, not {len(returns)} values" if len(returns) > 1 else form
