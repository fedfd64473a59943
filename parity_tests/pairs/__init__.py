"""The tables: one :class:`Pair` for each operation, by name."""

from parity_tests.harness.pair import Pair
from parity_tests.pairs import activations, layers, losses, networks, optimizers

TABLES = (layers, activations, losses, optimizers, networks)
PAIRS: dict[str, Pair] = {pair.name: pair for table in TABLES for pair in table.PAIRS}
