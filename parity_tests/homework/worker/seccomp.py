"""seccomp: the system calls that a process and its children may still make, as a filter in BPF put together here.

https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html. What is not allowed fails with EPERM:
honest code that asks for a little more than it needs goes on. Threads can be made; processes, programs, sockets,
other owners and modes of files cannot.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable

from parity_tests.homework.worker.system_calls import (
    ALWAYS,
    CHANGING_FILES,
    CONDITIONAL,
    MACHINES,
)

_SECCOMP = {"x86_64": 317, "aarch64": 277}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENTS = 0, 4, 16

_CLONE_THREAD = 0x10000
_OPEN_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0x400000
_FCNTL = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    36,
    37,
    38,
    1030,
    1032,
)  # duplicates, flags, locks: no owner for signals
_IOCTL = (
    0x5401,
    0x802C542A,
    0x5413,
    0x541B,
    0x5450,
    0x5451,
)  # is it a terminal, its size, bytes waiting, close-on-exec
_PRCTL = (15, 16, 0x53564D41)  # names of threads and of memory

Program = list[tuple[int, int, int, int]]  # code, jump if true, jump if false, constant


def restrict(libc: ctypes.CDLL, *, may_write: bool) -> None:
    """From now on only what is allowed. Without `may_write` no file can be opened for writing, wherever it is.

    Raises:
        OSError: no filter is known for this machine, or the kernel refuses it.
    """
    machine = platform.machine()
    if machine not in MACHINES:
        raise OSError(f"no filter of system calls is known for {machine}")
    code = b"".join(
        struct.pack("<HBBI", *line) for line in program(machine, os.getpid(), may_write)
    )
    buffer = ctypes.create_string_buffer(code, len(code))
    bpf = struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    if libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS, bpf):
        raise OSError(ctypes.get_errno(), "seccomp: " + os.strerror(ctypes.get_errno()))


def program(machine: str, process: int, may_write: bool) -> Program:
    """The filter's instructions.

    >>> program("x86_64", 1, True)[0] == (0x20, 0, 0, 4)
    True
    """
    column = MACHINES.index(machine)
    calls = {**ALWAYS, **CHANGING_FILES} if may_write else ALWAYS
    lines: Program = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_IF_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    for name, body in _conditions(process, may_write):
        number = CONDITIONAL[name][column]
        if number is not None:
            lines += [(_IF_EQUAL, 0, len(body), number), *body]
    for numbers in calls.values():
        if (number := numbers[column]) is not None:
            lines += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    return [*lines, (_RETURN, 0, 0, _REFUSE)]


def _conditions(process: int, may_write: bool) -> list[tuple[str, Program]]:
    thread: Program = [
        (_LOAD, 0, 0, _AT_ARGUMENTS),
        (_IF_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return [
        ("clone", thread),
        (
            "clone3",
            [(_RETURN, 0, 0, _ABSENT)],
        ),  # its flags are out of sight; the C library falls back
        ("kill", _one_of(0, (process,))),
        ("tgkill", _one_of(0, (process,))),
        ("fcntl", _one_of(1, _FCNTL)),
        ("ioctl", _one_of(1, _IOCTL)),
        ("prctl", _one_of(0, _PRCTL)),
        ("prlimit64", _no_change_of_limits()),
        ("open", _opening(1, may_write)),
        ("openat", _opening(2, may_write)),
    ]


def _one_of(argument: int, values: Iterable[int]) -> Program:
    """Only the lower 32 bits are looked at: the kernel takes all of these arguments as 32-bit numbers."""
    lines: Program = [(_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument)]
    for value in values:
        lines += [(_IF_EQUAL, 0, 1, value & 0xFFFFFFFF), (_RETURN, 0, 0, _ALLOW)]
    return [*lines, (_RETURN, 0, 0, _REFUSE)]


def _no_change_of_limits() -> Program:
    """The pointer to new limits must be null, in both its halves."""
    lines: Program = []
    for half in (0, 4):
        lines += [
            (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * 2 + half),
            (_IF_EQUAL, 1, 0, 0),
            (_RETURN, 0, 0, _REFUSE),
        ]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _opening(argument: int, may_write: bool) -> Program:
    if may_write:
        return [(_RETURN, 0, 0, _ALLOW)]
    return [
        (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument),
        (_IF_ANY_BIT, 0, 1, _OPEN_TO_CHANGE),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
