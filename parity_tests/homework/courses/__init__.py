"""The courses whose homework is judged: one package each, and here their names."""

from collections.abc import Collection, Mapping
from typing import Protocol

from parity_tests.homework.courses.cs231n.right_layers import with_right_layers
from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.task import Task


class Amending(Protocol):
    """Puts right functions in the place of a submission's; the files that are ``broken`` go altogether."""

    def __call__(
        self, files: Mapping[str, bytes], broken: Collection[str] = ()
    ) -> dict[str, bytes]: ...


COURSES: dict[str, tuple[Task, ...]] = {"cs231n": TASKS}
AMENDING: dict[str, Amending] = {"cs231n": with_right_layers}
"""For the tasks that use the functions of others."""
