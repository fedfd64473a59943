"""What is seen of a task, without its condition and its smallest case, which take time."""

from dataclasses import dataclass, field

from parity_tests.harness.cases import Case
from parity_tests.homework.naming import name_of
from parity_tests.homework.record import HomeworkRun
from parity_tests.homework.task import Caller, Task


@dataclass(slots=True)
class Seen:
    """Of one function: the cases, each with whether it failed, and the name of its mistake."""

    outcomes: list[tuple[Case, bool]] = field(default_factory=list)
    name: str = ""

    @property
    def failed(self) -> int:
        return sum(failed for _, failed in self.outcomes)


def seen(task: Task, call: Caller, examples: int, seed: int) -> dict[str, Seen]:
    """Every function of the task on so many cases."""
    task = task.fitted(task, call)
    run = HomeworkRun(task.pair, "float64", examples, seed, None, task, call)
    found = {function: Seen() for function in task.functions}

    def record(case: Case) -> None:
        verdicts = run.verdicts(case)
        for function, one in found.items():
            failed = any(not v.passed for v in verdicts if v.check == function)
            one.outcomes.append((case, failed))

    run.over(record)
    for function, one in found.items():
        mistake = name_of(run.trial, function, one.outcomes) if one.failed else None
        one.name = mistake.name if mistake else ""
    return found
