"""Messages come from any implementation: what no terminal and no XML can hold is left out."""

import re

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 admits in no form, or discourages: control characters and surrogates."""


def admitted(text: str) -> str:
    r"""The text without control characters and surrogates.

    >>> admitted("a\x00b\x1b[31m\ud800")
    'ab[31m'
    """
    return FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    r"""The admitted text with single blanks.

    >>> one_line("first\nsecond\tthird")
    'first second third'
    """
    return " ".join(admitted(text).split())
