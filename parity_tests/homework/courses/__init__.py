"""The courses whose homework is judged: an adapter each, and here their names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from parity_tests.homework.courses import mytorch
from parity_tests.homework.courses.cs231n.right_layers import with_right_layers
from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.task import Task


class Amending(Protocol):
    """Puts right functions in the place of a submission's; the files that are ``broken`` go altogether."""

    def __call__(
        self, files: Mapping[str, bytes], broken: Collection[str] = ()
    ) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Course:
    """All that has to be known of a course.

    Args:
        tasks: what is judged, in the order of a report.
        amended: for the tasks that use the functions of others.
        preset: files for the loader in the confined process, such as a table of the course's files.
    """

    tasks: tuple[Task, ...]
    amended: Amending
    preset: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def functions(self) -> frozenset[str]:
        """The functions and classes that are judged."""
        return frozenset(name for task in self.tasks for name in task.functions)


COURSES: dict[str, Course] = {
    "cs231n": Course(TASKS, with_right_layers),
    "mytorch": Course(mytorch.TASKS, mytorch.with_right_classes, mytorch.PRESET),
}


def likelier(names: Collection[str], course: str) -> str | None:
    """Another course, if a submission that defines these names has more of its functions; None if this is the one.

    >>> likelier(["Linear", "ReLU", "helper"], "cs231n"), likelier(["sgd", "adam", "SGD"], "cs231n")
    ('mytorch', None)
    """
    found = {name: len(known.functions & set(names)) for name, known in COURSES.items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] > found[course] else None
