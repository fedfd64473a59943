"""The training itself: an iterator of records that can be cut after any of them and resumed.

    loss of a batch = Σ over its images of the cross-entropy with softened labels

Convolutions move by Muon or another optimizer, biases and the last layer by SGD (``optimizers.py``); a schedule
takes all rates down. The whitening's bias is trained in the first epochs only, after which nothing
before the first group needs a gradient.

Nothing is drawn from a generator after the first step (``augmentation.py``), so the state is the
arrays and three counts, and a resumed training gives the same bits as an uninterrupted one.

Source: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, section 3, and cifar10-airbench.
"""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Int, UInt8
from torch import Tensor, nn

from torch_impl.airbench.augmentation import flips, moved, order, shifts
from torch_impl.airbench.evaluation import Accuracy, accuracy
from torch_impl.airbench.network import AirbenchNet
from torch_impl.airbench.optimizers import Optimizers
from torch_impl.airbench.precision import DTYPES, fastest
from torch_impl.airbench.processes import ALONE, Processes, device_here
from torch_impl.airbench.schedule import steps_in_an_epoch
from torch_impl.airbench.settings import AirbenchSettings

COUNTS = ("step", "epochs_done", "steps_in_an_epoch")


class LossNotFiniteError(ArithmeticError):
    """A loss that is nan or infinite; the weights are those before the step.

    Batch norm's running statistics have seen the batch: go on from a state that was kept before.
    """


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One batch: the mean loss of its images before the step, and the learning rate of the filters in it.

    Two records are equal if all but the time is.
    """

    step: int
    epoch: int
    loss: float
    lr: float
    images_per_second: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """The accuracy after an epoch; after the last one with test-time augmentation as well."""

    epoch: int
    val_accuracy: float
    val_accuracy_tta: float | None
    seconds: float = field(compare=False)


Record: TypeAlias = StepRecord | EpochRecord


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Images of bytes and their classes."""

    images: UInt8[Tensor, "n 3 h w"]
    labels: Int[Tensor, " n"]

    def __post_init__(self) -> None:
        if self.images.dtype != torch.uint8 or self.images.ndim != 4 or self.images.shape[1] != 3:
            raise ValueError(
                f"images {self.images.dtype} {tuple(self.images.shape)}: want uint8 (n, 3, h, w)"
            )
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"labels {self.labels.dtype} {tuple(self.labels.shape)}: want int64 (n,)"
            )

    def to(self, device: torch.device) -> "Labelled":
        return Labelled(self.images.to(device), self.labels.to(device))


