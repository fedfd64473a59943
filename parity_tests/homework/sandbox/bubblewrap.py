"""bubblewrap: a process in namespaces of its own, for machines without Landlock or seccomp (https://github.com/containers/bubblewrap)."""

import shutil

from parity_tests.homework.sandbox.folder import Folder
from parity_tests.homework.sandbox.interpreter import Interpreter

_ALONE = (
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
)
_EMPTY = str(
    1 << 20
)  # bytes for a folder of the sandbox's own, where half of the memory is the default


def executable() -> str | None:
    """Where it is installed, if it is."""
    return shutil.which("bwrap")


def arguments(folder: Folder, seen: Interpreter) -> tuple[str, ...]:
    """The command line in front of the confined one. It must not be started by root."""
    found = executable()
    if found is None:
        raise FileNotFoundError("bubblewrap is not installed")
    read = [
        *seen.readable(),
        seen.executable,
        *map(str, (folder.program, folder.files, folder.preset)),
    ]
    binds = [
        word
        for path in read
        if not path.startswith("/dev/")
        for word in ("--ro-bind-try", path, path)
    ]
    scratch = str(folder.scratch)
    return (
        *(found, *_ALONE, "--size", _EMPTY, "--tmpfs", "/", "--dev", "/dev"),
        *(*binds, "--bind", scratch, scratch),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", scratch, "--"),
    )
