"""The loop of the confined process: one request in, one reply out, until the judge ends it.

Everything used here is bound before the submission is imported, builtins too (`begin.py`): code that puts something
in the place of `len` or `np.ndarray` does not change what is said about its results. It can still write into this
process's memory. That gives wrong arrays and nothing else, for no expected value is ever here.
"""

import os
import sys
import time
import weakref
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import numpy as np

from parity_tests.homework.worker import confine
from parity_tests.homework.worker.wire import HEADER, Handle, decode, encode

LONGEST_TEXT = 2_000
MOST_SHAPES = 100

_read, _write, _getpid, _exit, _clock = os.read, os.write, os.getpid, os._exit, time.perf_counter
_ndarray = np.ndarray
_references, _weak_references = sys.getrefcount, weakref.getweakrefcount
_NOBODY_ELSE = 3  # references to what is in a dictionary, in a variable, and being counted


def main(channel: int) -> None:
    """Reads the settings of the sandbox, enters it, and answers requests."""
    nonce, settings = _receive(channel)
    problem = ""
    try:
        confine.enter(settings)
    except Exception as error:  # whatever it is, nothing untrusted runs here
        problem = f"{type(error).__name__}: {error}"
    _send(channel, nonce, encode(problem))
    own_pid, session = _getpid(), Session()
    while not problem:
        nonce, request = _receive(channel)
        reply = session.reply(request)
        if _getpid() != own_pid:  # a fork of the submission has come back from its function
            _exit(0)
        _send(channel, nonce, reply)


def _receive(channel: int) -> tuple[bytes, Any]:
    nonce, length = HEADER.unpack(_exactly(channel, HEADER.size))
    return nonce, decode(_exactly(channel, length))


