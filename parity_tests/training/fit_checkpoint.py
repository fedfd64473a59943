"""Trainings with PyTorch alone on disk: one safetensors file, there completely or not at all."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from parity_tests.training.checkpoint import read, with_tuples, write
from parity_tests.training.handover import to_numpy, to_torch
from torch_impl.airbench import AirbenchSettings, AirbenchTraining, Labelled, Processes

KIND = "airbench"
SCHEMA = 2
"""1 had one optimizer and one schedule, and other names in its settings."""


def save(training: AirbenchTraining, data: str, path: Path) -> None:
    """All that ``resume`` needs. ``data`` is the name of the images."""
    metadata = {"kind": KIND, "schema": SCHEMA, "data": data, "settings": asdict(training.settings)}
    write(path, to_numpy(training.state()), {k: json.dumps(v) for k, v in metadata.items()})


def settings_in(path: Path) -> tuple[AirbenchSettings, str]:
    """The settings of a saved training, and the name of its images.

    Raises:
        ValueError: the file is not there, or holds something else; one line that says what.
    """
    _, texts = read(path)
    metadata = {name: _loaded(text) for name, text in texts.items()}
    if metadata.get("kind") != KIND:
        raise ValueError(
            f"{path} is no checkpoint of this command: pass one that `nnparity fit` wrote"
        )
    if metadata["schema"] != SCHEMA:
        raise ValueError(
            f"{path} has schema {metadata['schema']}, this version reads {SCHEMA}:"
            " go on with the version that wrote it, or train anew"
        )
    return AirbenchSettings(**metadata["settings"]), str(metadata["data"])


def resume(
    path: Path, train: Labelled, val: Labelled, epochs: int | None, processes: Processes
) -> AirbenchTraining:
    """The saved training, to go on as if it had not stopped."""
    settings, _ = settings_in(path)
    training = AirbenchTraining(
        replace(settings, epochs=epochs or settings.epochs), train, val, processes
    )
    arrays, _ = read(path)
    training.restore(to_torch(arrays))
    return training


def _loaded(text: str) -> Any:
    """What ``save`` wrote; the metadata of other files are words."""
    try:
        return json.loads(text, object_hook=with_tuples)
    except ValueError:
        return text
