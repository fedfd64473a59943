"""Judges one task of a submission: many cases, then what the failing ones have in common, and the mistake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from parity_tests.harness.cases import Case
from parity_tests.harness.conditions import condition
from parity_tests.harness.counterexamples.simplify import simplify
from parity_tests.homework.judgement import Judgement, Word
from parity_tests.homework.naming import FEW, Diagnosis, name_of
from parity_tests.homework.origin import Origin, origin
from parity_tests.homework.paper import on_paper
from parity_tests.homework.record import HomeworkRun, Record, enter, settled
from parity_tests.homework.task import Caller, Task, Trouble
from parity_tests.homework.wording import in_course_words

_BEHIND: dict[Origin | None, tuple[str, ...]] = {
    "forward": ("its forward hands it wrong numbers; what it does with them is right",),
    "unknown": ("judged on those cases alone on which its forward is right",),
    "own": (),
    None: (),
}
MORE = 2
"""So many times as many cases are run where few of them say something of a backward."""
LOST: dict[str, Word] = {"timeout": "timeout", "crashed": "crashed", "forbidden": "forbidden"}
WORDS: dict[str, Word] = LOST | {"missing": "missing", "error": "error", "not judged": "not judged"}
"""The verdicts that a trouble of that kind may be; a wrong form is wrong."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A run of a task's cases, and what was seen of each function."""

    run: HomeworkRun
    records: dict[str, Record]

    @property
    def sound(self) -> bool:
        """Whether nothing failed."""
        seen = self.records.values()
        return not (
            self.run.task.complaint or any(r.failed or r.clouded or r.lacking for r in seen)
        )

    def judgements(self) -> list[Judgement]:
        """One for each function, the forward before what hangs on it."""
        judgements = []
        first = self.records[self.run.task.functions[0]]
        for function, record in self.records.items():
            if first.found is not None:
                _cloud(self.run, function, record, first.found)
            judgements.append(_judged(self.run, function, record))
        return judgements


def judge_task(task: Task, call: Caller, examples: int, seed: int) -> list[Judgement]:
    """A judgement for each function of the task."""
    return watch(task, call, examples, seed).judgements()


def watch(
    task: Task, call: Caller, examples: int, seed: int, until_failure: bool = False
) -> Watched:
    """Run a task's cases on the functions of a submission, all of them or up to the first that fails."""
    task = task.fitted(task, call)
    run = HomeworkRun(task.pair, "float64", examples, seed, None, task, call)
    watched = Watched(run, {function: Record() for function in task.functions})

    def record(case: Case) -> bool:
        trial = run.trial(case)
        for function in task.functions:
            enter(run, watched.records[function], trial, function)
        return until_failure and not watched.sound

    run.over(record)
    if not (until_failure or watched.sound):
        _look_again(watched)
    return watched


def _look_again(watched: Watched) -> None:
    """At the backwards behind a wrong forward, once it is known which of them go on from the handout's cache.

    Of the others more cases are run: what counts are those in which their forward is right.
    """
    run, first = watched.run, watched.run.task.functions[0]
    if not (watched.records[first].failed or watched.records[first].clouded):
        return
    for function in run.task.backwards:
        record = watched.records[function]
        if function in run.understanding:
            cases = [*(case for case, _ in record.outcomes), *record.clouded]
            record.forget()
            for case in cases:
                enter(run, record, run.trial(case), function)
        elif record.clouded and len(record.failed) < FEW:
            more = replace(run, examples=MORE * run.examples, seed=run.seed + 1)
            more.over(partial(_enter_clean, run, record, function))


def _enter_clean(run: HomeworkRun, record: Record, function: str, case: Case) -> None:
    trial = run.trial(case)
    if trial.forward_is_right:
        enter(run, record, trial, function)


def _cloud(run: HomeworkRun, function: str, record: Record, found: condition.Condition) -> None:
    """Under the condition of a wrong forward its output may be right by chance, and its cache is not.

    That is believed of a backward that is right in most of the cases where its forward is.
    """
    lucky = [c for c in record.failed if found.holds(c) and run.trial(c).goes_on(function)]
    if 2 * len(lucky) >= len(record.outcomes):
        return
    record.clouded += lucky
    record.failed = [case for case in record.failed if case not in lucky]
    record.outcomes = [(case, failed) for case, failed in record.outcomes if case not in lucky]


