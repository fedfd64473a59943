"""One confined process, asked one thing at a time. Whatever it answers is data; whatever else happens ends it.

>>> with Worker({"layers.py": b"def twice(x): return x + x"}) as worker:
...     found = worker.load()
...     worker.call("cs231n.layers:twice", np.arange(3)).values
(array([0, 2, 4]),)
"""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from parity_tests.homework.sandbox.channel import (
    Channel,
    Crashed,
    Flooded,
    Forbidden,
    TimedOut,
    WorkerLost,
)
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.sandbox.limits import Limits
from parity_tests.homework.sandbox.start import WorkerFailed, start
from parity_tests.homework.sandbox.strongest import strongest
from parity_tests.homework.worker.wire import Handle

__all__ = [
    "Crashed",
    "Flooded",
    "Forbidden",
    "Found",
    "Handle",
    "Limits",
    "Reply",
    "TimedOut",
    "Worker",
    "WorkerFailed",
    "WorkerLost",
]
Found = dict[str, Any]
_LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Reply:
    """What came of one request. Every part of it is the word of untrusted code."""

    values: tuple[Any, ...] = ()
    echoed: tuple[Any, ...] = ()
    form: str = ""  # what came instead of what `returns` asks for
    error: str = ""  # what was raised, "" for nothing
    file: str | None = None  # the innermost place inside the submission where it was
    line: int | None = None
    wrote: tuple[int, ...] = ()  # positions of the arrays that the call has written into
    printed: str = ""
    seconds: float = 0.0


class Worker:
    """A submission in a confined process. After a `WorkerLost` it is dead, and `again` gives a fresh one.

    It dies with the thread that made it.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        limits: Limits = Limits(),  # noqa: B008 it cannot change
        confinement: Confinement | None = None,
        preset: Mapping[str, bytes] = {},  # only read
    ) -> None:
        """Starts it; nothing of the submission runs before `load`.

        Args:
            files: the submission, by relative path.
            limits: what it may take.
            confinement: the rungs of the ladder; the strongest that this machine has if None.
            preset: files that the loader puts in the place of the submission's.

        Raises:
            WorkerFailed: it could not be started, or not confined.
            ValueError: a name of a file is not one below a folder.
        """
        self.files, self.preset, self.limits = files, preset, limits
        self.confinement = strongest() if confinement is None else confinement
        self.lost: WorkerLost | None = None
        self.load_lost: WorkerLost | None = None
        self.child = start(files, preset, limits, self.confinement)
        self._end = weakref.finalize(self, self.child.end)
        self.channel = Channel(self.child, limits)
        self.channel.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and all that it has started, and removes its folder."""
        self._end()

    def again(self) -> "Worker":
        """A fresh process on the same files. If importing them was the end of this one, it is not tried again."""
        self.close()
        fresh = Worker(self.files, self.limits, self.confinement, self.preset)
        fresh.load_lost = self.load_lost
        return fresh

    def load(self) -> Found:
        """Imports everything there is. Functions and classes by qualified name, errors by file, remarks."""
        if self.load_lost is not None:
            self.close()
            raise self.load_lost
        folder = self.child.folder
        request = ("load", str(folder.files), str(folder.preset) if self.preset else None)
        try:
            reply = self._ask(request, self.limits.start_seconds)
        except WorkerLost as error:
            self.load_lost = error
            raise
        found = reply.values[0] if reply.values else {}
        if reply.error and reply.file is None:  # not in a file of the submission: the loader itself
            raise WorkerFailed(f"the submission could not be loaded: {reply.error}")
        if reply.error:
            found = {"errors": {reply.file: {"error": reply.error, "line": reply.line}}}
        try:
            return _found(found)
        except Forbidden as error:
            raise self._lose(error) from None

    def call(
        self,
        target: str | tuple[Handle, str],
        *arguments: object,
        returns: str = "v",
        echo: Sequence[int] = (),
        **keywords: object,
    ) -> Reply:
        """Calls a function by its qualified name, a method of a kept object, or with (handle, "") that object.

        Args:
            target: what to call.
            arguments: values that can travel (`worker/wire.py`), `Handle`s among them.
            returns: one letter per element of the returned tuple or list, `v` by value, `h` kept there;
                one letter: the object itself.
            echo: positions of arguments that come back as they are after the call.
            keywords: as the arguments.

        Raises:
            WorkerLost: there is no answer.
        """
        return self._ask(("call", target, arguments, keywords, returns, tuple(echo)))

    def get(self, handle: Handle, attribute: str, returns: str = "v") -> Reply:
        """An attribute of a kept object."""
        return self._ask(("get", handle, attribute, returns))

    def set(self, handle: Handle, attribute: str, value: object) -> Reply:
        """Sets an attribute of a kept object."""
        return self._ask(("set", handle, attribute, value))

    def keep(self, value: object) -> Handle:
        """Puts a value there, such as a dictionary that calls write to."""
        kept = self._one(("keep", value))
        if type(kept) is not Handle:
            raise self._lose(Forbidden("it gave no handle"))
        return kept

    def value(self, handle: Handle) -> Any:
        """What a kept object now is."""
        return self._one(("value", handle))

    def forget(self, handles: Iterable[Handle]) -> None:
        """Lets kept objects go."""
        self._ask(("forget", tuple(handles)))

    def members(self, data: bytes, name: str) -> tuple[list[tuple[str, bytes]], list[str]]:
        """The files in an archive, read by the confined process, and remarks. The names are not to be trusted.

        Raises:
            WorkerLost: there is no answer.
            ValueError: it is no archive that can be read; the message is one line.
        """
        reply = self._ask(
            ("archive", np.frombuffer(data, np.uint8), name), self.limits.start_seconds
        )
        if reply.error:
            raise ValueError(" ".join(reply.error.partition(": ")[2].split()) or reply.error)
        try:
            packed, remarks = reply.values
            files = [(path, content.tobytes()) for path, content in packed]
            strings = all(type(text) is str for text in (*remarks, *(path for path, _ in files)))
        except (AttributeError, TypeError, ValueError):
            strings = False
        if not strings:
            raise self._lose(Forbidden("it gave no list of files"))
        return files, remarks

    def _one(self, request: tuple[object, ...]) -> Any:
        reply = self._ask(request)
        if len(reply.values) != 1:
            raise self._lose(Forbidden(f"no value: {reply.error}"))
        return reply.values[0]

    def _ask(self, request: tuple[object, ...], seconds: float | None = None) -> Reply:
        if self.lost is not None:
            raise self.lost
        try:
            said = self.channel.exchange(
                request, self.limits.seconds if seconds is None else seconds
            )
            return _reply(said, self.channel.printed)
        except WorkerLost as error:
            raise self._lose(error) from None

    def _lose(self, error: WorkerLost) -> WorkerLost:
        self.lost = error
        self.close()
        return error


