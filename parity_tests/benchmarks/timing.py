"""Several calls timed in turn, so that whatever slows the machine down slows down all of them."""

import gc
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

Call = Callable[[], Any]
Clock = Callable[[], int]

# On one thread the processor's time is the work, whatever else the machine does meanwhile.
# Windows counts it in steps of 16 milliseconds.
CLOCK: Clock = time.perf_counter_ns if sys.platform == "win32" else time.process_time_ns

# Looking at the clock takes half a microsecond: of a sample this long that is one per cent.
SAMPLE = 50_000
LEAST = 5
MOST = 10_000

# Threads that have worked wait for more in a busy loop, tens of milliseconds long: so long the
# threads of another library have to share the cores with them.
TURN = 200_000_000


@dataclass(frozen=True, slots=True)
class Timing:
    """The median of some repetitions in milliseconds, and how far apart their quartiles are."""

    median_ms: float
    spread_ms: float
    repetitions: int


def interleaved(
    calls: Mapping[str, Call], seconds: float, clock: Clock = CLOCK
) -> dict[str, Timing]:
    """Each call by name, timed in rounds A B C A B C … until the time is used up.

    Every call is first made twice, to warm up; a fast one is repeated until its sample lasts SAMPLE
    nanoseconds. There are at least LEAST rounds, also where the time is too short, and at most MOST.

    Args:
        calls: what is timed.
        seconds: of processor time, for all rounds together.
        clock: gives nanoseconds.
    """
    loops = {name: _loops(call, clock) for name, call in calls.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    with no_garbage_collection():
        end = clock() + seconds * 1e9
        for done in range(MOST):
            if done >= LEAST and clock() >= end:
                break
            for name, call in calls.items():
                times[name].append(_took(call, loops[name], clock) / loops[name])
    return {name: _summed_up(found) for name, found in times.items()}


def in_turns(
    calls: Mapping[str, Call], seconds: float, clock: Clock = time.perf_counter_ns
) -> dict[str, Timing]:
    """Each call by name, made over and over for TURN nanoseconds, then the next, until the time is used up.

    For calls that use threads, each library its own: the first half of a turn does not count.
    Every call is timed by itself, at least once in a turn, and each has one turn at least.

    Args:
        calls: what is timed.
        seconds: by the clock, for all turns together.
        clock: gives nanoseconds.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    with no_garbage_collection():
        end = clock() + seconds * 1e9
        while not all(times.values()) or clock() < end:
            for name, call in calls.items():
                times[name] += _turn(call, clock)
    return {name: _summed_up(found) for name, found in times.items()}


def _turn(call: Call, clock: Clock) -> list[float]:
    found: list[float] = []
    begin = clock()
    while not found or clock() < begin + TURN:
        counts = clock() >= begin + TURN / 2
        took = _took(call, 1, clock)
        if counts:
            found.append(took)
    return found


def _loops(call: Call, clock: Clock) -> int:
    call()
    return max(1, SAMPLE // max(1, _took(call, 1, clock)))


def _took(call: Call, loops: int, clock: Clock) -> int:
    start = clock()
    for _ in range(loops):
        call()
    return clock() - start


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """The collector off, and afterwards as it was."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _summed_up(nanoseconds: list[float]) -> Timing:
    low, median, high = np.quantile(nanoseconds, (0.25, 0.5, 0.75)) / 1e6
    return Timing(float(median), float(high - low), len(nanoseconds))
