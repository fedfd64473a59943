"""Ctrl-C during a long training: what is at hand is finished, and everything is left on disk."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def first_interrupt(speaks: bool = True) -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C only raises a flag, so that the step at hand is finished; the second interrupts.

    Of several processes that train together one ``speaks``.
    """
    raised = False

    def note(*_: object) -> None:
        nonlocal raised
        if raised:
            raise KeyboardInterrupt
        raised = True
        if speaks:
            print_line = Console(stderr=True).print
            print_line(
                "interrupted: finishing this step (once more to stop at once)", soft_wrap=True
            )

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: raised
    finally:
        signal.signal(signal.SIGINT, before)
