"""The judge's end of the channel: a request and its one reply, within a deadline, while what is printed is drained."""

import os
import secrets
import select
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import Any

from parity_tests.homework.sandbox.limits import Limits
from parity_tests.homework.sandbox.start import Child, WorkerFailed
from parity_tests.homework.worker.wire import HEADER, NONCE_BYTES, WireError, decode, encode

_PIECE = 1 << 18
_TICK = 0.1  # seconds between two looks at the folder and the process while a call goes on
_BEGIN = 20.0  # seconds for the interpreter and NumPy, before anything of the submission
_DYING = 1.0  # seconds for a process that has closed its channel to end


class WorkerLost(Exception):
    """The confined process is gone, and what it was asked has no answer."""


class TimedOut(WorkerLost):
    """It did not answer in time."""


class Crashed(WorkerLost):
    """It ended by itself: a signal, or an exit."""


class Forbidden(WorkerLost):
    """It broke out of its part: bytes that nobody asked for, or that are no reply."""


class Flooded(WorkerLost):
    """It wrote more than it may: printed, in files, or in its reply."""


class Channel:
    """Asks one child. After a `WorkerLost` it must not be asked again."""

    def __init__(self, child: Child, limits: Limits) -> None:
        self.child = child
        self.limits = limits
        self.kept = b""
        self.drained = 0
        self.poll = select.poll()
        self.poll.register(child.output, select.POLLIN)

    def begin(self) -> None:
        """Has the child confine itself. Must be the first that it is asked.

        Raises:
            WorkerFailed: it is not confined, and has been ended.
        """
        try:
            problem = self.exchange(self.child.settings, _BEGIN)
        except WorkerLost as error:
            problem = f"{error} {self.printed}"
        if problem != "":
            self.child.end()
            raise WorkerFailed(f"a process could not be confined: {problem}")

    def exchange(self, request: object, seconds: float, most: int | None = None) -> Any:
        """The reply to a request; what is printed meanwhile is in `printed` afterwards.

        Args:
            request: what is asked.
            seconds: until all of the reply has come.
            most: bytes that it may have; `limits.reply_bytes` if None.

        Raises:
            WorkerLost: there is none.
            WireError: the request cannot travel.
        """
        payload = encode(request, strict=True)
        nonce = secrets.token_bytes(NONCE_BYTES)
        deadline = time.monotonic() + seconds
        self._expect_silence()
        self.kept, self.drained = b"", 0
        self._send(memoryview(HEADER.pack(nonce, len(payload)) + payload), deadline)
        said, length = HEADER.unpack(self._receive(HEADER.size, deadline))
        if said != nonce:
            raise Forbidden("it wrote a reply to a request that was never made")
        if length > (self.limits.reply_bytes if most is None else most):
            raise Flooded(f"its reply has {length} bytes")
        data = self._receive(length, deadline)
        self._drain()
        try:
            return decode(data)
        except WireError as error:
            raise Forbidden(f"its reply is none: {error}") from None

    @property
    def printed(self) -> str:
        return self.kept.decode("utf-8", "replace")

    def _expect_silence(self) -> None:
        with suppress(BlockingIOError, ConnectionError):
            if self.child.channel.recv(1, socket.MSG_PEEK):
                raise Forbidden("it wrote a reply that nobody asked for")
            raise self._death()

    def _send(self, data: memoryview, deadline: float) -> None:
        while data:
            try:
                data = data[self.child.channel.send(data) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except ConnectionError:
                raise self._death() from None

    def _receive(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                piece = self.child.channel.recv(min(size - len(data), _PIECE))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except ConnectionError:
                piece = b""
            if not piece:
                raise self._death()
            data += piece
        return bytes(data)

    def _wait(self, event: int, deadline: float) -> None:
        """Until the channel is ready, or the process is gone, or floods, or its time is over."""
        self.poll.register(self.child.channel, event)
        looked = time.monotonic()
        while True:
            now = time.monotonic()
            left = deadline - now
            if left <= 0:
                raise TimedOut("it did not answer in time")
            if now - looked > _TICK:  # also while it goes on printing
                self._look()
                looked = now
            ready = dict(self.poll.poll(1000 * min(left, _TICK)))
            if self.child.output in ready:
                self._drain()
            if self.child.channel.fileno() in ready:
                return

    def _look(self) -> None:
        if self.child.folder.overfull(self.limits.folder_bytes):
            raise Flooded("it fills its folder")
        if self.child.process.poll() is not None:  # something of its own may keep the channel open
            raise self._death()

    def _drain(self) -> None:
        """Reads what is printed, so that nobody waits for it, and keeps the beginning."""
        try:
            while piece := os.read(self.child.output, _PIECE):
                self.kept += piece[: self.limits.printed - len(self.kept)]
                self.drained += len(piece)
                if self.drained > self.limits.flood_bytes:
                    raise Flooded("it prints without end")
                if len(piece) < _PIECE:
                    return
            self.poll.unregister(self.child.output)  # it has closed its output
        except (BlockingIOError, KeyError):
            return

    def _death(self) -> WorkerLost:
        with suppress(subprocess.TimeoutExpired):
            code = self.child.process.wait(_DYING)
            return _ended(code)
        return Forbidden("it closed its channel")


def _ended(code: int) -> WorkerLost:
    number = -code if code < 0 else code - 128  # bubblewrap adds 128, as a shell does
    if number == signal.SIGSYS:
        return Forbidden("a system call that is refused")
    if number == signal.SIGXCPU:
        return TimedOut("it used up its processor time")
    if number in set(signal.Signals):
        return Crashed(f"it was ended by {signal.Signals(number).name}")
    return Crashed(f"it left with exit code {code}")
