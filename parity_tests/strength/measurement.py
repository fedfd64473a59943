"""Measures the suite: which of many planted mistakes its checks see."""

import multiprocessing
import os
import random
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache

from parity_tests.faults import FAULTS, Fault
from parity_tests.pairs import PAIRS
from parity_tests.strength.equivalent import Equivalent
from parity_tests.strength.equivalents import EQUIVALENT
from parity_tests.strength.finding import Judged, JudgedFault, Strength
from parity_tests.strength.judging import seen_in_fault, seen_in_mutant
from parity_tests.strength.loader import source_of
from parity_tests.strength.mutation import Mutant, mutants_of
from parity_tests.suite import on_one_thread, select

SHARED = ("networks.chain", "networks.links")
"""Modules that every network is made of, without a pair of their own."""

Mistake = Mutant | Fault
Progress = Callable[[str], None]


def modules_of(*names: str) -> list[str]:
    """The modules under ``reference`` that names of pairs, of modules or prefixes select.

    >>> modules_of("layers.batch_norm.BatchNorm1d", "networks.chain")
    ['layers.batch_norm', 'networks.chain']

    Raises:
        UnknownPair: a name selects nothing.
    """
    known = dict.fromkeys([*(p.address.rpartition(".")[0] for p in PAIRS.values()), *SHARED])
    chosen = set()
    for name in names or ("",):
        found = {m for m in known if not name or m == name or m.startswith(f"{name}.")}
        found |= {pair.address.rpartition(".")[0] for pair in ([] if found else select(name))}
        chosen |= found
    return [module for module in known if module in chosen]


def measure(
    *names: str,
    examples: int = 200,
    sample: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    equivalent: Sequence[Equivalent] = EQUIVALENT,
) -> Strength:
    """Put every mutant of the selected references, and every fault of their pairs, before the checks.

    Args:
        names: pairs, modules or prefixes; all without one.
        examples: random cases for each pair, dtype and mistake.
        sample: so many mutants of each module, chosen by the seed; all of them if None.
        seed: decides the cases: the same seed gives the same findings.
        jobs: processes; one for each core if None.
        progress: called with a module's name whenever one of its mistakes has been judged.
        equivalent: the mutants that are known to change nothing.

    Raises:
        UnknownPair: a name selects nothing.
    """
    modules = modules_of(*names)
    made = {module: mutants_in(module) for module in modules}
    mutants, faults = _planted(modules, sample, seed)
    sound = {module: _unchanged(module) for module in modules}
    known = [entry for entry in equivalent if entry.module in made]
    stale = [entry for entry in known if not any(map(entry.matches, made[entry.module]))]
    seen = _judged([*sound.values(), *mutants, *faults], examples, seed, jobs, progress)
    of_mutants = []
    for mutant in mutants:
        entry = next((entry for entry in known if entry.matches(mutant)), None)
        if entry is not None and seen[mutant]:
            stale.append(entry)
        of_mutants.append(Judged(mutant, seen[mutant], entry.reason if entry else ""))
    of_faults = [JudgedFault(f.pair, f.implementation.__name__, seen[f]) for f in faults]
    broken = tuple((module, seen[text]) for module, text in sound.items() if seen[text])
    found = (tuple(of_mutants), tuple(of_faults), tuple(dict.fromkeys(stale)), broken)
    return Strength(tuple(modules), *found, seed, examples)


def planned(*names: str, sample: int | None = None) -> int:
    """How many texts :func:`measure` would judge, the unchanged ones included."""
    modules = modules_of(*names)
    return len(modules) + sum(len(mistakes) for mistakes in _planted(modules, sample, 0))


def _unchanged(module: str) -> Mutant:
    """The text as it is, judged like a mutant: the checks have to let it pass."""
    return Mutant(module, "", 0, "unchanged", "", "", source_of(module))


def _planted(
    modules: Sequence[str], sample: int | None, seed: int
) -> tuple[list[Mutant], list[Fault]]:
    mutants = [m for module in modules for m in _sample(mutants_in(module), sample, module, seed)]
    return mutants, [fault for fault in FAULTS if _module_of(fault) in modules]


@cache
def mutants_in(module: str) -> list[Mutant]:
    """All mutants of ``reference.<module>`` as it stands."""
    return mutants_of(module, source_of(module))


def _sample(mutants: list[Mutant], size: int | None, module: str, seed: int) -> list[Mutant]:
    if size is None or size >= len(mutants):
        return mutants
    chosen = random.Random(f"{seed} {module}").sample(range(len(mutants)), size)
    return [mutants[index] for index in sorted(chosen)]


def _judged(
    mistakes: Sequence[Mistake],
    examples: int,
    seed: int,
    jobs: int | None,
    progress: Progress | None,
) -> dict[Mistake, str]:
    """What the checks say against each, found in child processes: some hang, some end their process."""
    seen: dict[Mistake, str] = {}
    for mistake, words in judged(mistakes, examples, seed, jobs):
        seen[mistake] = words
        if progress is not None:
            progress(_module_of(mistake))
    return seen


def judged(
    mistakes: Sequence[Mistake], examples: int, seed: int, jobs: int | None = None
) -> Iterator[tuple[Mistake, str]]:
    """What the checks say against each, as it comes; nothing against one that they do not see.

    What was under way when a process ended is tried once more, each alone.
    """
    lost = []
    with _pool(jobs or os.cpu_count() or 1) as pool:
        futures = {pool.submit(_seen, m, examples, seed): m for m in mistakes}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
    for mistake in lost:
        with _pool(1) as pool:
            try:
                yield mistake, pool.submit(_seen, mistake, examples, seed).result()
            except BrokenProcessPool:
                yield mistake, "ends its process"


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Child processes, forked where the system can; left at once when the block ends badly."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    with (
        warnings.catch_warnings(),
        ProcessPoolExecutor(jobs, context, _leave_interrupts_to_the_parent) as pool,
    ):
        # Python 3.12 warns of threads that a fork leaves behind; the children start none.
        warnings.filterwarnings("ignore", "This process", DeprecationWarning)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _seen(mistake: Mistake, examples: int, seed: int) -> str:
    with on_one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mutants divide by zero, and take means of nothing
        if isinstance(mistake, Fault):
            return seen_in_fault(mistake, examples, seed)
        return seen_in_mutant(mistake, examples, seed)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _module_of(mistake: Mistake) -> str:
    if isinstance(mistake, Mutant):
        return mistake.module
    return PAIRS[mistake.pair].address.rpartition(".")[0]
