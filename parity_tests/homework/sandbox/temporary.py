"""Temporary folders that a killed process leaves behind, and the next one to start removes.

The owner of a folder holds a lock on a file in it for as long as it lives: the kernel lets go of it whatever the end.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from parity_tests.homework.sandbox.leftovers import running

PREFIX = "nnparity-"
_OWNED = ".nnparity-owner"


def owned_folder(prefix: str = PREFIX) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock."""
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    lock, name = tempfile.mkstemp(dir=folder)
    fcntl.flock(lock, fcntl.LOCK_EX)
    Path(name).rename(folder / _OWNED)  # only now it can be found
    return folder, lock


@contextmanager
def temporary(prefix: str = PREFIX, mode: int = 0o700) -> Iterator[Path]:
    """A folder for as long as the block lasts. What cannot be removed then goes at the next start.

    >>> with temporary() as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """
    folder, lock = owned_folder(prefix)
    try:
        folder.chmod(mode)
        yield folder
    finally:
        with suppress(OSError):  # a process that was just killed may still be writing
            remove(folder)
        os.close(lock)


@cache
def sweep() -> None:
    """Removes the folders of owners that are gone; once in a process."""
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            with suppress(OSError):  # another's, or another has just removed it
                _sweep(folder)


def _sweep(folder: Path) -> None:
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        return
    lock = os.open(folder / _OWNED, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _in_use(folder):
            remove(folder)
    finally:
        os.close(lock)


def _in_use(folder: Path) -> bool:
    """Whether a process of a user that has something in it is still there: it could exchange what we remove."""
    users = {path.lstat().st_uid for path in (*folder.glob("*"), *folder.glob("*/*"))}
    users.discard(os.geteuid())
    return any(each.uid in users for each in running())


def remove(folder: Path) -> None:
    """Removes all of it, however deep, and follows no link. The processes that write to it must be gone."""
    if folder.exists():
        _flatten(folder)
        folder.rmdir()


def _flatten(root: Path) -> None:
    """Empties a folder. What lies deeper is moved up first: a path can be too long for the kernel or for recursion."""
    root.chmod(0o700)
    names, last = _names(root), 0
    while names:
        path = root / names.pop()
        if not _unlocked(path):
            path.unlink()
            continue
        for child in _names(path):
            last += 1
            while (name := f"{last:x}") in names or name == path.name:
                last += 1
            _unlocked(path / child)  # a locked folder cannot be moved
            (path / child).rename(root / name)
            names.add(name)
        path.rmdir()


def _unlocked(path: Path) -> bool:
    """Whether it is a folder, which then can be listed and changed."""
    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    if is_folder:
        path.chmod(0o700)
    return is_folder


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
