"""The form of the list of mutants that no check can see, because they compute the same."""

from dataclasses import dataclass

from parity_tests.strength.mutation import Mutant


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One mutant that changes nothing, and why.

    Args:
        module: where, under ``reference``.
        function: the function or method, qualified by its class.
        before: the expression as it is, as a mutant names it; where the line stands does not matter.
        after: the expression as the mutant has it.
        reason: why both compute the same on everything that the pair can be given.
    """

    module: str
    function: str
    before: str
    after: str
    reason: str

    @property
    def name(self) -> str:
        """One line that says which mutant is meant."""
        return f"{self.module} {self.function}: {self.before} -> {self.after}"

    def matches(self, mutant: Mutant) -> bool:
        """Whether this is the mutant that is meant."""
        mine = self.module, self.function, self.before, self.after
        return mine == (mutant.module, mutant.function, mutant.before, mutant.after)


def equivalent(
    modules: str, function: str, reason: str, *changes: tuple[str, str]
) -> tuple[Equivalent, ...]:
    """Entries with one reason: each change in each of the modules (with blanks between them).

    >>> [entry.name for entry in equivalent("a b", "f", "x is 1", ("x", "1"))]
    ['a f: x -> 1', 'b f: x -> 1']
    """
    return tuple(
        Equivalent(module, function, *change, reason)
        for module in modules.split()
        for change in changes
    )