def _exactly(channel: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = _read(channel, min(size - len(data), 1 << 20))
        if not piece:  # the judge has gone
            _exit(0)
        data += piece
    return bytes(data)


def _send(channel: int, nonce: bytes, payload: bytes) -> None:
    data = memoryview(HEADER.pack(nonce, len(payload)) + payload)
    while data:
        data = data[_write(channel, data) :]


class Session:
    """What one process knows: the submission's names and the objects kept for the judge."""

    def __init__(self) -> None:
        self.folder = ""
        self.loading: Any = None
        self.names: dict[str, Any] = {}
        self.kept: dict[int, Any] = {}
        self.given: dict[tuple[object, ...], Any] = {}
        self.last = 0
        self.verbs: dict[str, Callable[..., dict[str, object]]] = {
            "load": self.load,
            "import": self.run,
            "found": self.found,
            "call": self.call,
            "get": self.get,
            "set": self.set,
            "keep": self.keep,
            "value": self.value,
            "forget": self.forget,
            "archive": self.archive,
            "escape": self.escape,
        }

    def reply(self, request: Any) -> bytes:
        """The answer, ready to be sent. An answer too large to be put into bytes is an error of its own."""
        try:
            return encode(self.answer(request))
        except BaseException as error:
            return encode(self.complaint(error))

    def answer(self, request: Any) -> dict[str, object]:
        """The reply to one request. Whatever the submission raises is part of the reply, `SystemExit` too."""
        verb, *details = request
        try:
            return self.verbs[verb](*details)
        except BaseException as error:
            return self.complaint(error)

    def complaint(self, error: BaseException) -> dict[str, object]:
        file, line = self.place(error.__traceback__)
        return {"error": _described(error), "file": file, "line": line}

    def place(self, traceback: TracebackType | None) -> tuple[str | None, int | None]:
        """The innermost frame inside the submission's own files."""
        file: str | None = None
        line: int | None = None
        while traceback is not None:
            name = traceback.tb_frame.f_code.co_filename
            if type(name) is str and self.folder and name.startswith(self.folder + "/"):
                file, line = name[len(self.folder) + 1 :][:LONGEST_TEXT], traceback.tb_lineno
            traceback = traceback.tb_next
        return file, line

    def load(self, folder: str, preset: str | None, given_up: Any) -> dict[str, object]:
        """What there is to import, one file after the other. Nothing of it runs before `run`."""
        from parity_tests.homework.worker import load  # it imports much: not for an archive

        self.folder = folder
        self.loading = load.Loading(folder, preset, given_up)
        return {"values": (self.loading.plan,)}

    def run(self, module: str) -> dict[str, object]:
        self.loading.run(module)
        return {}

    def found(self) -> dict[str, object]:
        self.names, found = self.loading.found()
        return {"values": (found,)}

    def archive(self, data: Any, name: str) -> dict[str, object]:
        from parity_tests.homework.worker import archive  # its parsers are for archives only

        members, remarks = archive.members(data.tobytes(), name)
        packed = [(path, np.frombuffer(content, np.uint8)) for path, content in members]
        return {"values": (packed, remarks)}

    def escape(self, aims: dict[str, Any]) -> dict[str, object]:
        from parity_tests.homework.worker import attempts  # only where the sandbox itself is tried

        return {"values": (attempts.succeed(aims),)}

    def call(
        self, target: Any, arguments: Any, keywords: Any, returns: str, echo: Any
    ) -> dict[str, object]:
        function = self.target(target)
        values = [self.real(argument) for argument in arguments]
        named = {name: self.real(value) for name, value in keywords.items()}
        before = [_bytes(value) for value in values]
        start = _clock()
        try:
            reply = self.result(function(*values, **named), returns)
        except BaseException as error:
            reply = self.complaint(error)
        reply["seconds"] = _clock() - start
        changed = [i for i, value in enumerate(values) if _bytes(value) != before[i]]
        reply["wrote"] = tuple(changed)
        reply["echoed"] = tuple(values[i] for i in echo)
        return reply

    def target(self, target: Any) -> Any:
        if type(target) is str:
            return self.names[target]
        handle, method = target
        owner = self.kept[handle.number]
        return getattr(owner, method) if method else owner

    def real(self, value: Any) -> Any:
        """An argument with the kept objects in the place of their handles."""
        if type(value) is Handle:
            return self.kept[value.number]
        if type(value) in (tuple, list):
            return type(value)(self.real(item) for item in value)
        if type(value) is dict:
            return {name: self.real(item) for name, item in value.items()}
        return self.recycled(value) if type(value) is _ndarray else value

    def recycled(self, array: Any) -> Any:
        """The numbers in the array of an earlier call, if nobody else has it: what is remembered by `id` is then wrong.

        Without this it is so by chance, when the memory of an array is used again.
        """
        key = (array.shape, array.dtype.str, array.strides)
        old = self.given.get(key)
        if old is None or _references(old) > _NOBODY_ELSE or _weak_references(old):
            self.given = (
                {key: array} if len(self.given) > MOST_SHAPES else self.given | {key: array}
            )
            return array
        if key != (old.shape, old.dtype.str, old.strides) or not old.flags.writeable:
            return array
        old[...] = array
        return old

    def result(self, result: Any, returns: str) -> dict[str, object]:
        """`returns`: one letter per element, `v` by value, `h` as a handle; "" if nothing is wanted."""
        if len(returns) < 2:
            elements = (result,) * len(returns)
        elif type(result) in (tuple, list) and len(result) == len(returns):
            elements = tuple(result)
        else:
            return {"form": _form(result)}
        pairs = zip(returns, elements, strict=True)
        return {"values": tuple(self.held(value) if way == "h" else value for way, value in pairs)}

    def held(self, value: object) -> Handle:
        self.last += 1
        self.kept[self.last] = value
        return Handle(self.last)

    def keep(self, value: Any) -> dict[str, object]:
        return {"values": (self.held(self.real(value)),)}

    def value(self, handle: Handle) -> dict[str, object]:
        return {"values": (self.kept[handle.number],)}

    def get(self, handle: Handle, attribute: str, way: str) -> dict[str, object]:
        return self.result(getattr(self.kept[handle.number], attribute), way)

    def set(self, handle: Handle, attribute: str, value: Any) -> dict[str, object]:
        setattr(self.kept[handle.number], attribute, self.real(value))
        return {}

    def forget(self, handles: Iterable[Handle]) -> dict[str, object]:
        for handle in handles:
            self.kept.pop(handle.number, None)
        return {}


def _bytes(value: Any) -> bytes | None:
    plain = type(value) is _ndarray and value.dtype.kind in "biufc"
    return value.tobytes() if plain else None


def _form(result: Any) -> str:
    if result is None:
        return "None"
    if type(result) in (tuple, list):
        return f"a {type(result).__name__} of {len(result)}"
    return "an array" if type(result) is _ndarray else f"a {type(result).__name__}"[:LONGEST_TEXT]


def _described(error: BaseException) -> str:
    name = type(error).__name__
    try:
        message = str(error)[:LONGEST_TEXT]
    except BaseException:
        message = "(it has no message that can be read)"
    return f"{name}: {message}" if message else name
