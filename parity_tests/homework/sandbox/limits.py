"""How much one confined process may take."""

import math
from dataclasses import dataclass

_MEGABYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Time by the judge's own clock, memory and files by the kernel, what is said by whoever reads it.

    Raises:
        ValueError: a call or the import is given no time, or time without end.

    >>> Limits(seconds=0)
    Traceback (most recent call last):
    ...
    ValueError: seconds is 0: a number above 0 is needed
    """

    seconds: float = 10.0  # for one call
    start_seconds: float = 30.0  # until everything is imported
    cpu_seconds: int = 1800  # of the whole process: what is left if the judge dies
    memory: int = 2048 * _MEGABYTE  # of address space; the interpreter and NumPy take 100 MB of it
    file_bytes: int = 8 * _MEGABYTE  # of one file
    folder_bytes: int = 64 * _MEGABYTE  # of the one folder it may write to
    open_files: int = 64
    processes: int = 64  # and threads
    reply_bytes: int = 64 * _MEGABYTE  # the judge holds twice as much
    printed: int = 4_000  # bytes kept of what one call prints
    flood_bytes: int = 32 * _MEGABYTE  # printed in one call: more ends it

    def __post_init__(self) -> None:
        for name in ("seconds", "start_seconds"):
            value = getattr(self, name)
            if not 0 < value < math.inf:  # NaN is refused too
                raise ValueError(f"{name} is {value}: a number above 0 is needed")

    def kernel(self) -> dict[str, int]:
        """The part that the confined process lays upon itself, by names of `worker/confine.py`."""
        return {
            "memory": self.memory,
            "cpu": self.cpu_seconds,
            "file_bytes": self.file_bytes,
            "open_files": self.open_files,
            "core": 0,
            "queues": 0,
        }
