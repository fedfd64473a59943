"""A network calls other functions of its submission: their mistakes are not its own.

It is right if it is right with the submission's functions, or with right ones in their place.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from parity_tests.homework.judge_task import HomeworkRun, judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.task import Caller, Task

INHERITS = "fails with the submission's own functions, and is right with right ones"
SOUND = ("right", "missing", "not judged")


def judge_among_others(
    task: Task,
    own: Caller,
    amended: Callable[[], AbstractContextManager[Caller]],
    examples: int,
    seed: int,
) -> list[Judgement]:
    """The judgement of a task that ``uses`` functions of others.

    Args:
        task: what is judged.
        own: the submission as it is.
        amended: the submission with right functions in the place of those that are used; only made if needed.
        examples: how many cases.
        seed: of the cases.
    """
    if passes(task, own, examples, seed):
        return judge_task(task, own, examples, seed)
    with amended() as call:
        judgements = judge_task(task, call, examples, seed)
    return [
        replace(j, remarks=(*j.remarks, INHERITS)) if j.verdict == "right" else j
        for j in judgements
    ]


def passes(task: Task, call: Caller, examples: int, seed: int) -> bool:
    """Whether no case fails; ends with the first that does."""
    task = task.fitted(task, call)
    run = HomeworkRun(task.pair, "float64", examples, seed, None, task, call)
    return not task.complaint and run.first_failure() is None


def with_causes(judgements: Sequence[Judgement], tasks: Iterable[Task]) -> list[Judgement]:
    """The judgements; where one inherits its failures, the remark names the functions that are wrong."""
    wrong = {judgement.name for judgement in judgements if judgement.verdict not in SOUND}
    causes = {task.functions[0]: [name for name in task.uses if name in wrong] for task in tasks}
    return [_with_cause(judgement, causes.get(judgement.name, [])) for judgement in judgements]


def _with_cause(judgement: Judgement, causes: list[str]) -> Judgement:
    if INHERITS not in judgement.remarks or not causes:
        return judgement
    said = f"{INHERITS}: inherited from {', '.join(causes)}"
    return replace(
        judgement, remarks=tuple(said if r == INHERITS else r for r in judgement.remarks)
    )
