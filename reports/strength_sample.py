"""A sample of ``nnparity strength`` for the report: every fault of the zoo, and one mutant of each NumPy text."""

import random
from collections.abc import Sequence

from parity_tests.faults import FAULTS
from parity_tests.strength import Judged, JudgedFault, Strength, modules_of
from parity_tests.strength.equivalents import EQUIVALENT
from parity_tests.strength.measurement import Mistake, judged, mutants_in
from parity_tests.strength.mutation import Mutant
from reports.check_tables import numbered
from reports.page import Remark
from reports.plain_text import one_line
from reports.progress import progress
from reports.strength_run import EVERY, complaints, diff

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
        for mistake, words in judged(mistakes, EXAMPLES, seed, jobs):
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
