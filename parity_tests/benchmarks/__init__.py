"""What each side costs, and what each part of checking a case costs: measured as ratios."""

from parity_tests.benchmarks.operations import Row, time_operation
from parity_tests.benchmarks.witnesses import Cost, time_witnesses, total

__all__ = ["Cost", "Row", "time_operation", "time_witnesses", "total"]
