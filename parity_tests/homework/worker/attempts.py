"""Attempts to escape from the sandbox, harmless where they succeed: how the judge sees what is refused here."""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

_REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)
_PROCESS_VM_READV = {"x86_64": 310, "aarch64": 270}


def succeed(aims: dict[str, Any]) -> list[str]:
    """Which attempts were not refused.

    `aims`: "shared" and "private", files that everybody and only their owner may write to; "judge", a process;
    "port", one that it listens on; "memory", "file_bytes" and "open_files", the limits.
    """
    return [name for name, attempt in ATTEMPTS.items() if _succeeds(attempt, aims)]


def _succeeds(attempt: Callable[[dict[str, Any]], object], aims: dict[str, Any]) -> bool:
    try:
        return attempt(aims) is not False
    except (OSError, MemoryError):
        return False


def _append(path: str) -> None:
    with open(path, "ab") as file:  # noqa: PTH123 as little code as can be
        file.write(b"!")


def _signal(aims: dict[str, Any]) -> None:
    os.kill(aims["judge"], 0)


def _fork(aims: dict[str, Any]) -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _execute(aims: dict[str, Any]) -> bool:
    try:
        os.execv("/nonexistent/program", ["program"])
    except OSError as error:
        return error.errno not in _REFUSED


def _socket(aims: dict[str, Any]) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _connect(aims: dict[str, Any]) -> None:
    socket.create_connection(("127.0.0.1", aims["port"]), 1).close()


def _memory_of_the_judge(aims: dict[str, Any]) -> bool:
    """Reads a byte of it, at an address that is not mapped there: where it may, it fails for another reason."""
    number = _PROCESS_VM_READV.get(os.uname().machine)
    if number is None:
        return False
    here = ctypes.create_string_buffer(8)
    ours, theirs = struct.pack("QQ", ctypes.addressof(here), 1), struct.pack("QQ", 8, 1)
    libc = ctypes.CDLL(None, use_errno=True)
    got = libc.syscall(number, aims["judge"], ours, 1, theirs, 1, 0)
    return got >= 0 or ctypes.get_errno() not in (*_REFUSED, errno.ESRCH)


def _change_mode(aims: dict[str, Any]) -> None:
    Path(aims["private"]).chmod(0o600)


def _memory(aims: dict[str, Any]) -> None:
    bytearray(aims["memory"])


def _large_file(aims: dict[str, Any]) -> None:
    with open("large", "wb") as file:  # noqa: PTH123
        file.truncate(aims["file_bytes"] + 1)


def _many_files(aims: dict[str, Any]) -> None:
    held = []
    try:
        for _ in range(aims["open_files"] + 1):
            held.append(os.open("/dev/null", os.O_RDONLY))  # those before a failure are closed
    finally:
        for each in held:
            os.close(each)


ATTEMPTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "more memory": _memory,
    "a larger file": _large_file,
    "more open files": _many_files,
    "read a private file": lambda aims: Path(aims["private"]).read_bytes(),
    "write to a private file": lambda aims: _append(aims["private"]),
    "change a file's mode": _change_mode,
    "read a file": lambda aims: Path(aims["shared"]).read_bytes(),
    "write to a file": lambda aims: _append(aims["shared"]),
    "signal the judge": _signal,
    "read the judge's memory": _memory_of_the_judge,
    "start a process": _fork,
    "start a program": _execute,
    "open a socket": _socket,
    "connect to a port": _connect,
}
