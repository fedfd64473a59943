"""The zoo: implementations that are wrong on purpose, each named by its sin.

A fault keeps the contract of the reference that it spoils, so that the harness judges it in its place. A fault that
no check sees is a bug of the suite. One that is right in all dtypes but one says so: ``wrong_only_in``.
"""

from dataclasses import dataclass

from parity_tests.faults import activations, layers, losses, networks, optimizers
from parity_tests.harness.cases import DTYPES


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong class and the pair whose reference it spoils."""

    pair: str
    implementation: type

    @property
    def name(self) -> str:
        """Pair and sin."""
        return f"{self.pair}: {self.implementation.__name__}"

    @property
    def dtypes(self) -> tuple[str, ...]:
        """The dtypes in which it is wrong."""
        only: str | None = getattr(self.implementation, "wrong_only_in", None)
        return DTYPES if only is None else (only,)


FAULTS: tuple[Fault, ...] = tuple(
    Fault(pair, implementation)
    for family in (layers, activations, losses, optimizers, networks)
    for pair, implementations in family.FAULTS.items()
    for implementation in implementations
)
