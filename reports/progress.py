"""Long work shows a bar on a terminal and plain lines in a log; both go to stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Advance(Protocol):
    """Called with a few words each time one of the steps is done."""

    def __call__(self, text: str, steps: int = 1) -> None: ...


@contextmanager
def progress(task: str, total: int, every: int = 1) -> Iterator[Advance]:
    """A bar of ``total`` steps; in a log one line per ``every`` steps and one for the last."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(task, total, every, lambda line: console.print(line, soft_wrap=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    # No refresh thread: the work may fork.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        identifier = bar.add_task(task, total=total, text="")

        def advance(text: str, steps: int = 1) -> None:
            bar.update(identifier, advance=steps, text=text, refresh=True)

        yield advance


def _lines(task: str, total: int, every: int, write: Callable[[str], None]) -> Advance:
    done = 0

    def advance(text: str, steps: int = 1) -> None:
        nonlocal done
        before, done = done, done + steps
        if done // every > before // every or done == total:
            write(f"{task} {done}/{total} {text}")

    return advance
