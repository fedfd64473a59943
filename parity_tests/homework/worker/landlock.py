"""Landlock: the files that a process and its children may still reach (https://docs.kernel.org/userspace-api/landlock.html)."""

import ctypes
import os
import struct

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every machine
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_RULES_OF_VERSION = {
    1: 13,
    2: 14,
    3: 15,
    4: 15,
}  # how many kinds of access each version knows; 16 since
_WRITE = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


def version(libc: ctypes.CDLL) -> int:
    """The kernel's version of Landlock, 0 where it has none or it is switched off."""
    return max(int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)), 0)


def restrict(libc: ctypes.CDLL, read: list[str], list_: list[str], write: list[str]) -> None:
    """From now on `read` for reading, folders of `list_` for their names, `write` for everything but special files.

    Network and signals to other processes are refused too where the kernel's version covers them.

    Raises:
        OSError: no Landlock, or a rule was refused.
    """
    known = version(libc)
    if not known:
        raise OSError("this kernel has no Landlock")
    handled = (1 << _RULES_OF_VERSION.get(known, 16)) - 1
    network, scopes = (3 if known >= 4 else 0), (3 if known >= 6 else 0)
    attributes = struct.pack("<QQQ", handled, network, scopes)[
        : 8 if known < 4 else 16 if known < 6 else 24
    ]
    size = ctypes.c_size_t(len(attributes))
    ruleset = _checked(libc.syscall(_CREATE_RULESET, attributes, size, 0))
    allowed = ((read, _EXECUTE | _READ_FILE | _READ_DIR), (list_, _READ_DIR))
    for paths, access in (*allowed, (write, _WRITE | _REFER | _TRUNCATE)):
        for path in paths:
            _allow(libc, ruleset, path, access & handled)
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what this process cannot reach needs no permission
        return
    if not os.path.isdir(path):  # noqa: PTH112 this may be a path through /proc/self/fd
        access &= _OF_A_FILE
    rule = struct.pack("<Qi", access, folder)
    _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    os.close(folder)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock: " + os.strerror(ctypes.get_errno()))
    return result
