"""Runs one case of one function of a submission again, from the line that its verdict printed."""

from dataclasses import replace
from pathlib import Path

from parity_tests.harness.cases import Case, CaseError
from parity_tests.homework.courses import COURSES
from parity_tests.homework.judge_task import WORDS
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.paper import on_paper
from parity_tests.homework.process import Limits, Worker, WorkerFailed
from parity_tests.homework.record import HomeworkRun, settled
from parity_tests.homework.session import Session
from parity_tests.homework.submission import read
from parity_tests.homework.task import Task, Trouble
from parity_tests.homework.trial import HomeworkTrial
from parity_tests.suite import on_one_thread


def again(
    path: Path, function: str, line: str, course: str = "cs231n", limits: Limits | None = None
) -> HomeworkReport:
    """The judgement of a single case.

    Args:
        path: as for ``judge``.
        function: the one whose verdict printed the line.
        line: the case.
        course: a name in ``COURSES``.
        limits: of time, memory and output.

    Raises:
        SubmissionError: the path holds nothing that can be judged.
        CaseError: the line cannot be read, or is no case of this function.
        WorkerFailed: no confined process could be started.
    """
    of = COURSES[course]
    (task,) = (task for task in of.tasks if function in task.functions)
    case = Case.parse(line)
    if case.pair != task.pair.name:
        raise CaseError(
            f"the case is one of {case.pair!r}: {function} has cases of {task.pair.name!r}"
        )
    submission = read(path)
    # A verdict on a task that uses functions of others was found with right ones in their place.
    files = of.amended(submission.files) if task.uses else submission.files
    with Session(Worker(files, limits or Limits(), preset=of.preset)) as session, on_one_thread():
        judgement = _judged(task, session, case, function)
        file, place = session.place(function)
    judgement = replace(judgement, file=judgement.file or file, line=judgement.line or place)
    return HomeworkReport(submission.name, course, (judgement,), case.seed)


def _judged(task: Task, session: Session, case: Case, function: str) -> Judgement:
    task = task.fitted(task, session)
    run = HomeworkRun(task.pair, "float64", 1, case.seed, None, task, session)
    try:
        trial = run.trial(case)
        verdicts = settled(trial, function)
    except WorkerFailed:
        raise
    except Exception as impossible:  # sizes that no verdict ever printed fail somewhere inside
        raise CaseError(f"the case {str(case)!r} cannot be run: {impossible}") from None
    if trial.twin.error:
        raise CaseError(f"the case {str(case)!r} cannot be run: {trial.twin.error}")
    if not verdicts:
        return Judgement(function, "not judged", message="nothing is asked of it in this case")
    wrong = [verdict for verdict in verdicts if not verdict.passed]
    if not wrong:
        remarks = tuple({verdict.message: None for verdict in verdicts if verdict.message})
        return Judgement(function, "right", cases=1, message="right in this case", remarks=remarks)
    trouble = trial.answers[function].trouble
    return _failed(trial, function, str(case), trouble)


def _failed(trial: HomeworkTrial, function: str, line: str, trouble: Trouble | None) -> Judgement:
    paper = on_paper(trial, function)
    message = "wrong in this case" if trouble is None else str(trouble)
    judgement = Judgement(
        function, "wrong", cases=1, failed=1, message=message, counterexample=paper, replay=line
    )
    if trouble is None:
        return judgement
    word = WORDS.get(trouble.kind, "wrong")
    return replace(judgement, verdict=word, file=trouble.file, line=trouble.line)
