"""Trainings in lock step on disk: safetensors files, there completely or not at all."""

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from parity_tests.training.handover import Arrays
from parity_tests.training.lock_step import Data, LockStep
from parity_tests.training.settings import TrainSettings

SCHEMA = 1
NETWORK = "network"
"""Under this name a file of weights says what they are the weights of."""
POSITION = ("step", "epoch", "step_in_epoch")


def save(training: LockStep, path: Path) -> None:
    """All that ``resume`` needs, in one file. Random numbers need no state: see ``generator``."""
    if not training.whole:
        raise RuntimeError("interrupted inside a step: only the checkpoint before it can be used")
    arrays = {
        f"{side}/{name}": array
        for side, run in training.runs.items()
        for name, array in run.state().items()
    }
    metadata = {
        "schema": SCHEMA,
        "data": training.data.name,
        "settings": asdict(training.settings),
        "position": {name: getattr(training, name) for name in POSITION},
        "largest_loss": training.yardstick.largest_loss,
        "growth": training.yardstick.growth,
    }
    write(path, arrays, {name: json.dumps(value) for name, value in metadata.items()})


def resume(path: Path, data: Data, epochs: int | None = None) -> LockStep:
    """The saved training, to go on as if it had not stopped, or for more epochs than planned."""
    arrays, texts = read(path)
    if "position" not in texts:
        raise ValueError(f"{path} holds no training to resume: pass the file that was saved for it")
    metadata = {name: json.loads(text, object_hook=with_tuples) for name, text in texts.items()}
    if metadata["schema"] != SCHEMA:
        raise ValueError(f"{path} has schema {metadata['schema']}, this version reads {SCHEMA}")
    if metadata["data"] != data.name:
        raise ValueError(f"{path} was trained on {metadata['data']}, not on {data.name}")
    settings = TrainSettings(**metadata["settings"])
    training = LockStep(replace(settings, epochs=epochs or settings.epochs), data)
    for side, run in training.runs.items():
        begin = f"{side}/"
        kept = {name.removeprefix(begin): arrays[name] for name in arrays if name.startswith(begin)}
        run.restore(kept)
    for name in POSITION:
        setattr(training, name, metadata["position"][name])
    training.yardstick.largest_loss = metadata["largest_loss"]
    training.yardstick.growth = metadata["growth"]
    return training


def save_networks(training: LockStep, folder: Path) -> list[Path]:
    """One file for each side, with the names of ``state_dict``; of the control none."""
    paths = []
    for side, run in training.runs.items():
        if side != "control":
            paths.append(folder / f"{side}.safetensors")
            settings = training.settings
            told = {
                "net": settings.net,
                "net_options": dict(settings.net_options),
                "image_scale": settings.image_scale,
            }
            # In one entry: several are written in an order of their own each time.
            write(paths[-1], run.arrays, {NETWORK: json.dumps(told)})
    return paths


def write(path: Path, arrays: Arrays, metadata: Mapping[str, str]) -> None:
    """Written beside the file, then renamed onto it: an interruption leaves the old one whole.

    Raises:
        OSError: the disk is full, or takes no such file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # ascontiguousarray would make a 1-D array of a scalar
        save_file(
            {name: np.array(a, order="C") for name, a in arrays.items()}, beside, dict(metadata)
        )
        beside.chmod(0o666 & ~current_umask())  # safetensors lets nobody else read
        beside.replace(path)
    except SafetensorError as error:  # of the disk: the arrays are such as it takes
        raise OSError(errno.EIO, str(error), str(path)) from error
    finally:
        beside.unlink(missing_ok=True)


def current_umask() -> int:
    """The permissions that new files do not get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays and the metadata of a safetensors file."""
    try:
        with safe_open(path, framework="numpy") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ValueError(f"cannot read the checkpoint {path}: {error}") from error


def with_tuples(found: dict[str, Any]) -> dict[str, Any]:
    """JSON has no tuples; every list in the settings was one."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
