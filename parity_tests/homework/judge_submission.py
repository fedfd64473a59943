"""Judges a whole submission: every task of its course, in workers of its own."""

import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing.util import Finalize
from pathlib import Path

from parity_tests.homework.courses import COURSES, likelier
from parity_tests.homework.judge_task import WORDS, judge_task
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.other_functions import judge_among_others, with_causes
from parity_tests.homework.process import Limits, Worker, WorkerFailed
from parity_tests.homework.sandbox.strongest import strongest
from parity_tests.homework.session import WRITES, Session
from parity_tests.homework.submission import Submission, read
from parity_tests.homework.task import Task
from parity_tests.suite import on_one_thread

SEED_BITS = 128
"""Nobody guesses a seed of so many bits, and nobody tries them all."""

Progress = Callable[[Judgement], None]


class UnknownCourse(ValueError):
    """There is no such course; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one task: judgements, what the import of the submission said, and which files failed."""

    judgements: list[Judgement]
    remarks: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a process needs to judge some of the tasks."""

    submission: Submission
    course: str
    examples: int
    seed: int
    limits: Limits
    only: tuple[str, ...] = ()


def judge(
    path: Path | Submission,
    course: str = "cs231n",
    *,
    seed: int | None = None,
    examples: int = 100,
    jobs: int | None = None,
    only: Sequence[str] = (),
    limits: Limits | None = None,
    progress: Progress | None = None,
    require_isolation: bool = False,
) -> HomeworkReport:
    """A judgement for every function of the course's assignment; of what its handout brings along, for those there are.

    Args:
        path: a folder, a file, an archive or a notebook, or what was read from one.
        course: a name in ``COURSES``.
        seed: of the cases; a fresh one by default, which the report keeps.
        examples: cases for each task.
        jobs: processes to share the tasks among; by default one for each core.
        only: names of functions; all without one.
        limits: of time, memory and output.
        progress: called with each judgement as it is made.
        require_isolation: refuse to run anything where an attempt to escape from the sandbox succeeds.

    Raises:
        SubmissionError: the path holds nothing that can be judged.
        UnknownCourse: there is no such course.
        WorkerFailed: submitted code cannot be confined here, or not as well as is required.
    """
    tasks = _tasks(course, only)
    confinement = strongest()
    if require_isolation and confinement.escapes != ():
        raise WorkerFailed(f"isolation is required, and here there is only: {confinement}")
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    submission = path if isinstance(path, Submission) else read(path)
    assignment = Assignment(submission, course, examples, seed, limits or Limits(), tuple(only))
    made: dict[str, Judgement] = {}
    remarks = dict.fromkeys(submission.remarks)
    errors: dict[str, str] = {}
    for part in _judged(assignment, tasks, min(jobs or os.cpu_count() or 1, len(tasks))):
        remarks |= dict.fromkeys(part.remarks)
        errors |= dict(part.errors)
        for judgement in part.judgements:
            made[judgement.name] = judgement
            if progress is not None:
                progress(judgement)
    names = [name for task in tasks for name in task.functions if name in made]
    ordered = with_causes([made[name] for name in names], tasks)
    return HomeworkReport(
        submission.name, course, tuple(ordered), seed, str(confinement), tuple(remarks), errors
    )


def functions_of(course: str, provided: bool = True) -> tuple[str, ...]:
    """The functions and classes that a course's submissions are judged on.

    With ``provided`` False only those that belong to every submission, without what the handout brings along.
    """
    tasks = [task for task in _tasks(course) if provided or task.present is None]
    return tuple(name for task in tasks for name in task.functions)


def points_of(course: str) -> dict[str, int]:
    """What each of them is worth where nothing is said."""
    return {name: task.points for task in _tasks(course) for name in task.functions}


def _tasks(course: str, only: Sequence[str] = ()) -> list[Task]:
    if course not in COURSES:
        raise UnknownCourse(f"no course is named {course!r}: write one of {', '.join(COURSES)}")
    tasks = [task for task in COURSES[course].tasks if not only or set(only) & set(task.functions)]
    known = COURSES[course].functions
    if unknown := [name for name in only if name not in known]:
        raise ValueError(
            f"{course} has no function {unknown[0]!r}: it has {', '.join(sorted(known))}"
        )
    return tasks


def _judged(assignment: Assignment, tasks: list[Task], jobs: int) -> Iterator[Part]:
    """As they come; a task on which a process of ours ends is not judged, and that is our fault."""
    if jobs == 1:
        with _session(assignment) as session:
            yield from (_one(session, assignment, task) for task in tasks)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, _open_session, (assignment,)) as pool:
        futures = {pool.submit(_named, assignment, task.functions[0]): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                yield _not_judged(futures[future], "a process of the checker ended")


_OPEN: list[Session] = []
"""The session of a process of the pool: a submission is imported once in each."""


def _open_session(assignment: Assignment) -> None:
    session = _session(assignment)
    _OPEN[:] = [session]
    Finalize(session, session.close, exitpriority=1)


def _session(assignment: Assignment) -> Session:
    course = COURSES[assignment.course]
    homes = {name: task.file for task in course.tasks for name in task.functions}
    worker = Worker(assignment.submission.files, assignment.limits, preset=course.preset)
    session = Session(worker, homes)
    other = likelier(session.names(), assignment.course)
    if other is not None:
        told = f"this looks like the homework of another course: judge it with --course {other}"
        session.found["remarks"].append(told)
    return session


def _named(assignment: Assignment, function: str) -> Part:
    """A task by its first function: what it is made of cannot travel between processes."""
    (task,) = _tasks(assignment.course, (function,))
    return _one(_OPEN[0], assignment, task)


def _one(session: Session, assignment: Assignment, task: Task) -> Part:
    """One task, on one thread; a failure of ours is never a verdict on the submission."""
    try:
        asked = _is_asked(session, assignment, task)
        with on_one_thread():
            judgements = _judgements(session, assignment, task) if asked else []
    except WorkerFailed as failure:
        return _not_judged(task, str(failure))
    except Exception as failure:  # of ours too: one function's trouble is not the others'
        return _not_judged(task, f"{type(failure).__name__}: {failure}")
    return Part([_placed(session, task, judgement) for judgement in judgements], *session.said())


def _is_asked(session: Session, assignment: Assignment, task: Task) -> bool:
    """Not of what the handout brings along, unless it is there, or was to be defined where an import failed."""
    if task.present is None or set(assignment.only) & set(task.functions):
        return True
    failed = [error.get("defines", ()) for error in session.found["errors"].values()]
    lost = any(name in defined for defined in failed for name in task.functions)
    return lost or task.present(session)


def _judgements(session: Session, assignment: Assignment, task: Task) -> list[Judgement]:
    """A task that uses functions of others is not blamed for theirs."""
    terms = -(-assignment.examples // task.one_in), assignment.seed
    if not task.uses or session.unloadable is not None:
        return judge_task(task, session, *terms)
    if task.amended:
        with _amended(assignment, session) as call:
            return judge_task(task, call, *terms)
    return judge_among_others(task, session, lambda: _amended(assignment, session), *terms)


def _amended(assignment: Assignment, session: Session) -> Session:
    course = COURSES[assignment.course]
    files = course.amended(assignment.submission.files, session.found["errors"])
    return Session(Worker(files, assignment.limits, preset=course.preset), session.homes)


def _placed(session: Session, task: Task, judgement: Judgement) -> Judgement:
    """With file, line and what was noticed on the way; an update rule may work in place."""
    if judgement.verdict == "not judged" and session.target(judgement.name) is None:
        why = session.absent(judgement.name)
        word, place = WORDS[why.kind], (why.file, why.line)
        judgement = Judgement(judgement.name, word, *place, message=str(why))
    file, line = session.place(judgement.name)
    in_place = (WRITES,) if task.pair.kind == "optimizer" else ()
    noticed = (r for r in session.remarks.get(judgement.name, {}) if r not in in_place)
    remarks = (*judgement.remarks, *noticed)
    return replace(
        judgement, file=judgement.file or file, line=judgement.line or line, remarks=remarks
    )


def _not_judged(task: Task, why: str) -> Part:
    judged = (Judgement(n, "not judged", message=why, our_failure=True) for n in task.functions)
    return Part(list(judged))
