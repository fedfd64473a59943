"""What an operation costs on each side: the plain loops, NumPy and PyTorch, on one thread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from parity_tests.benchmarks.cases import SIZES, Size, case_of
from parity_tests.benchmarks.sides import passes
from parity_tests.benchmarks.timing import Timing, interleaved
from parity_tests.harness.pair import Pair
from parity_tests.suite import on_one_thread


@dataclass(frozen=True, slots=True)
class Row:
    """One pass of one case: the timing of each side that has it.

    ``sides`` holds ``reference`` and ``torch`` always, ``naive`` on small cases where there is
    such a definition.
    """

    pair: str
    case: str
    size: Size
    dtype: str
    direction: str
    sides: Mapping[str, Timing]

    @property
    def ratio(self) -> float:
        """Reference / twin: above 1 PyTorch is the faster one."""
        return self.sides["reference"].median_ms / self.sides["torch"].median_ms

    @property
    def unsteady(self) -> bool:
        """Whether a side's quartiles lie further apart than half of its median: no ratio to rely on."""
        return any(2 * side.spread_ms > side.median_ms for side in self.sides.values())

    @property
    def naive_ratio(self) -> float | None:
        """Definition / reference, where there is a definition."""
        naive = self.sides.get("naive")
        return None if naive is None else naive.median_ms / self.sides["reference"].median_ms

    def to_dict(self) -> dict[str, object]:
        """The row of ``nnparity bench --json``, without what was not timed set to None."""
        row: dict[str, object] = {
            "pair": self.pair,
            "case": self.case,
            "size": self.size,
            "dtype": self.dtype,
            "pass": self.direction,
        }
        for side in ("naive", "reference", "torch"):
            timing = self.sides.get(side)
            row[f"{side}_ms"] = None if timing is None else timing.median_ms
            row[f"{side}_spread_ms"] = None if timing is None else timing.spread_ms
        row |= {"ratio": self.ratio, "naive_ratio": self.naive_ratio}
        return row | {"repetitions": self.sides["reference"].repetitions}


def time_operation(pair: Pair, dtypes: Sequence[str], seconds: float) -> Iterator[Row]:
    """Every pass of the pair's two cases in each dtype, as soon as it is timed.

    The definition takes part on the small case only: nothing is scaled up.

    Args:
        pair: what is timed.
        dtypes: ``"float64"``, ``"float32"``.
        seconds: of processor time, for all rows together; a few repetitions are made even beyond it.

    >>> from parity_tests.pairs import PAIRS
    >>> rows = time_operation(PAIRS["layers.conv2d"], ["float64"], seconds=0)
    >>> [(row.size, row.direction, list(row.sides)) for row in rows]
    [('small', 'forward', ['naive', 'reference', 'torch']),
     ('small', 'backward', ['naive', 'reference', 'torch']),
     ('large', 'forward', ['reference', 'torch']),
     ('large', 'backward', ['reference', 'torch'])]
    """
    each = seconds / (len(dtypes) * len(SIZES) * (1 if pair.kind == "optimizer" else 2))
    for dtype in dtypes:
        for size in SIZES:
            case = case_of(pair, dtype, size)
            with on_one_thread(), np.errstate(all="ignore"):
                for direction, calls in passes(pair, case, with_naive=size == "small"):
                    timings = interleaved(calls, each)
                    yield Row(pair.name, str(case), size, dtype, direction, timings)
