"""The fast layers: convolution and pooling once more, in the file that the handout brings along."""

from dataclasses import replace

from hypothesis import strategies as st

from parity_tests.harness.pair import Configuration
from parity_tests.homework.courses.cs231n import cases
from parity_tests.homework.courses.cs231n.layers import MaxPool
from parity_tests.homework.courses.cs231n.students import Layer
from parity_tests.homework.task import Caller, Task

ONE_IN = 4
"""The naive layers are judged on as many cases as are asked for."""


@st.composite
def _tiles(draw: st.DrawFn) -> Configuration:
    """Square windows side by side: for others the handout's own text ends in a NameError."""
    side = draw(st.integers(1, 3))
    h, w = (side * draw(st.integers(1, 3)) for _ in range(2))
    options = {"kernel_size": (side, side), "stride": side}
    return options, {"n": draw(cases.BATCH), "c": draw(cases.CHANNELS), "h": h, "w": w}


def fast(naive: Task) -> Task:
    """The task of the fast functions, from that of the naive ones; it is there where they are."""
    functions = tuple(name.replace("_naive", "_fast") for name in naive.functions)

    def present(call: Caller) -> bool:
        return any(call.entry(name) for name in functions)

    assert isinstance(naive.student, Layer)
    pooling = naive.pair.truth is MaxPool
    return replace(
        naive,
        pair=replace(naive.pair, configurations=_tiles()) if pooling else naive.pair,
        functions=functions,
        student=replace(naive.student, forward=functions[0], keeps=None),
        file="fast_layers",
        present=present,
        one_in=ONE_IN,
        points=0,
    )
