"""Mutants that no check can see, because they compute the same: listed by hand, each with its reason.

The measurement refuses an entry that matches no mutant, and one whose mutant a check does see.
"""

from parity_tests.strength.equivalent import Equivalent
from parity_tests.strength.equivalents import networks, normalization, optimizers, small, windows

EQUIVALENT: tuple[Equivalent, ...] = (
    *windows.EQUIVALENT,
    *normalization.EQUIVALENT,
    *small.EQUIVALENT,
    *optimizers.EQUIVALENT,
    *networks.EQUIVALENT,
)