class AirbenchTraining:
    """Yields a ``StepRecord`` for every batch and an ``EpochRecord`` after every epoch.

    ``settings`` holds the learning rate and the precision that were left open, for whoever saves it beside
    ``state()``.
    """

    def __init__(
        self,
        settings: AirbenchSettings,
        train: Labelled,
        val: Labelled,
        processes: Processes = ALONE,
        device: torch.device | None = None,
    ) -> None:
        self.device = device or device_here()
        dtype = settings.dtype
        if dtype == "auto":
            dtype = fastest(self.device, processes)
        settings = replace(settings, lr=settings.rate, dtype=dtype)
        self.settings, self.processes = settings, processes
        self.train, self.val = train.to(self.device), val.to(self.device)
        self.step = self.epochs_done = 0
        self.batch_size = min(settings.batch_size, len(train.labels))
        if self.batch_size < processes.size:
            raise ValueError(f"a batch of {self.batch_size} images for {processes.size} processes")
        self.steps_in_an_epoch = steps_in_an_epoch(len(train.labels), settings.batch_size)
        self.network = self._network()
        self.optimizers = Optimizers(
            self.network, settings, self.batch_size, self.steps_in_an_epoch
        )
        self.scores: nn.Module = self.network
        if settings.compile:
            self.scores = torch.compile(self.network)  # type: ignore[assignment]

    def _network(self) -> AirbenchNet:
        settings = self.settings
        generator = torch.Generator().manual_seed(settings.seed)
        dtype = DTYPES[settings.dtype]
        network = AirbenchNet(settings.widths, generator, self.processes, dtype).to(self.device)
        network.see(self.train.images, settings.whitening)
        if settings.channels_last:
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.processes.take_from_first_(network.state_dict().values())
        return network

    @property
    def total_steps(self) -> int:
        return self.settings.epochs * self.steps_in_an_epoch

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        """The next step, or what is due after an epoch's last one."""
        if self.step == (self.epochs_done + 1) * self.steps_in_an_epoch:
            return self._end_epoch()
        if self.step >= self.total_steps:
            raise StopIteration
        return self._take_step()

    def batch(self) -> Labelled:
        """This process's part of the batch that comes next, flipped and shifted."""
        settings = self.settings
        epoch, index = divmod(self.step, self.steps_in_an_epoch)
        numbers = order(len(self.train.labels), settings.seed, epoch)
        numbers = numbers[index * self.batch_size : (index + 1) * self.batch_size]
        numbers = self.processes.part(numbers).to(self.device)
        mirror = flips(settings.seed, epoch, numbers) & settings.flip
        shift = shifts(settings.seed, epoch, numbers, settings.shift)
        images = moved(self.train.images[numbers], mirror, shift)
        return Labelled(images, self.train.labels[numbers])

    def _take_step(self) -> StepRecord:
        start, lr = time.perf_counter(), self.optimizers.set_rates(self.step)
        batch = self.batch()
        self.scores.train()
        scores = self.scores(self._laid_out(batch.images))
        smoothing = self.settings.label_smoothing
        loss = F.cross_entropy(scores, batch.labels, label_smoothing=smoothing, reduction="sum")
        mean = self.processes.sum_(loss.detach().double()).item() / self.batch_size
        if not math.isfinite(mean):
            raise LossNotFiniteError(
                f"the loss is {mean} at step {self.step} of {self.total_steps} in"
                f" {self.settings.dtype}: try a smaller lr than {self.settings.rate:g}"
            )
        loss.backward()
        self.processes.sum_gradients_(self.network.parameters())
        self.optimizers.step()
        rate = self.batch_size / (time.perf_counter() - start)
        record = StepRecord(self.step, self.step // self.steps_in_an_epoch, mean, lr, rate)
        self.step += 1
        return record

    def _laid_out(self, images: Tensor) -> Tensor:
        if self.settings.channels_last:
            return images.contiguous(memory_format=torch.channels_last)
        return images

    def _end_epoch(self) -> EpochRecord:
        start = time.perf_counter()
        last = self.step >= self.total_steps
        level = self.settings.tta_level if last else 0
        found = self.accuracy(self.val, level)
        with_views = found.with_views if level else None
        record = EpochRecord(self.epochs_done, found.plain, with_views, time.perf_counter() - start)
        self.epochs_done += 1
        return record

    def accuracy(self, data: Labelled, level: int = 0) -> Accuracy:
        """Of the network as it is now, on any images; ``level`` as in ``evaluation.py``."""
        self.scores.eval()
        there = data.to(self.device)

        def network(images: Tensor) -> Tensor:
            scores: Tensor = self.scores(self._laid_out(images))
            return scores

        return accuracy(network, there.images, there.labels, level, self.processes)

    def state(self) -> dict[str, Tensor]:
        """Copies, on the CPU, of all that a later run with the same settings and images needs to go on."""
        kept = self.network.state_dict() | self.optimizers.state()
        kept |= {name: torch.tensor(getattr(self, name)) for name in COUNTS}
        return {name: value.detach().to("cpu", copy=True) for name, value in kept.items()}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """The inverse of ``state``."""
        arrays = dict(kept)
        step, epochs_done, steps = (int(arrays.pop(name)) for name in COUNTS)
        if steps != self.steps_in_an_epoch:
            raise ValueError(
                f"a state with {steps} steps in an epoch, where these images and batch_size"
                f" {self.batch_size} make {self.steps_in_an_epoch}"
            )
        self.step, self.epochs_done = step, epochs_done
        of_optimizers = {name: arrays.pop(name) for name in kept if "/" in name}
        self.network.load_state_dict(arrays, strict=True)
        self.optimizers.restore(of_optimizers)
