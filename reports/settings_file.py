"""Settings of a training as a file in TOML: read for ``--config``, and left beside what came of them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from reports.usage import UsageError

FILE = "settings.toml"
KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word in quotes",
    dict: "a table, as { lr = 0.01 }",
}
"""What stands in TOML for a value of each type."""


def read_settings(config: Path, examples: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says, lists as tuples, held to ``refuse_unlike``.

    Raises:
        UsageError: there is no such file, it is no TOML, or a setting or its value is unknown.
    """
    try:
        found = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--config {str(config)!r}: {reason}") from None
    settings: dict[str, Any] = _with_tuples(found)
    refuse_unlike(f"--config {str(config)!r}", settings, examples)
    return settings


def refuse_unlike(source: str, settings: Mapping[str, Any], examples: Mapping[str, Any]) -> None:
    """Every setting must have an example, and a value of its kind; a frozenset holds all values that there are.

    >>> refuse_unlike("net_options", {"dropout": "0.5"}, {"dropout": 0.0})
    Traceback (most recent call last):
    ...
    reports.usage.UsageError: net_options has dropout = '0.5': write a number
    """
    for name, value in settings.items():
        if name not in examples:
            raise UsageError(f"{source} has {name!r}: write some of {', '.join(examples)}")
        example = examples[name]
        if isinstance(example, frozenset):
            if value not in tuple(example):  # a table has no hash
                words = ", ".join(sorted(map(str, example)))
                raise UsageError(f"{source} has {name} = {value!r}: choose from {words}")
        elif not _is_like(example, value):
            raise UsageError(f"{source} has {name} = {value!r}: write {_kind_of(example)}")


def to_toml(settings: Mapping[str, Any]) -> str:
    """As a file that ``--config`` reads; what is left open (None) is left out.

    >>> print(to_toml({"epochs": 3, "lr": None, "options": {"betas": (0.5, 0.9)}}))
    epochs = 3
    <BLANKLINE>
    [options]
    betas = [
        0.5,
        0.9,
    ]
    <BLANKLINE>
    """
    return tomli_w.dumps({name: value for name, value in settings.items() if value is not None})


def _kind_of(example: Any) -> str:
    """What to write, in words.

    >>> _kind_of((0.9, 0.999)), _kind_of(8)
    ('numbers, as [0.9, 0.999]', 'a whole number')
    """
    if not isinstance(example, tuple):
        return KINDS[type(example)]
    whole = "whole " if type(example[0]) is int else ""
    return f"{whole}numbers, as {list(example)}"


def _with_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_tuples(each) for name, each in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _is_like(example: Any, value: Any) -> bool:
    """Whether a value is of the example's kind; whole numbers are numbers, too, and truth is neither.

    >>> _is_like(0.5, 1), _is_like(1, True), _is_like((64,), (64, 256)), _is_like((64,), (0.5, 2))
    (True, False, True, False)
    """
    if isinstance(example, tuple):
        return isinstance(value, tuple) and all(_is_like(example[0], each) for each in value)
    return type(value) in ((int, float) if isinstance(example, float) else (type(example),))
