"""The zoo: implementations that are wrong on purpose, each named by its sin.

A fault keeps the contract of the reference that it spoils, so that the harness judges it in its place. A fault that
no check sees is a bug of the suite.
"""

from dataclasses import dataclass

from parity_tests.faults import activations, layers, losses, optimizers


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong class and the pair whose reference it spoils."""

    pair: str
    implementation: type

    @property
    def name(self) -> str:
        """Pair and sin."""
        return f"{self.pair}: {self.implementation.__name__}"


FAULTS: tuple[Fault, ...] = tuple(
    Fault(pair, implementation)
    for family in (layers, activations, losses, optimizers)
    for pair, implementations in family.FAULTS.items()
    for implementation in implementations
)
