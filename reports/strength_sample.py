"""A sample of ``nnparity strength`` for the report: every fault of the zoo, and one mutant of each NumPy text."""

import multiprocessing
import os
import random
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from parity_tests.faults import FAULTS, Fault
from parity_tests.strength import Judged, JudgedFault, Strength, modules_of
from parity_tests.strength.equivalents import EQUIVALENT
from parity_tests.strength.judging import seen_in_fault, seen_in_mutant
from parity_tests.strength.measurement import mutants_in
from parity_tests.strength.mutation import Mutant
from parity_tests.suite import on_one_thread
from reports.check_tables import numbered
from reports.page import Remark
from reports.plain_text import one_line
from reports.progress import progress
from reports.strength_run import EVERY, complaints, diff

Mistake = Mutant | Fault

EXAMPLES = 200
"""Of each mistake, up to the first that shows it: nearly all show on one of the first."""


def measure(seed: int, jobs: int | None = None) -> Strength:
    """Judge the sample that a seed chooses, under a progress bar.

    The unchanged texts are not judged here, since the report has just checked them, nor are mutants
    that are known to change nothing: both would go through all examples, and take most of the time.
    """
    modules = modules_of()
    mutants = [mutant for module in modules for mutant in chosen(module, seed)]
    mistakes: list[Mistake] = [*mutants, *FAULTS]
    seen: dict[Mistake, str] = {}
    with progress("judged", len(mistakes), every=EVERY) as advance:
        for mistake, words in judged(mistakes, seed, jobs or os.cpu_count() or 1):
            seen[mistake] = words
            advance(mistake.module if isinstance(mistake, Mutant) else mistake.pair)
    return Strength(
        tuple(modules),
        tuple(Judged(mutant, seen[mutant], "") for mutant in mutants),
        tuple(JudgedFault(f.pair, f.implementation.__name__, seen[f]) for f in FAULTS),
        (),
        (),
        seed,
        EXAMPLES,
    )


def chosen(module: str, seed: int) -> list[Mutant]:
    """One mutant of a module that is wrong; none of a text in which nothing can be changed."""
    known = [entry for entry in EQUIVALENT if entry.module == module]
    wrong = [m for m in mutants_in(module) if not any(entry.matches(m) for entry in known)]
    return random.Random(f"{seed} {module}").sample(wrong, min(1, len(wrong)))


def judged(mistakes: Sequence[Mistake], seed: int, jobs: int) -> Iterator[tuple[Mistake, str]]:
    """What the checks say against each, found in child processes, since a mistake may end its process.

    What was under way when one ended is judged once more, each in a process of its own.
    """
    lost = []
    with _pool(jobs) as pool:
        futures = {pool.submit(words_against, mistake, seed): mistake for mistake in mistakes}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
    for mistake in lost:
        with _pool(1) as pool:
            try:
                yield mistake, pool.submit(words_against, mistake, seed).result()
            except BrokenProcessPool:
                yield mistake, "ends its process"


def words_against(mistake: Mistake, seed: int) -> str:
    """What the checks say against one mistake, on one thread; nothing if they do not see it."""
    with on_one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # wrong texts divide by zero, and take means of nothing
        if isinstance(mistake, Mutant):
            return seen_in_mutant(mistake, EXAMPLES, seed)
        return seen_in_fault(mistake, EXAMPLES, seed)


def _pool(jobs: int) -> ProcessPoolExecutor:
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method))


def sentence(found: Strength) -> str:
    """What was planted, and what of it was seen."""
    planted = len(found.mutants) + len(found.faults)
    unseen = len(found.survivors) + len(found.missed)
    made = f"{numbered(len(found.faults), 'wrong implementation')} and {numbered(len(found.mutants), 'mutant')}"
    if unseen:
        return f"Of {planted:,} planted mistakes, a sample ({made}), the checks did not see {unseen:,}."
    return f"The checks saw all of {planted:,} planted mistakes, a sample ({made})."


def remarks(found: Strength) -> Sequence[Remark]:
    """What was not seen: faults by name, mutants as patches."""
    faults = [Remark(complaint) for complaint in complaints(found)]
    mutants = [
        Remark(f"SURVIVES {one_line(judged.mutant.name)}", diff(judged))
        for judged in found.survivors
    ]
    return [*faults, *mutants]
