"""A network calls other functions of its submission: their mistakes are not its own.

It is right if it is right with the submission's functions, or with right ones in their place.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from parity_tests.homework.judge_task import judge_task, watch
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
        amended: the submission with right functions in the place of those that are used; only made if needed, or
            if none of them was handed in.
        examples: how many cases.
        seed: of the cases.
    """
    handed_in = any(own.entry(function) for function in task.uses)
    if handed_in:
        watched = watch(task, own, examples, seed, until_failure=True)
        if watched.sound:
            return watched.judgements()
    with amended() as call:
        judgements = judge_task(task, call, examples, seed)
    if not handed_in:
        return judgements
    return [
        replace(j, remarks=(*j.remarks, INHERITS)) if j.verdict == "right" else j
        for j in judgements
    ]


def with_causes(judgements: Sequence[Judgement], tasks: Iterable[Task]) -> list[Judgement]:
    """The judgements; where one inherits its failures, the remark names the functions that are wrong."""
    wrong = {judgement.name for judgement in judgements if judgement.verdict not in SOUND}
    causes = {f: [u for u in task.uses if u in wrong] for task in tasks for f in task.functions}
    return [_with_cause(judgement, causes.get(judgement.name, [])) for judgement in judgements]


def _with_cause(judgement: Judgement, causes: list[str]) -> Judgement:
    if judgement.name.endswith("_forward"):  # it calls no backward
        causes = [name for name in causes if not name.endswith("_backward")]
    if INHERITS not in judgement.remarks or not causes:
        return judgement
    said = f"{INHERITS}: inherited from {', '.join(causes)}"
    return replace(
        judgement, remarks=tuple(said if r == INHERITS else r for r in judgement.remarks)
    )
