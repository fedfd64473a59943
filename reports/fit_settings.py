"""Settings of a training with PyTorch alone, from the command line and from a file."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from reports.settings_file import read_settings
from reports.usage import asked_for
from torch_impl.airbench import AirbenchSettings

DEFAULTS = asdict(AirbenchSettings())
EXAMPLES = DEFAULTS | {"lr": AirbenchSettings().rate}


def settings_from(config: Path | None, given: Mapping[str, Any]) -> AirbenchSettings:
    """The recipe, with what a file says in its place, and over both what was given (is not None).

    A learning rate is that of an optimizer: the file's is left out where another optimizer is given.

    >>> settings_from(None, {"epochs": 3, "seed": None}).epochs
    3
    """
    changes = {} if config is None else read_settings(config, EXAMPLES)
    optimizer = given.get("optimizer")
    if optimizer not in (None, changes.get("optimizer", DEFAULTS["optimizer"])):
        changes.pop("lr", None)
    changes |= {name: value for name, value in given.items() if value is not None}
    with asked_for():
        return replace(AirbenchSettings(), **changes)
