"""When a long training leaves its state on disk: often, and never for more than a small share of its time."""

from collections.abc import Callable
from time import perf_counter

SHARE = 20
"""So many times as long as it took to leave the last state, the training goes on before the next."""


class Keeping:
    """Leaves a state at the first call, and then whenever that costs a twentieth of the time at most.

    What is lost with a process that is killed is what was done since; a state is there from the first step on.

    >>> left = []
    >>> keeping = Keeping(lambda: left.append("state"))
    >>> keeping.if_due()
    >>> left
    ['state']
    """

    def __init__(self, leave: Callable[[], None]) -> None:
        self.leave = leave
        self.cost = self.last = 0.0

    def if_due(self) -> None:
        """Leave the state, if the last one is old enough."""
        began = perf_counter()
        if began - self.last >= SHARE * self.cost:
            self.leave()
            self.last = perf_counter()
            self.cost = self.last - began