_TYPES: dict[str, tuple[type, ...]] = {
    "values": (tuple,),
    "echoed": (tuple,),
    "form": (str,),
    "error": (str,),
    "file": (str, type(None)),
    "line": (int, type(None)),
    "wrote": (tuple,),
    "seconds": (float,),
}


def _reply(said: object, printed: str) -> Reply:
    if type(said) is not dict or any(type(said[k]) not in _TYPES.get(k, ()) for k in said):
        raise Forbidden("its reply has not the form of one")
    cut: dict[str, Any] = {k: v[:_LONGEST_TEXT] if type(v) is str else v for k, v in said.items()}
    return Reply(**cut, printed=printed)


def _found(said: object) -> Found:
    """Dictionaries by name and a list of remarks, whose texts are cut."""
    whole: Found = {"functions": {}, "classes": {}, "errors": {}, "remarks": []}
    if type(said) is not dict:
        raise Forbidden("what it found is not a dictionary")
    for part, empty in whole.items():
        given: Any = said.get(part, empty)
        entries = given.values() if type(given) is dict else given
        wanted = str if part == "remarks" else dict
        if type(given) is not type(empty) or any(type(entry) is not wanted for entry in entries):
            raise Forbidden(f"its {part} have not their form")
        whole[part] = _cut(given)
    return whole


def _cut(value: Any) -> Any:
    if type(value) is str:
        return value[:_LONGEST_TEXT]
    if type(value) in (list, tuple):
        return type(value)(_cut(item) for item in value)
    if type(value) is dict:
        return {_cut(name): _cut(item) for name, item in value.items()}
    return (
        value if value is None or type(value) in (bool, int, float) else str(value)[:_LONGEST_TEXT]
    )
