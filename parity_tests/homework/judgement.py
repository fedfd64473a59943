"""What is said of a submission: a judgement for each function, and the report of all."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

SCHEMA = 1

Word = Literal[
    "right", "wrong", "missing", "error", "timeout", "crashed", "forbidden", "not judged"
]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one function, with its reason.

    Args:
        name: as in the course (``conv_backward_naive``).
        verdict: one word.
        cases, failed: how many were tried, and on how many it was wrong.
        condition: what the failing cases have in common.
        diagnosis: the mistake by its name, or what is known of it.
        hint: for a student who wants to find it alone; ``explanation`` for one who does not.
        counterexample: the smallest failing case on paper.
        replay: the line that shows it again.
        message: one line of everything.
        remarks: what is worth knowing and no mistake.
        our_failure: whether it is not judged because of the checker: then it gets no mark, and no zero.
    """

    name: str
    verdict: Word
    file: str = ""
    line: int | None = None
    cases: int = 0
    failed: int = 0
    condition: str = ""
    diagnosis: str = ""
    hint: str = ""
    explanation: str = ""
    counterexample: str = ""
    replay: str = ""
    message: str = ""
    remarks: tuple[str, ...] = ()
    our_failure: bool = False


@dataclass(frozen=True, slots=True)
class HomeworkReport:
    """All judgements of a submission, and under what they were made."""

    submission: str
    course: str
    judgements: tuple[Judgement, ...]
    seed: int
    isolation: str = ""
    remarks: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether there is something to say and all of it is good."""
        return bool(self.judgements) and all(j.verdict == "right" for j in self.judgements)

    def having(self, judgement: Judgement) -> "HomeworkReport":
        """The report with this judgement in the place of the one that has its name."""
        made = tuple(judgement if j.name == judgement.name else j for j in self.judgements)
        return replace(self, judgements=made)

    def to_dict(self) -> dict[str, Any]:
        """The machine interface, schema 1."""
        right = sum(j.verdict == "right" for j in self.judgements)
        return {
            "schema": SCHEMA,
            "submission": self.submission,
            "course": self.course,
            "score": right,
            "max_score": len(self.judgements),
            "seed": self.seed,
            "isolation": self.isolation,
            "remarks": list(self.remarks),
            "errors": self.errors,
            "functions": [_record(judgement) for judgement in self.judgements],
        }


def _record(judgement: Judgement) -> dict[str, Any]:
    return asdict(judgement) | {"remarks": list(judgement.remarks)}
