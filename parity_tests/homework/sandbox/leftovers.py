"""Processes that a submission has left behind, where nothing kept it from starting some."""

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_IPC_RMID = 0
_MOST_ROUNDS = 1000  # a bomb is limited in processes, so it runs out of them long before


@dataclass(frozen=True)
class Running:
    """A line of /proc: process, its parent and session, when it started (in ticks), its user and number of threads."""

    pid: int
    parent: int
    session: int
    started: int
    threads: int
    uid: int
    dead: bool


def running() -> Iterator[Running]:
    """All processes of this machine that can be seen."""
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            with suppress(OSError):  # it has just ended
                yield _read(int(path.name))


def _read(pid: int) -> Running:
    folder = Path("/proc", str(pid))
    fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    return Running(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        started=int(fields[19]),
        threads=int(fields[17]),
        uid=_uid(folder),
        dead=fields[0] in "ZX",
    )


def _uid(folder: Path) -> int:
    lines = (folder / "status").read_text(errors="replace").splitlines()
    return int(next(line for line in lines if line.startswith("Uid:")).split()[1])


def tasks_of(uid: int) -> int:
    """How many threads and processes this user has, which is what the kernel's limit of processes counts."""
    return sum(each.threads for each in running() if each.uid == uid)


def started(pid: int) -> int:
    """When a process began, in ticks since the machine did."""
    return _read(pid).started


def adopt_orphans() -> None:
    """Makes this process the parent of its descendants' orphans, so that none of them is lost from sight."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_of_user(uid: int) -> None:
    """Kills all processes of a user that only one submission had."""
    us = os.getpid()
    _until_none(lambda each: each.uid == uid and (each.parent == us or not each.dead))


def remove_shared(uid: int) -> None:
    """Removes what the kernel keeps when a user's processes are gone: System V's shared memory, semaphores, queues."""
    libc = ctypes.CDLL(None)
    removers: dict[str, Callable[[int], int]] = {
        "shm": lambda number: int(libc.shmctl(number, _IPC_RMID, None)),
        "sem": lambda number: int(libc.semctl(number, 0, _IPC_RMID)),
        "msg": lambda number: int(libc.msgctl(number, _IPC_RMID, None)),
    }
    for kind, remover in removers.items():
        with suppress(OSError):  # a kernel without it
            head, *lines = Path("/proc/sysvipc", kind).read_text().splitlines()
            names = head.split()
            for line in lines:
                entry = dict(zip(names, line.split(), strict=True))
                if int(entry["cuid"]) == uid:
                    remover(int(entry[f"{kind}id" if kind != "msg" else "msqid"]))


def end_orphans(session: int, since: int, others: frozenset[int]) -> None:
    """Kills what came from the ended process `session`: its session, and orphans that have one of their own.

    `others` are children of this process that live on.
    """
    us, ours = os.getpid(), os.getsid(0)

    def left(each: Running) -> bool:
        orphan = each.parent == us and each.session != ours and each.started >= since
        its_own = each.session == session and (each.parent == us or not each.dead)
        return each.pid not in others and (orphan or its_own)

    _until_none(left)


def _until_none(left: Callable[[Running], bool]) -> None:
    for _ in range(_MOST_ROUNDS):
        found = [each for each in running() if left(each)]
        for each in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(each.pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(each.pid, os.WNOHANG)
        if not found:
            return
