"""Memory for a training: kept when it is freed, since the next step needs it again, and in large pages.

glibc gives every freed block of over 32 MB back to the kernel, and the next block of that size is
filled with zeros page by page: an eighth of a step's time on one core of a virtual machine of 2025
(1.15 s against 1.02 s for 500 images). Pages of 2 MB in place of 4 kB take another twentieth off a step there (755
against 715 images a second, on two cores): their addresses are found in the processor's own table.
Source: mallopt(3), M_MMAP_MAX and M_TRIM_THRESHOLD; THP_MEM_ALLOC_ENABLE in PyTorch's ``alloc_cpu.cpp``, madvise(2).
"""

import ctypes
import os
import sys

TRIM_THRESHOLD, MMAP_MAX = -1, -4
"""The numbers of the two parameters in glibc's malloc.h."""


def keep_freed_memory() -> bool:
    """Whether it was done: with glibc, for the whole process and until it ends.

    A command that trains may want this; a library that is imported had better not ask for it. Large pages are
    asked for by an environment variable, which PyTorch reads when it takes memory for the first time.
    """
    if not sys.platform.startswith("linux"):
        return False
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(MMAP_MAX, 0) and mallopt(TRIM_THRESHOLD, -1))
