"""One confined process, asked one thing at a time. Whatever it answers is data; whatever else happens ends it.

>>> with Worker({"layers.py": b"def twice(x): return x + x"}) as worker:
...     found = worker.load()
...     worker.call("cs231n.layers:twice", np.arange(3)).values
(array([0, 2, 4]),)
"""

import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np

from parity_tests.homework.reply import Found, Plan, Reply, found_of, plan_of, reply_of
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
from parity_tests.homework.worker.wanted import MOST_BYTES
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
        given_up: Mapping[str, WorkerLost] = {},
    ) -> None:
        """Starts it; nothing of the submission runs before `load`.

        Args:
            files: the submission, by relative path.
            limits: what it may take.
            confinement: the rungs of the ladder; the strongest that this machine has if None.
            preset: files that the loader puts in the place of the submission's.
            given_up: files that are not to be imported, since a process was lost as it did that.

        Raises:
            WorkerFailed: it could not be started, or not confined.
            ValueError: a name of a file is not one below a folder.
        """
        self.files, self.preset, self.limits = files, preset, limits
        self.confinement = strongest() if confinement is None else confinement
        self.lost: WorkerLost | None = None
        self.load_lost: WorkerLost | None = None
        self.given_up = dict(given_up)
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
        """A fresh process on the same files. A file whose import was the end of this one is not tried again."""
        self.close()
        fresh = Worker(self.files, self.limits, self.confinement, self.preset, self.given_up)
        fresh.load_lost = self.load_lost
        return fresh

    def load(self) -> Found:
        """Imports everything there is. Functions and classes by qualified name, errors by file, remarks.

        Raises:
            WorkerLost: in one file, which then is in `given_up`, or for good, which `load_lost` then is.
        """
        if self.load_lost is not None:
            self.close()
            raise self.load_lost
        deadline = time.monotonic() + self.limits.start_seconds
        try:
            plan = self._plan(deadline)
        except WorkerLost as error:
            self.load_lost = error
            raise
        for name, path in plan:
            try:
                self._loading(("import", name), deadline)
            except WorkerLost as error:
                self.given_up[path] = error
                raise
        try:
            found = found_of(self._loading(("found",), deadline))
        except WorkerLost as error:
            self.load_lost = error
            raise self._lose(error) from None
        return found

    def _plan(self, deadline: float) -> Plan:
        folder = self.child.folder
        reasons = {path: f"{lost}, while it was imported" for path, lost in self.given_up.items()}
        preset = str(folder.preset) if self.preset else None
        try:
            return plan_of(self._loading(("load", str(folder.files), preset, reasons), deadline))
        except Forbidden as error:
            raise self._lose(error) from None

    def _loading(self, request: tuple[object, ...], deadline: float) -> Any:
        """The value of one step of the import."""
        reply = self._ask(request, max(deadline - time.monotonic(), 0.0))
        if reply.error and reply.file is None:  # not in a file of the submission: the loader itself
            raise WorkerFailed(f"the submission could not be loaded: {reply.error}")
        if reply.error:
            return {"errors": {reply.file: {"error": reply.error, "line": reply.line}}}
        return reply.values[0] if reply.values else None

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
        request = ("call", target, arguments, keywords, returns, tuple(echo))
        return self._whole(self._ask(request), len(returns), len(echo))

    def get(self, handle: Handle, attribute: str, returns: str = "v") -> Reply:
        """An attribute of a kept object."""
        return self._whole(self._ask(("get", handle, attribute, returns)), len(returns))

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
            ("archive", np.frombuffer(data, np.uint8), name),
            self.limits.start_seconds,
            MOST_BYTES + self.limits.reply_bytes,
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

    def _whole(self, reply: Reply, values: int, echoed: int = 0) -> Reply:
        try:
            return reply.having(values, echoed)
        except Forbidden as error:
            raise self._lose(error) from None

    def _one(self, request: tuple[object, ...]) -> Any:
        reply = self._ask(request)
        if len(reply.values) != 1:
            raise self._lose(Forbidden(f"no value: {reply.error}"))
        return reply.values[0]

    def _ask(
        self, request: tuple[object, ...], seconds: float | None = None, most: int | None = None
    ) -> Reply:
        if self.lost is not None:
            raise self.lost
        try:
            said = self.channel.exchange(
                request, self.limits.seconds if seconds is None else seconds, most
            )
            return reply_of(said, self.channel.printed)
        except WorkerLost as error:
            raise self._lose(error) from None

    def _lose(self, error: WorkerLost) -> WorkerLost:
        self.lost = error
        self.close()
        return error
