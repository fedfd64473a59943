"""The highest rungs of the ladder that hold here. Each is tried with attempts to escape; none is believed."""

import os
import socket
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from parity_tests.homework.sandbox import bubblewrap, temporary
from parity_tests.homework.sandbox.channel import Channel, WorkerLost
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.sandbox.limits import Limits
from parity_tests.homework.sandbox.start import WorkerFailed, start

_OTHERS_FILES = {"read a private file", "write to a private file", "change a file's mode"}
_JUDGE = {"signal the judge", "read the judge's memory"}
MUST_REFUSE: Mapping[str, set[str]] = {
    "limits": {"more memory", "a larger file", "more open files"},
    "uid": _OTHERS_FILES | _JUDGE,
    "landlock": {
        "read a private file",
        "write to a private file",
        "read a file",
        "write to a file",
    },
    "seccomp": _JUDGE
    | {"write to a file", "change a file's mode"}
    | {"start a process", "start a program", "open a socket", "connect to a port"},
    "bubblewrap": _OTHERS_FILES | _JUDGE | {"read a file", "write to a file", "connect to a port"},
}
_TRIED_WITH = Limits(memory=512 * 2**20)
_SECONDS = 20.0


@cache
def strongest() -> Confinement:
    """Tries every rung by itself, then all that held together. Takes half a second, once."""
    missing: dict[str, str] = {}
    held: tuple[str, ...] = ()
    for rung in MUST_REFUSE:
        problem = _not_to_be_tried(rung, held) or _tried(rung, held)
        if problem:
            missing[rung] = problem
        else:
            held += (rung,)
    return Confinement(held, missing, escapes(Confinement(held)))


def _not_to_be_tried(rung: str, held: tuple[str, ...]) -> str:
    root = os.geteuid() == 0
    if rung == "uid" and not root:
        return "only root can change it"
    if rung != "bubblewrap":
        return ""
    if {"landlock", "seccomp"} <= set(held):
        return "not needed beside Landlock and seccomp"
    if root and "uid" not in held:
        return "never to be started by root"
    return "" if bubblewrap.executable() else "not installed"


def _tried(rung: str, held: tuple[str, ...]) -> str:
    """What is against this rung, "" for nothing."""
    beside = {"limits", "uid"} & set(held) if rung == "bubblewrap" else {"limits"}
    try:
        out = set(escapes(Confinement((*sorted(beside - {rung}), rung))))
    except WorkerFailed as error:
        return f"{error}"
    not_refused = sorted(MUST_REFUSE[rung] & out)
    return f"did not refuse: {', '.join(not_refused)}" if not_refused else ""


def escapes(confinement: Confinement) -> tuple[str, ...]:
    """The attempts of `worker/attempts.py` that are not refused in a process confined like this.

    Raises:
        WorkerFailed: no such process can be had.
    """
    with (
        temporary.temporary(mode=0o755) as folder,
        socket.create_server(("127.0.0.1", 0)) as port,
    ):
        aims = {
            "shared": _file(folder / "shared", 0o666),
            "private": _file(folder / "private", 0o600),
            "judge": os.getpid(),
            "port": port.getsockname()[1],
            **_TRIED_WITH.kernel(),
        }
        return tuple(_escaped(confinement, aims))


def _file(path: Path, mode: int) -> str:
    path.write_bytes(b"?")
    path.chmod(mode)
    return str(path)


def _escaped(confinement: Confinement, aims: dict[str, Any]) -> list[str]:
    child = start({}, {}, _TRIED_WITH, confinement)
    channel = Channel(child, _TRIED_WITH)
    try:
        channel.begin()
        reply = channel.exchange(("escape", aims), _SECONDS)
    except WorkerLost as error:
        raise WorkerFailed(f"it was lost while it was tried: {error}") from error
    finally:
        child.end()
    if "values" not in reply:
        raise WorkerFailed(f"it could not be tried: {reply}")
    return list(reply["values"][0])
