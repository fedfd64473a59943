"""CIFAR-10 trained fast with PyTorch alone: the recipe of cifar10-airbench, resumable and for many processes.

    with launched(device_here()) as processes:
        training = AirbenchTraining(AirbenchSettings(), Labelled(images, labels), val, processes)
        for record in training: ...
        training.accuracy(test, level=2)

Source: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU* (arXiv 2404.00498), with Muon
(Jordan and others 2024) in place of its optimizer.
"""

from torch_impl.airbench.evaluation import Accuracy
from torch_impl.airbench.memory import keep_freed_memory
from torch_impl.airbench.network import AirbenchNet
from torch_impl.airbench.processes import ALONE, Processes, device_here, launched
from torch_impl.airbench.settings import AirbenchSettings
from torch_impl.airbench.training import (
    AirbenchTraining,
    EpochRecord,
    Labelled,
    LossNotFiniteError,
    StepRecord,
)

__all__ = [
    "ALONE",
    "Accuracy",
    "AirbenchNet",
    "AirbenchSettings",
    "AirbenchTraining",
    "EpochRecord",
    "Labelled",
    "LossNotFiniteError",
    "Processes",
    "StepRecord",
    "device_here",
    "keep_freed_memory",
    "launched",
]
