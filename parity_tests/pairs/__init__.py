"""The tables: one :class:`Pair` for each operation, by name."""

from contextlib import suppress

from parity_tests.harness.pair import Pair
from parity_tests.pairs import activations, layers, losses, networks, optimizers

TABLES = (layers, activations, losses, optimizers, networks)
PAIRS: dict[str, Pair] = {pair.name: pair for table in TABLES for pair in table.PAIRS}

for _pair in PAIRS.values():
    # Signatures are read now: a method that is exchanged later, perhaps by one without
    # annotations, is held to the same. What is not there to be read is refused when it is used.
    if _pair.kind == "operation":
        with suppress(TypeError, ImportError, AttributeError):
            _ = _pair.signature
