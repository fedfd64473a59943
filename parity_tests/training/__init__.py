"""Matching networks trained with NumPy and with PyTorch, step by step on the same batches."""

from parity_tests.training.history import EpochRecord, History, StepRecord
from parity_tests.training.lock_step import LockStep, train
from parity_tests.training.settings import TrainSettings, recipe

__all__ = [
    "EpochRecord",
    "History",
    "LockStep",
    "StepRecord",
    "TrainSettings",
    "recipe",
    "train",
]
