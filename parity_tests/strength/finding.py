"""What the measurement found: how each mistake was seen, and which were not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parity_tests.harness.verdict import versions
from parity_tests.strength.equivalent import Equivalent
from parity_tests.strength.mutation import Mutant

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant and what the checks said: ``seen`` is empty where none saw it.

    ``equivalent`` says why no check can, for one that is known to change nothing.
    """

    mutant: Mutant
    seen: str
    equivalent: str = ""

    @property
    def survived(self) -> bool:
        """Whether it should have been seen and was not."""
        return not self.seen and not self.equivalent

    def to_dict(self) -> dict[str, Any]:
        """For the machine interface."""
        mutant = self.mutant
        return {
            "module": mutant.module,
            "function": mutant.function,
            "line": mutant.line,
            "operator": mutant.operator,
            "before": mutant.before,
            "after": mutant.after,
            "seen": self.seen,
            "equivalent": self.equivalent,
        }


@dataclass(frozen=True, slots=True)
class JudgedFault:
    """A fault of the zoo by its pair and name, and what the checks said."""

    pair: str
    name: str
    seen: str


@dataclass(frozen=True, slots=True)
class Row:
    """One module in numbers: of ``mutants`` those are left out that are equivalent."""

    module: str
    faults: int
    caught: int
    mutants: int
    killed: int
    equivalent: int

    @property
    def score(self) -> float | None:
        """The share of all mistakes that was seen, or None where none was made."""
        made = self.faults + self.mutants
        return (self.caught + self.killed) / made if made else None


@dataclass(frozen=True, slots=True)
class Strength:
    """All that was judged, and the entries of the list of equivalents that are wrong.

    Args:
        modules: what was measured, in order.
        mutants: every mutant, in the order of modules and lines.
        faults: every fault of the modules' pairs.
        stale: entries that match no mutant, or one that a check does see.
        broken: modules whose own text the checks fail, with what they say: there every mutant dies for nothing.
        seed: of the cases.
        examples: cases for each pair, dtype and mistake.
    """

    modules: tuple[str, ...]
    mutants: tuple[Judged, ...]
    faults: tuple[JudgedFault, ...]
    stale: tuple[Equivalent, ...]
    broken: tuple[tuple[str, str], ...]
    seed: int
    examples: int

    @property
    def survivors(self) -> tuple[Judged, ...]:
        """The mutants that no check saw, though they are wrong."""
        return tuple(judged for judged in self.mutants if judged.survived)

    @property
    def missed(self) -> tuple[JudgedFault, ...]:
        """The faults that no check saw."""
        return tuple(fault for fault in self.faults if not fault.seen)

    @property
    def passed(self) -> bool:
        """Whether every mistake was seen, and the list of equivalents is right."""
        something = bool(self.mutants or self.faults)
        return something and not (self.survivors or self.missed or self.stale or self.broken)

    @property
    def rows(self) -> list[Row]:
        """Each module in numbers."""
        return [self._row(module) for module in self.modules]

    def _row(self, module: str) -> Row:
        faults = [f for f in self.faults if _belongs(f.pair, module)]
        mutants = [j for j in self.mutants if j.mutant.module == module]
        wrong = [j for j in mutants if not j.equivalent]
        caught, killed = sum(bool(f.seen) for f in faults), sum(bool(j.seen) for j in wrong)
        return Row(module, len(faults), caught, len(wrong), killed, len(mutants) - len(wrong))

    def to_dict(self) -> dict[str, Any]:
        """The machine interface, schema 1: the same for the same seed."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "examples": self.examples,
            "versions": versions(),
            "operations": [_row_record(row) for row in self.rows],
            "mutants": [judged.to_dict() for judged in self.mutants],
            "faults": [{"pair": f.pair, "fault": f.name, "seen": f.seen} for f in self.faults],
            "stale": [entry.name for entry in self.stale],
            "broken": [{"module": module, "seen": seen} for module, seen in self.broken],
        }


def _belongs(pair: str, module: str) -> bool:
    return pair == module or pair.startswith(f"{module}.")


def _row_record(row: Row) -> dict[str, Any]:
    names: Sequence[str] = ("module", "faults", "caught", "mutants", "killed", "equivalent")
    return {name: getattr(row, name) for name in names} | {"score": row.score}
