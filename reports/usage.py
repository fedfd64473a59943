"""What was asked for cannot be: told in one line, with exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager


class UsageError(ValueError):
    """A request that cannot be met; the message names the value and says what to write instead."""


@contextmanager
def asked_for(*errors: type[Exception]) -> Iterator[None]:
    """Inside, an error of these kinds (a ValueError by default) is the fault of what was asked for.

    >>> with asked_for():
    ...     int("x")
    Traceback (most recent call last):
    ...
    reports.usage.UsageError: invalid literal for int() with base 10: 'x'
    """
    chosen = errors or (ValueError,)
    try:
        yield
    except chosen as error:
        raise UsageError(str(error) or type(error).__name__) from error
