"""A run of a task's cases on the functions of a submission, and what is seen of each function."""

from dataclasses import dataclass, field, replace

from parity_tests.harness.cases import Case
from parity_tests.harness.compare import UNBOUNDED
from parity_tests.harness.conditions import condition
from parity_tests.harness.search import Run
from parity_tests.harness.verdict import Verdict
from parity_tests.homework.task import Caller, Task, Trouble
from parity_tests.homework.trial import HomeworkTrial

ASKED = 5
"""In so many cases a backward is asked whether it goes on from the cache of the handout."""


@dataclass(frozen=True, slots=True)
class HomeworkRun(Run):
    """A run of a task's cases on the functions of a submission."""

    task: Task = None  # type: ignore[assignment]
    call: Caller = None  # type: ignore[assignment]
    understanding: set[str] = field(default_factory=set)

    def trial(self, case: Case) -> HomeworkTrial:
        return HomeworkTrial(self.task, case, self.call, self.understanding)

    def verdicts(self, case: Case, only: str | None = None) -> list[Verdict]:
        trial = self.trial(case)
        functions = self.task.functions if only is None else (only,)
        return [verdict for function in functions for verdict in settled(trial, function)]


def settled(trial: HomeworkTrial, function: str) -> list[Verdict]:
    """The verdicts on a function; one that follows another convention is right, and says which."""
    verdicts = trial.verdicts(function)
    if all(v.passed for v in verdicts) or trial.answers[function].trouble is not None:
        return verdicts  # none at all included: then it was not asked
    convention = trial.harmless(function)
    if convention is None:
        return verdicts
    return [replace(v, passed=True, message=convention.name) for v in verdicts]


@dataclass(slots=True)
class Record:
    """What was seen of one function over a run.

    ``clouded`` are cases on which its forward fails; ``without`` counts those that it fails with the cache of
    its right forward alone. ``found`` is the condition under which it fails,
    and ``lacking`` says what was not handed in and is needed in some cases, which are left out.
    """

    outcomes: list[tuple[Case, bool]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    failed: list[Case] = field(default_factory=list)
    conventions: dict[str, None] = field(default_factory=dict)
    clouded: list[Case] = field(default_factory=list)
    lacking: Trouble | None = None
    asked: int = 0
    without: int = 0
    found: condition.Condition | None = None

    def forget(self) -> None:
        """Begin again, where it has turned out that the cases have to be seen in another light."""
        self.outcomes.clear()
        self.troubles.clear()
        self.failed.clear()
        self.clouded.clear()
        self.without = 0

    def remember(self, convention: str) -> None:
        """Of what is said of shapes once for all cases: in the case with the fewest axes of length 1."""
        about = convention.partition(" as (")[0]
        before = next((c for c in self.conventions if c.partition(" as (")[0] == about), None)
        if before is None or convention.count("n,") > before.count("n,"):
            self.conventions.pop(before or "", None)
            self.conventions[convention] = None


def enter(run: HomeworkRun, record: Record, trial: HomeworkTrial, function: str) -> None:
    """What one case says of a function."""
    if trial.twin.error:
        raise RuntimeError(f"the truth fails on {trial.case}: {trial.twin.error}")
    answer = trial.answers.get(function)
    if answer is None:
        return
    if answer.lacks:
        record.lacking = answer.trouble
        return
    verdicts = settled(trial, function)
    failed = any(not v.passed for v in verdicts)
    if failed and trial.clouded(function):
        record.clouded.append(trial.case)
        return
    record.outcomes.append((trial.case, failed))
    if not failed and function in run.task.backwards and record.asked < ASKED:
        record.asked += 1
        if trial.understands(function):
            run.understanding.add(function)
    if failed:
        record.failed.append(trial.case)
        record.without += function in trial.without
    if answer.trouble is not None:
        record.troubles.append(answer.trouble)
    for said in (v.message for v in verdicts if v.passed and v.message not in ("", UNBOUNDED)):
        record.remember(said)
