"""Known disagreements: cases on which PyTorch is known to be wrong, with a public thread.

A waiver is strict. It excuses failures on its own cases only, and each run looks at its witness: the day
on which PyTorch agrees there, the waiver itself is a failure, and goes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from parity_tests.harness.cases import Case
from parity_tests.harness.verdict import Verdict

NEEDED = "waivers_are_needed"
"""The check that holds a waiver to its reason."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One known disagreement of a pair.

    Args:
        checks: the names of the checks whose failures it excuses.
        applies: whether a case is one of those.
        condition: the same in words, for the report.
        reason: what PyTorch does there.
        link: the public thread.
        witness: the line of a case on which it is seen.
    """

    checks: tuple[str, ...]
    applies: Callable[[Case], bool]
    condition: str
    reason: str
    link: str
    witness: str

    def excuses(self, verdict: Verdict, case: Case) -> bool:
        """Whether a failed verdict on a case is this disagreement."""
        return not verdict.passed and verdict.check in self.checks and self.applies(case)

    def witness_in(self, dtype: str) -> Case:
        """The witness in a dtype."""
        return replace(Case.parse(self.witness), dtype=dtype)

    def verdict(self, witness: Case, ruled: list[Verdict], excused: int) -> Verdict:
        """Whether PyTorch still fails on the witness, from its verdicts with their blame."""
        seen = [v for v in ruled if self.excuses(v, witness) and v.blame == "PyTorch"]
        message = self.reason if seen else f"PyTorch agrees now: remove the waiver ({self.link})"
        return Verdict(
            witness.pair, NEEDED, self.condition, witness.dtype, bool(seen), case=str(witness),
            message=message, why=self.link, cases=excused + 1, failed=0 if seen else 1,
        )  # fmt: skip
