"""Where arrays change hands between NumPy and PyTorch: always as copies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from reference.datasets import Images
from reference.solver import Batch
from torch_impl.airbench import Labelled
from torch_impl.trainer import Batch as TorchBatch
from torch_impl.trainer import Trainer

Arrays = Mapping[str, NDArray[Any]]


def to_torch(arrays: Arrays) -> dict[str, torch.Tensor]:
    """Arrays as tensors, by the same names.

    >>> to_torch({"bias": np.array([1.0, 2.0])})
    {'bias': tensor([1., 2.], dtype=torch.float64)}
    """
    return {name: torch.from_numpy(np.array(array, order="C")) for name, array in arrays.items()}


def to_numpy(tensors: Mapping[str, torch.Tensor]) -> dict[str, NDArray[Any]]:
    """Tensors as arrays, by the same names.

    >>> to_numpy({"bias": torch.tensor([1.0, 2.0])})
    {'bias': array([1., 2.], dtype=float32)}
    """
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}


def to_torch_batch(batch: Batch) -> TorchBatch:
    """A batch for the ``Trainer``."""
    x, target, masks = batch
    both = to_torch({"x": x, "target": target})
    return TorchBatch(both["x"], both["target"], to_torch(masks or {}))


class TorchSide:
    """A ``Trainer`` that is spoken to in NumPy, as a ``Solver`` is."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer

    @property
    def arrays(self) -> Arrays:
        """Parameters and running statistics, to be read only: these are not copies."""
        tensors = self.trainer.network.state_dict()
        return {name: tensor.detach().numpy() for name, tensor in tensors.items()}

    def step(self, x: NDArray[Any], target: NDArray[Any], masks: Arrays | None = None) -> float:
        return self.trainer.step(*to_torch_batch(Batch(x, target, masks)))

    def along_gradient(self, gaps: Mapping[str, torch.Tensor]) -> float:
        """The sum of |g|·gap over all parameters, g being the gradient of the last step."""
        parameters = self.trainer.network.named_parameters()
        return sum(
            float((parameter.grad.abs() * gaps[name]).sum())
            for name, parameter in parameters
            if name in gaps and parameter.grad is not None
        )

    def end_epoch(self, train: Any, val: Any) -> tuple[float, float]:
        return self.trainer.end_epoch(map(to_torch_batch, train), map(to_torch_batch, val))

    def state(self) -> dict[str, NDArray[Any]]:
        return to_numpy(self.trainer.state())

    def restore(self, kept: Arrays) -> None:
        self.trainer.restore(to_torch(kept))


def labelled(images: Images, labels: NDArray[Any]) -> Labelled:
    """Images as the bytes that they are in their files, with their classes, for ``torch_impl.airbench``."""
    return Labelled(
        torch.from_numpy(np.array(images.pixels, order="C")),
        torch.from_numpy(np.array(labels, dtype=np.int64)),
    )
