"""The mistakes of ``planted.toml``, each planted into the solution and judged once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.tests.local import PACKAGE, SOLUTION, Local

EXAMPLES, SEED = 40, 1


@dataclass(frozen=True, slots=True)
class Planted:
    """One exchange of text in one function, and what has to be said of it."""

    function: str
    old: str
    new: str
    name: str = ""
    condition: str = ""
    harmless: bool = False
    file: str = "layers.py"
    examples: int = EXAMPLES

    @property
    def text(self) -> str:
        """The file with the mistake in it."""
        text = (SOLUTION / PACKAGE / self.file).read_text(encoding="utf-8")
        before, function, after = text.partition(f"def {self.function}(")
        assert self.old in after, f"{self.function} has no {self.old!r}"
        return before + function + after.replace(self.old, self.new, 1)


with (Path(__file__).parent / "planted.toml").open("rb") as table:
    TABLE = tuple(Planted(**entry) for entry in tomllib.load(table)["planted"])


class Text(Local):
    """A submission of one file, given as its text."""

    def __init__(self, text: str) -> None:
        module = ModuleType("submission")
        exec(compile(text, "submission.py", "exec"), vars(module))  # our own text, from the table
        self.names = vars(module)


@cache
def judged(planted: Planted) -> dict[str, Judgement]:
    """What is said of every function of the task that the mistake belongs to."""
    task = next(task for task in TASKS if planted.function in task.functions)
    with np.errstate(all="ignore"):
        judgements = judge_task(task, Text(planted.text), planted.examples, SEED)
    return {judgement.name: judgement for judgement in judgements}