def _judged(run: HomeworkRun, function: str, record: Record) -> Judgement:
    whose = _whose(run, function, record)
    counts: dict[str, Any] = {"cases": len(record.outcomes), "failed": len(record.failed)}
    remarks, complaint = (*record.conventions, *_BEHIND[whose]), ""
    if function == run.task.functions[0]:
        remarks, complaint = (*run.task.remarks, *remarks), run.task.complaint
    # What a mask does is seen in any case that has outputs.
    told = run.task.own is not None and len(record.outcomes) > 0
    hidden = whose == "unknown" and len(record.failed) < FEW and not told
    if record.lacking is not None and not record.failed:
        return Judgement(function, "not judged", message=str(record.lacking), **counts)
    if hidden or not record.outcomes:
        first = run.task.functions[0]
        why = "has to be right first" if record.clouded else "gives nothing to go on from"
        return Judgement(function, "not judged", message=f"{first} {why}")
    if not record.failed and complaint:
        return Judgement(
            function, "wrong", diagnosis=complaint, message=complaint, remarks=remarks, **counts
        )
    if not record.failed:
        return Judgement(function, "right", remarks=remarks, message="right", **counts)
    if trouble := _decisive(record):
        word, place = WORDS[trouble.kind], (trouble.file, trouble.line)
        return Judgement(function, word, *place, message=str(trouble), **counts)
    remarks = tuple(r for r in remarks if r not in record.conventions)  # of some cases, not of it
    return _wrong(run, function, record, (*remarks, complaint) if complaint else remarks)


def _decisive(record: Record) -> Trouble | None:
    """The trouble that is the verdict: one kind of it on every case, or a worker that was lost."""
    troubles = record.troubles
    kinds = {trouble.kind for trouble in troubles}
    on_every_case = len(troubles) == len(record.failed) == len(record.outcomes)
    if on_every_case and len(kinds) == 1 and kinds <= set(WORDS):
        return troubles[0]
    if on_every_case and kinds == {"missing", "form"}:  # what is to be written has no form yet
        return next(trouble for trouble in troubles if trouble.kind == "missing")
    return next((trouble for trouble in troubles if trouble.kind in LOST), None)


def _whose(run: HomeworkRun, function: str, record: Record) -> Origin | None:
    """Whose the failures behind a wrong forward are; they count as soon as that is known."""
    if not record.clouded:
        return None
    whose = origin(run.trial, function, record.clouded)
    if whose != "unknown":
        record.outcomes += [(case, whose == "own") for case in record.clouded]
    if whose == "own":
        record.failed += record.clouded
    return whose


def _wrong(run: HomeworkRun, function: str, record: Record, remarks: tuple[str, ...]) -> Judgement:
    further: list[tuple[Case, bool]] = []
    own = any(case in record.failed for case in record.clouded)

    def fails(case: Case) -> bool | None:
        """None behind a wrong forward, or where a file is not here: that says nothing of it."""
        trial = run.trial(case)
        answer = trial.answers.get(function)
        if answer is not None and answer.lacks:
            return None
        failed = any(not v.passed for v in settled(trial, function))
        if failed and not own and trial.clouded(function):
            return None
        if case.dtype == run.dtype:
            further.append((case, failed))
        return failed

    found = condition.find(run.pair, record.outcomes, fails, run.seed)
    if found is not None and 2 * found.passed < found.outside:
        found = None  # most of the others fail as well
    record.found = found
    mistake = _mistake(run, function, record, further[:])
    small = _smallest(run, record, fails, found)
    trial = run.trial(small)
    said = in_course_words(found, run.task.words) if found is not None else ""
    return Judgement(
        function,
        "wrong",
        cases=len(record.outcomes),
        failed=len(record.failed),
        condition=said,
        diagnosis=mistake.name if mistake else "",
        hint=mistake.hint if mistake else "",
        explanation=mistake.explanation if mistake else "",
        counterexample=on_paper(trial, function),
        replay=str(small),
        message=said or f"wrong in {len(record.failed)} of {len(record.outcomes)} cases",
        remarks=remarks,
    )


def _smallest(
    run: HomeworkRun,
    record: Record,
    fails: Callable[[Case], bool | None],
    found: condition.Condition | None,
) -> Case:
    """The simplest case that fails, under the condition that is said."""

    def typical(case: Case) -> bool:
        return (found is None or found.holds(case)) and bool(fails(case))

    first = next((c for c in record.failed if found is None or found.holds(c)), record.failed[0])
    return simplify(run.pair, run.shrunk(typical) or first, typical, run.trial)


def _mistake(
    run: HomeworkRun, function: str, record: Record, further: Sequence[tuple[Case, bool]]
) -> Diagnosis | None:
    """Its mistake, from these and from further cases; or that it and its right forward do not fit together."""
    if record.without < len(record.failed):
        return name_of(run.trial, function, [*record.outcomes, *further])
    first = run.task.functions[0]
    return Diagnosis(
        f"right with the cache of the handout alone, and {first} gives another",
        f"Which arrays does {first} put into the cache, and has it changed one of them before?",
        f"Handed what the handout puts into the cache, {function} is right; handed what {first} gives, it is not. "
        f"Nothing is wrong with the output of {first}: compare the cache of the two.",
    )
