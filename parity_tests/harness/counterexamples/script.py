"""A failed verdict as a Python file of NumPy and PyTorch alone, for somebody who has nothing of this project."""

import platform
import textwrap
from importlib.metadata import version

import numpy as np

from parity_tests.harness.counterexamples.counterexample import describe
from parity_tests.harness.counterexamples.literals import array, assign
from parity_tests.harness.counterexamples.script_checks import run_lines
from parity_tests.harness.counterexamples.script_parts import Parts
from parity_tests.harness.counterexamples.script_sides import Lines, case_lines, trajectory_lines
from parity_tests.harness.counterexamples.sides import Sides, sides_of
from parity_tests.harness.counterexamples.source import import_lines
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict

WIDTH = 99


def to_script(trial: Trial, verdict: Verdict) -> str:
    """A file that runs both sides of a verdict on its case and shows where they differ.

    It prints what was expected, what was got and the largest difference, and exits with 1 where they
    differ by more than rounding explains, with 0 where they agree. Sides whose text cannot be had are
    pasted as the arrays that they returned.

    Args:
        trial: the case, run.
        verdict: one of its verdicts.
    """
    parts = Parts(trial, verdict, sides_of(trial, verdict))
    run = run_lines(parts)
    if trial.pair.kind == "optimizer":
        known = parts.found.quantity in trial.twin.outputs
        quantity = parts.found.quantity if known else "param"
        parts.definitions.append("\n".join(trajectory_lines(quantity)))
    head = "\n".join([_docstring(trial, verdict), "", *import_lines(*parts.imports)])
    body = "\n".join([*case_lines(trial), *run, *_ending(verdict, parts.found)])
    return "\n\n\n".join([head, *parts.definitions, body]) + "\n"


def _docstring(trial: Trial, verdict: Verdict) -> str:
    told = describe(trial, verdict)
    versions = f"NumPy {version('numpy')}, PyTorch {version('torch')}"
    words = [
        *textwrap.wrap(f"{told.claim}.", WIDTH - 4),
        "",
        *textwrap.wrap(told.difference, WIDTH),
        "",
        f"{versions}, Python {platform.python_version()}. The same within nnparity:",
        "",
        *_broken(verdict.replay),
    ]
    return 'r"""' + "\n".join(words) + '\n"""'


def _broken(command: str) -> Lines:
    """A command over several lines; within its quotes a shell joins them again."""
    lines = []
    while len(command) > WIDTH:
        lines.append(command[: WIDTH - 1] + "\\")
        command = command[WIDTH - 1 :]
    return [*lines, command]


def _ending(verdict: Verdict, found: Sides) -> Lines:
    shown = ["", 'print("expected", expected, sep="\\n")', 'print("got", got, sep="\\n")']
    if found.expected is None or found.got is None:
        return [*shown, "sys.exit(int((got is None) != (expected is None)))"]
    if verdict.check == "inputs_untouched":
        return [*shown, "sys.exit(int(got.tobytes() != expected.tobytes()))"]
    if isinstance(found.expected, str):
        return [*shown, "sys.exit(int(got != expected))"]
    return ["", *_allowed(found), *shown, *COMPARED]


COMPARED = """\
if np.shape(got) != np.shape(expected):
    sys.exit(f"the shapes differ: {np.shape(expected)} is expected, and got {np.shape(got)}")
got, expected = np.asarray(got, float), np.asarray(expected, float)
with np.errstate(invalid="ignore"):
    difference = np.abs(got - expected)
same = (got == expected) | (np.isnan(got) & np.isnan(expected))
close = np.isfinite(difference) & (difference <= allowed)
print("largest difference", np.max(np.where(same, 0, difference), initial=0))
sys.exit(int(not np.all(same | close)))""".splitlines()


def _allowed(found: Sides) -> Lines:
    if found.allowed is None or not np.any(found.allowed):
        return ["# Nothing is rounded here: the numbers must be equal.", "allowed = 0.0"]
    return [
        "# What rounding can do to each element, on both sides together: computed from this very case.",
        *assign("allowed", array(found.allowed)),
    ]
