"""The confined process gives up what it does not need, while it has one thread and nothing of the submission."""

import contextlib
import ctypes
import os
import resource
import signal
from typing import Any

from parity_tests.homework.worker import landlock, seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_VERSION = 0x20080522
_CAPABILITIES = 64
_RLIMITS = {
    "memory": resource.RLIMIT_AS,
    "cpu": resource.RLIMIT_CPU,
    "file_bytes": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "core": resource.RLIMIT_CORE,
    "queues": resource.RLIMIT_MSGQUEUE,
}


def enter(settings: dict[str, Any]) -> None:
    """Enters the sandbox that the judge has set.

    `settings`: "limits" (numbers by the names of `_RLIMITS`), "parent" (process id, 0 where it is not to be seen),
    "landlock" (None, or lists of paths: "read", "list" and "write"), "seccomp" (whether).

    Raises:
        OSError: the kernel refuses a part of it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _die_with(libc, settings["parent"])
    for name, most in settings["limits"].items():
        _lower(_RLIMITS[name], most)
    _drop_privileges(libc)
    paths = settings["landlock"]
    if paths is not None:
        landlock.restrict(libc, paths["read"], paths["list"], paths["write"])
    if settings["seccomp"]:
        seccomp.restrict(libc, may_write=paths is not None)


def _die_with(libc: ctypes.CDLL, parent: int) -> None:
    _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:  # it died before this was asked for
        os._exit(1)


def _lower(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def _drop_privileges(libc: ctypes.CDLL) -> None:
    """No capabilities, also for root, and none by starting a program; memory that only its own threads can read."""
    if os.geteuid() == 0:
        for capability in range(_CAPABILITIES):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused from the last known one on
        with contextlib.suppress(OSError):  # not every root may
            os.setgroups([])
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
        nothing = (ctypes.c_uint32 * 6)()
        if libc.capset(header, nothing):
            raise OSError(ctypes.get_errno(), "capset")
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    _prctl(libc, _PR_SET_DUMPABLE, 0)


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")
