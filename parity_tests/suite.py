"""The suite as functions: :func:`check` runs it, :func:`replay` repeats one case, :func:`assert_parity` raises."""

import multiprocessing
import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from parity_tests.harness import blame
from parity_tests.harness.cases import DTYPES, HALF, Case, CaseError
from parity_tests.harness.checks import judge
from parity_tests.harness.counterexamples.counterexample import describe
from parity_tests.harness.counterexamples.script import to_script
from parity_tests.harness.diagnosis import diagnose
from parity_tests.harness.pair import Pair
from parity_tests.harness.pair import select as select_from
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Findings, Verdict, summarise
from parity_tests.pairs import PAIRS

Task = tuple[str, str, int, int]
Progress = Callable[[str], None]


def select(*names: str) -> list[Pair]:
    """The pairs that names or prefixes select; all of them without a name.

    >>> [pair.name for pair in select("losses")]
    ['losses.cross_entropy_loss', 'losses.multiclass_hinge_loss', 'losses.mse_loss']

    Raises:
        UnknownPair: a name selects nothing.
    """
    return select_from(PAIRS, *names)


def check(
    *names: str,
    examples: int = 100,
    seed: int = 0,
    dtypes: Sequence[str] = DTYPES,
    jobs: int | None = None,
    progress: Progress | None = None,
    implementation: Any = None,
    shrink: bool = True,
) -> Findings:
    """Run every check of the selected pairs on ``examples`` random cases in each dtype.

    Args:
        names: pairs or prefixes; all pairs without one.
        examples: random cases for each pair and dtype.
        seed: decides the cases: the same seed gives the same findings.
        dtypes: ``"float64"``, ``"float32"``; also ``"float16"`` and ``"bfloat16"``, where only the twin
            computes in that precision.
        jobs: processes to share the pairs among; by default one for each core, and none for a single pair.
        progress: called with a pair's name when it is finished in one dtype.
        implementation: a class to judge in the place of the one selected pair's reference.
        shrink: look for the smallest case of each failure.

    Raises:
        UnknownPair: a name selects nothing.
        ValueError: an argument is out of range; the message says what to write.

    >>> check("activations.relu", examples=5).passed
    True
    """
    pairs = select(*names)
    _validate(examples, seed, dtypes)
    if implementation is not None and len(pairs) != 1:
        raise ValueError(
            f"an implementation is judged against one pair, and {len(pairs)} are selected"
        )
    tasks = [(pair.name, dtype, examples, seed) for pair in pairs for dtype in dtypes]
    jobs = jobs or min(os.cpu_count() or 1, len(pairs))
    done: dict[Task, list[Verdict]] = {}
    runs = _together(tasks, jobs) if jobs > 1 else _in_turn(tasks, implementation, shrink)
    for task, verdicts in runs:
        done[task] = verdicts
        if progress is not None:
            progress(task[0])
    return Findings(tuple(v for task in tasks for v in done[task]), seed, examples)


def replay(line: str, implementation: Any = None) -> Findings:
    """All verdicts of one case, from the line that a verdict prints.

    Raises:
        CaseError: the line cannot be read, or does not fit the pair that it names.
    """
    with on_one_thread():
        trial = _tried(line, implementation)
        verdicts = blame.assign(trial, judge(trial))
    return Findings(summarise(verdicts), trial.case.seed, 1)


def explain(verdict: Verdict, implementation: Any = None) -> str:
    """The case of a failed verdict in full: what goes in, what is expected, what comes out.

    Raises:
        CaseError: the verdict has no case, or one that cannot be run.
    """
    with on_one_thread():
        return describe(_tried(verdict.case, implementation), verdict).text()


def stand_alone_script(verdict: Verdict, implementation: Any = None) -> str:
    """A Python file of PyTorch and NumPy lines that shows a failed verdict without this project.

    Raises:
        CaseError: the verdict has no case, or one that cannot be run.
    """
    with on_one_thread():
        return to_script(_tried(verdict.case, implementation), verdict)


