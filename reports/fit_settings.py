"""Settings of a training with PyTorch alone, from the command line and from TOML, and as TOML again."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from reports.usage import UsageError, asked_for
from torch_impl.airbench import AirbenchSettings

DEFAULTS = asdict(AirbenchSettings())
KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word in quotes",
    tuple: "whole numbers, as [64, 256, 256]",
}
"""What stands in TOML for a value of each type."""


def settings_from(config: Path | None, given: Mapping[str, Any]) -> AirbenchSettings:
    """The recipe, with what a file says in its place, and over both what was given (is not None).

    A learning rate is that of an optimizer: the file's is left out where another optimizer is given.

    >>> settings_from(None, {"epochs": 3, "seed": None}).epochs
    3
    """
    changes = {} if config is None else _configured(config)
    optimizer = given.get("optimizer")
    if optimizer not in (None, changes.get("optimizer", DEFAULTS["optimizer"])):
        changes.pop("lr", None)
    changes |= {name: value for name, value in given.items() if value is not None}
    with asked_for():
        return replace(AirbenchSettings(), **changes)


def _configured(config: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--config {str(config)!r}: {reason}") from None
    if unknown := [name for name in found if name not in DEFAULTS]:
        raise UsageError(
            f"--config {str(config)!r} has {unknown[0]!r}: write some of {', '.join(DEFAULTS)}"
        )
    settings = {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
    for name, value in settings.items():
        if not _is_like(value, DEFAULTS[name]):
            kind = KINDS[float if DEFAULTS[name] is None else type(DEFAULTS[name])]
            raise UsageError(f"--config {str(config)!r} has {name} = {value!r}: write {kind}")
    return settings


def _is_like(value: Any, default: Any) -> bool:
    """Whether a value is of the type of the default; whole numbers are numbers, too, and truth is neither."""
    if isinstance(default, tuple):
        return isinstance(value, tuple) and all(_is_like(each, default[0]) for each in value)
    if default is None or isinstance(default, float):
        return type(value) in (int, float)
    return type(value) is type(default)


def to_toml(settings: AirbenchSettings) -> str:
    """The settings as a file that ``--config`` reads; what is left open is left out.

    >>> to_toml(AirbenchSettings(epochs=3)).splitlines()[:4]
    ['epochs = 3', 'batch_size = 2000', 'optimizer = "muon"', 'schedule = "linear"']
    """
    chosen = {name: value for name, value in asdict(settings).items() if value is not None}
    return "".join(f"{name} = {_toml(value)}\n" for name, value in chosen.items())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return str(list(value) if isinstance(value, tuple) else value)
