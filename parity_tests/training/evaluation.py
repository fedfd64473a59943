"""Weights travel: a network that one side has trained, asked by both sides about the same images."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import torch_impl.networks
from parity_tests.training.checkpoint import NETWORK, read, with_tuples
from parity_tests.training.handover import Arrays, to_torch
from parity_tests.training.lock_step import Data, Images
from parity_tests.training.settings import choose
from reference import networks

BATCH = 500
PARTS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What both sides say of the same images with the same weights.

    Args:
        net: the network's name.
        data: the images' name, and which part of them.
        images: how many.
        reference, torch: accuracies.
        different: on how many images the two sides name another class.
    """

    net: str
    data: str
    images: int
    reference: float
    torch: float
    different: int

    @property
    def agrees(self) -> bool:
        """Whether every prediction is the same."""
        return self.different == 0


def evaluate(weights: Path, data: Data, part: str = "val") -> Evaluation:
    """Both sides' predictions for a part of the images, with weights that either side has left.

    Args:
        weights: ``reference.safetensors`` or ``torch.safetensors`` of a training.
        data: the images.
        part: which of them, one of ``PARTS``.

    Raises:
        ValueError: the file cannot be read, holds no such network or not all of its arrays; one line.
    """
    arrays, texts = read(weights)
    told = _network_in(weights, texts)
    name, options = told["net"], told.get("net_options", {})
    images: Images = getattr(data, f"{choose(part, PARTS, 'part')}_images")
    labels: NDArray[Any] = getattr(data, f"{part}_labels")
    reference, twin = _sides(weights, name, options, arrays)
    right, different = np.zeros(2, dtype=int), 0
    scale = float(told.get("image_scale", 1))
    for indices in _batches(len(images)):
        x = images.batch(indices, _dtype(arrays))
        x *= x.dtype.type(scale)
        y, _, _ = reference.forward(x, arrays)
        with torch.no_grad():
            scores = twin(torch.from_numpy(x)).numpy()
        said = y.argmax(axis=1), scores.argmax(axis=1)
        right += [int((each == labels[indices]).sum()) for each in said]
        different += int((said[0] != said[1]).sum())
    ours, twins = (float(count) / len(images) for count in right)
    return Evaluation(name, f"{data.name}, {part}", len(images), ours, twins, different)


def _network_in(weights: Path, texts: dict[str, str]) -> dict[str, Any]:
    """What a file says that it holds: the name of a network, its options, the scale of its images."""
    told = json.loads(texts.get(NETWORK, "{}"), object_hook=with_tuples)
    if told.get("net") not in networks.BY_NAME:
        known = ", ".join(networks.BY_NAME)
        raise ValueError(
            f"{weights} holds no network that both sides have: write a file of {known}"
        )
    return dict(told)


def _sides(weights: Path, name: str, options: dict[str, Any], arrays: Arrays) -> tuple[Any, Any]:
    reference = networks.BY_NAME[name](**options, training=False)
    twin = torch_impl.networks.BY_NAME[name](**options).to(getattr(torch, _dtype(arrays)))
    try:
        twin.load_state_dict(to_torch(arrays), strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{weights} does not fit {name}: {reason}") from None
    return reference, twin.eval()


def _dtype(arrays: Arrays) -> str:
    """The precision of the weights."""
    return next(str(a.dtype) for a in arrays.values() if a.dtype.kind == "f")


def _batches(count: int) -> Iterator[NDArray[Any]]:
    for start in range(0, count, BATCH):
        yield np.arange(start, min(start + BATCH, count))
