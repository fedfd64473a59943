"""The interpreter and NumPy as a confined process sees them: nothing of what is installed beside them."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

_NOT_THE_LIBRARY = frozenset({"site-packages", "dist-packages", "test", "idlelib", "__pycache__"})
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")


@dataclass(frozen=True)
class Interpreter:
    """Paths as the confined process may use them. `descriptors` are to be passed to it."""

    prefix: str
    library: str
    numpy: str
    descriptors: tuple[int, ...]

    @property
    def executable(self) -> str:
        real = Path(sys.executable).resolve()
        base = Path(sys.base_prefix).resolve()
        return f"{self.prefix}/{real.relative_to(base)}" if real.is_relative_to(base) else str(real)

    @property
    def environment(self) -> dict[str, str]:
        """All of it: nothing of the judge's own environment is handed on."""
        threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        paths = {"PYTHONHOME": self.prefix, "LD_LIBRARY_PATH": f"{self.prefix}/lib"}
        fixed = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LANG": "C.UTF-8", "MPLBACKEND": "Agg"}
        return {**dict.fromkeys(threads, "1"), **paths, **fixed}

    @property
    def arguments(self) -> tuple[str, ...]:
        """No folder of the script, of the user or of the site on the path; no bytecode; no buffer before its output."""
        return (self.executable, "-P", "-s", "-S", "-B", "-u")

    def readable(self) -> list[str]:
        """What must be read to import from the standard library and NumPy."""
        libs = f"{Path(self.numpy).parent}/numpy.libs"
        return [
            *_entries(self.library),
            *_libraries(self.prefix),
            self.numpy,
            libs,
            *_SYSTEM,
            *_DEVICES,
        ]


def _entries(library: str) -> Iterator[str]:
    names = (path.name for path in Path(library).iterdir())
    return (f"{library}/{name}" for name in names if name not in _NOT_THE_LIBRARY)


def _libraries(prefix: str) -> Iterator[str]:
    """Shared libraries, without the Python packages that lie beside them on some systems."""
    for path in Path(prefix, "lib").glob("lib*.so*"):
        yield str(path)
    multiarch = sysconfig.get_config_var("MULTIARCH")
    folders = {f"/{top}/{multiarch}" for top in ("lib", "usr/lib")} if multiarch else set()
    for folder in sorted(folders | {"/lib64", "/usr/lib64"}):
        if not Path(folder).is_dir():
            continue
        names = [path.name for path in Path(folder).iterdir()]
        if any(name.startswith("python") for name in names):
            yield from (f"{folder}/{name}" for name in names if not name.startswith("python"))
        else:
            yield folder


@cache
def interpreter(*, other_user: bool) -> Interpreter:
    """Found once. Folders that another user cannot reach (a Python below /root) are opened here and passed on."""
    descriptors: list[int] = []

    def seen(path: Path) -> str:
        if not other_user or _reachable(path):
            return str(path)
        descriptors.append(os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
        return f"/proc/self/fd/{descriptors[-1]}"

    base = Path(sys.base_prefix).resolve()
    library = Path(os.__file__).resolve().parent
    numpy = Path(np.__file__).resolve().parent
    prefix, beside = seen(base), seen(numpy.parent)
    return Interpreter(
        prefix, f"{prefix}/{library.relative_to(base)}", f"{beside}/numpy", tuple(descriptors)
    )


def _reachable(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
