"""What every refusal of a data set is held to: one printable line, and no long one."""

from collections.abc import Callable

import pytest

from reference.datasets import DatasetError


def refusal(action: Callable[[], object]) -> str:
    """The line with which an action is refused."""
    with pytest.raises(DatasetError) as caught:
        action()
    line = str(caught.value)
    assert line.isprintable(), repr(line)
    assert len(line) < 700, line
    return line