def assert_parity(*names: str, **keywords: Any) -> None:
    """As :func:`check`, but raises an AssertionError that lists every disagreement and how to replay it.

    The first one is explained in full.

    >>> assert_parity("activations.tanh", examples=5)
    """
    findings = check(*names, **keywords)
    if not findings.passed:
        lines = [f"{verdict.sentence()}\n  {verdict.replay}" for verdict in findings.failures]
        first = findings.failures[0]
        with suppress(CaseError):  # not every failure has a case that can be run
            lines += [first.why, explain(first, keywords.get("implementation"))]
        raise AssertionError("\n".join(lines))


def run_task(task: Task, implementation: Any = None, shrink: bool = True) -> list[Verdict]:
    """One pair in one dtype, on one thread: so sums are added in one order and figures repeat."""
    name, dtype, examples, seed = task
    with on_one_thread():
        run = Run(PAIRS[name], dtype, examples, seed, implementation)
        verdicts, seen = run.collect()
        return diagnose(run, verdicts, seen) if shrink else verdicts


@contextmanager
def on_one_thread() -> Iterator[None]:
    """NumPy's and PyTorch's kernels without threads of their own, as before afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


def _in_turn(
    tasks: list[Task], implementation: Any, shrink: bool
) -> Iterator[tuple[Task, list[Verdict]]]:
    for task in tasks:
        yield task, run_task(task, implementation, shrink)


def _together(tasks: list[Task], jobs: int) -> Iterator[tuple[Task, list[Verdict]]]:
    """In child processes, longest first. Forked where the system can, so that they see this process's classes."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    weights = {name: -_weight(PAIRS[name]) for name, *_ in tasks}
    context = multiprocessing.get_context(method)
    tasks = sorted(tasks, key=lambda task: weights[task[0]])
    with ProcessPoolExecutor(jobs, context, _leave_interrupts_to_the_parent) as pool:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that a fork leaves behind; the children start none.
            warnings.filterwarnings("ignore", "This process", DeprecationWarning)
            futures = {pool.submit(run_task, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _weight(pair: Pair) -> int:
    return {"optimizer": 2, "network": 1, "operation": 0}[pair.kind]


def _validate(examples: int, seed: int, dtypes: Sequence[str]) -> None:
    if examples < 1:
        raise ValueError(f"examples is {examples}: write a whole number from 1")
    if seed < 0:
        raise ValueError(f"seed is {seed}: write a whole number from 0")
    for dtype in dtypes:
        if dtype not in DTYPES + HALF:
            raise ValueError(f"dtype is {dtype!r}: write one of {', '.join(DTYPES + HALF)}")


def _tried(line: str, implementation: Any) -> Trial:
    """The trial of the case that a line names."""
    case = Case.parse(line)
    try:
        (pair,) = select(case.pair)
    except ValueError as unknown:
        raise CaseError(f"the case names no single pair: {unknown}") from None
    _fits(pair, case)
    return _trial(pair, case, implementation)


def _trial(pair: Pair, case: Case, implementation: Any) -> Trial:
    """The trial of a case that somebody wrote: sizes may be impossible, options of the wrong kind."""
    try:
        trial = Trial(pair, case, implementation)
    except CaseError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, MemoryError) as impossible:
        raise CaseError(f"the case has no arrays: {impossible}") from None
    if trial.twin.error:
        raise CaseError(f"PyTorch refuses the case: {trial.twin.error}")
    return trial


def _fits(pair: Pair, case: Case) -> None:
    """Refuse a case that names what the pair has not, or lacks a size."""
    pair.regime(case.values)
    for name in case.options:
        if name not in pair.options:
            raise CaseError(
                f"{name!r} in the case: {pair.name} has the options {', '.join(pair.options)}"
            )
    for name, size in case.sizes.items():
        if not all(type(s) is int and s >= 0 for s in (size if type(size) is tuple else (size,))):
            raise CaseError(f"{name}={size} in the case: write a size, a whole number from 0")
    wanted = {"optimizer": ("shape", "steps"), "network": ("n", "shape")}
    axes = wanted[pair.kind] if pair.kind != "operation" else pair.signature.axes
    if missing := [axis for axis in axes if axis not in case.sizes]:
        raise CaseError(
            f"the case gives no size for {', '.join(missing)}: {pair.name} needs {', '.join(axes)}"
        )
