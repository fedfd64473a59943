"""Starts a confined process, and ends it with all that it has left behind."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from parity_tests.homework.sandbox import bubblewrap, leftovers, temporary
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.sandbox.folder import PACKAGE, Folder
from parity_tests.homework.sandbox.interpreter import Interpreter, interpreter
from parity_tests.homework.sandbox.limits import Limits

USERS = range(60706, 61184)  # no distribution gives these to anybody: systemd.io/UIDS-GIDS
_PATIENCE = 5.0  # seconds that the kernel has for ending a killed process
_PR_SET_DUMPABLE = 4
_alive: set[int] = set()


class WorkerFailed(Exception):
    """We could not start or confine a process: nothing that a submission has done."""


@dataclass
class Child:
    """A started process, the judge's end of its channel, what it prints, and what it has yet to lay upon itself."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    output: int
    folder: Folder
    confinement: Confinement
    settings: dict[str, Any]
    started: int

    def end(self) -> None:
        """Kills it and whatever it has started, then removes its folder. A second time nothing happens."""
        if self.output < 0:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        _alive.discard(self.process.pid)
        self._sweep()
        self.channel.close()
        os.close(self.output)
        self.output = -1
        self.folder.remove()

    def _sweep(self) -> None:
        if "seccomp" in self.confinement:  # it could start nothing
            return
        if self.folder.uid is not None:
            leftovers.end_of_user(self.folder.uid)
            leftovers.remove_shared(self.folder.uid)
        else:
            leftovers.end_orphans(self.process.pid, self.started, frozenset(_alive))


def start(
    files: Mapping[str, bytes],
    preset: Mapping[str, bytes],
    limits: Limits,
    confinement: Confinement,
    script: str = "begin.py",
) -> Child:
    """Starts a script of `worker/` on these files. It confines itself once it gets the child's `settings`.

    Raises:
        WorkerFailed: no process, no folder or no memory to be had.
        ValueError: a name in `files` is not one below a folder.
    """
    if "bubblewrap" in confinement and os.geteuid() == 0 and "uid" not in confinement:
        raise WorkerFailed(
            "bubblewrap is never started by root: what it runs could write to /proc/sys"
        )
    temporary.sweep()
    uid = _free_user() if "uid" in confinement else None
    seen = interpreter(other_user=uid is not None)
    try:
        folder = Folder(files, preset, uid)
    except OSError as error:
        raise WorkerFailed(f"no folder for a confined process: {error}") from error
    try:
        return _start(folder, seen, limits, confinement, script)
    except OSError as error:
        folder.remove()
        raise WorkerFailed(f"no confined process: {error}") from error


def _start(
    folder: Folder, seen: Interpreter, limits: Limits, confinement: Confinement, script: str
) -> Child:
    if "seccomp" not in confinement and folder.uid is None:
        leftovers.adopt_orphans()
    if not {"uid", "landlock", "bubblewrap"} & set(confinement.rungs):
        _hide_the_judge()
    ours, theirs = socket.socketpair()
    output, printed = os.pipe()
    try:
        path = str(folder.program / PACKAGE / script)
        command = (*seen.arguments, path, str(theirs.fileno()), seen.numpy)
        if "bubblewrap" in confinement:
            command = (*bubblewrap.arguments(folder, seen), *command)
        process = _popen(command, folder, seen, (theirs.fileno(), *seen.descriptors), printed)
    except BaseException:
        ours.close()
        os.close(output)
        raise
    finally:
        theirs.close()
        os.close(printed)
    _alive.add(process.pid)
    os.set_blocking(output, False)
    ours.setblocking(False)
    settings = _settings(folder, seen, limits, confinement)
    since = leftovers.started(process.pid)
    return Child(process, ours, output, folder, confinement, settings, since)


def _hide_the_judge() -> None:
    """A process of the same user could otherwise read this one's memory, with the expected values, through /proc."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _popen(
    command: tuple[str, ...],
    folder: Folder,
    seen: Interpreter,
    descriptors: tuple[int, ...],
    printed: int,
) -> subprocess.Popen[bytes]:
    place = str(folder.scratch)
    return subprocess.Popen(
        command,
        env={**seen.environment, "HOME": place, "TMPDIR": place},
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=descriptors,
        start_new_session=True,
        user=folder.uid,
        group=folder.uid,
        extra_groups=None if folder.uid is None else [],
        umask=0o077,
    )


def _settings(
    folder: Folder, seen: Interpreter, limits: Limits, confinement: Confinement
) -> dict[str, Any]:
    kernel = limits.kernel() if "limits" in confinement else {}
    if kernel and folder.uid is not None:
        kernel["processes"] = limits.processes
    elif kernel and "seccomp" not in confinement and os.geteuid():
        kernel["processes"] = leftovers.tasks_of(os.getuid()) + limits.processes
    own = [str(path) for path in (folder.program, folder.files, folder.preset)]
    landlock = {
        "read": [*own, *seen.readable()],
        "list": [seen.library],
        "write": [str(folder.scratch)],
    }
    return {
        "parent": 0 if "bubblewrap" in confinement else os.getpid(),
        "limits": kernel,
        "landlock": landlock if "landlock" in confinement else None,
        "seccomp": "seccomp" in confinement,
    }


def _free_user() -> int:
    """A user that nobody is: no name, no process."""
    taken = {each.uid for each in leftovers.running()}
    first = secrets.randbelow(len(USERS))
    free = (uid for uid in (*USERS[first:], *USERS[:first]) if uid not in taken)
    chosen: int = next(free)
    return chosen
