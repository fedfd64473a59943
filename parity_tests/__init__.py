"""NumPy references held against their PyTorch twins: ``from parity_tests import check, assert_parity``."""

from parity_tests.harness.cases import Case, CaseError
from parity_tests.harness.pair import Pair, UnknownPair
from parity_tests.harness.verdict import Findings, Verdict
from parity_tests.suite import assert_parity, check, explain, replay, select, stand_alone_script

__all__ = [
    "Case",
    "CaseError",
    "Findings",
    "Pair",
    "UnknownPair",
    "Verdict",
    "assert_parity",
    "check",
    "explain",
    "replay",
    "select",
    "stand_alone_script",
]
