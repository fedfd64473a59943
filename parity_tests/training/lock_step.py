"""One training on both sides at once: the same weights, batches and masks, compared at every step."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import torch_impl.networks
from parity_tests.training.handover import Arrays, TorchSide, to_torch
from parity_tests.training.history import EpochRecord, StepRecord, nan_as_largest
from parity_tests.training.settings import SIDES, Draw, TrainSettings, generator
from parity_tests.training.yardstick import (
    Control,
    Yardstick,
    all_in_ulps,
    count_terms,
    distance_of,
)
from reference import networks
from reference.solver import Batch, Solver, draw_order
from torch_impl.trainer import Trainer

SAMPLE = 1000
"""How many training images the accuracy of an epoch is measured on, as in the course."""


Result = TypeVar("Result")


class Images(Protocol):
    """Images that become floats by the batch."""

    def __len__(self) -> int: ...
    def batch(self, indices: NDArray[Any], dtype: Any) -> NDArray[Any]: ...


class Data(Protocol):
    """Images and their classes, in three parts of which two are used here."""

    @property
    def name(self) -> str: ...
    @property
    def train_images(self) -> Images: ...
    @property
    def train_labels(self) -> NDArray[Any]: ...
    @property
    def val_images(self) -> Images: ...
    @property
    def val_labels(self) -> NDArray[Any]: ...


class Run(Protocol):
    """One training among several; a ``Solver`` is one, a ``TorchSide`` another."""

    @property
    def arrays(self) -> Arrays: ...
    def step(self, x: NDArray[Any], target: NDArray[Any], masks: Arrays) -> float: ...
    def end_epoch(self, train: Sequence[Batch], val: Sequence[Batch]) -> tuple[float, float]: ...
    def state(self) -> Mapping[str, NDArray[Any]]: ...
    def restore(self, kept: Arrays) -> None: ...


def train(settings: TrainSettings, data: Data) -> Iterator[StepRecord | EpochRecord]:
    """The records of a whole training, as they arise."""
    return LockStep(settings, data).run()


class Beginning(NamedTuple):
    """From where steps can be taken again: position, and both sides as they were, if a control judges them."""

    step: int
    epoch: int
    step_in_epoch: int
    states: Mapping[str, Arrays]


class LockStep:
    """A training that can be interrupted between any two records, saved, and resumed.

    >>> for record in LockStep(settings, data).run():       # doctest: +SKIP
    ...     history.add(record)
    """

    def __init__(self, settings: TrainSettings, data: Data) -> None:
        self.settings, self.data = settings, data
        self.network = networks.BY_NAME[settings.net](**settings.net_options)
        weights = generator(settings.seed, Draw.WEIGHTS)
        arrays = self.network.init(weights, settings.weight_scale, settings.dtype, settings.gain)
        self.runs: dict[str, Run] = {side: self.start(side, arrays) for side in settings.sides}
        self.yardstick = Yardstick(settings.dtype, count_terms(self.network, settings.batch_size))
        workers = min(len(self.runs), os.cpu_count() or 1)
        self.threads = ThreadPoolExecutor(workers, "side", torch.set_num_threads, (1,))
        self.gaps: dict[str, torch.Tensor] | None = None
        self.step = self.epoch = self.step_in_epoch = 0
        self.whole = True
        self.recorded: list[Mapping[str, float]] = []
        self.beginning = self.begin()

    def begin(self) -> Beginning:
        """Steps from here on can be taken again."""
        self.recorded.clear()
        judged = SIDES if len(self.runs) > len(SIDES) else ()
        states = {side: self.runs[side].state() for side in judged}
        return Beginning(self.step, self.epoch, self.step_in_epoch, states)

    def start(self, side: str, arrays: Arrays) -> Run:
        """A run of that side from these arrays."""
        chosen = self.settings
        rule: dict[str, Any] = {
            "optimizer": chosen.optimizer,
            "options": chosen.optimizer_options,
            "lr_decay": chosen.lr_decay,
            "reg": chosen.reg,
        }
        if side == "reference":
            return Solver(self.network, arrays, **rule)
        twin = torch_impl.networks.BY_NAME[chosen.net](**chosen.net_options)
        twin = twin.to(getattr(torch, chosen.dtype))
        twin.load_state_dict(to_torch(arrays), strict=True)
        trainer = Trainer(twin, **rule)
        return TorchSide(trainer) if side == "torch" else Control(trainer, chosen.seed)

    def run(self) -> Iterator[StepRecord | EpochRecord]:
        """All records from here to the end of the last epoch."""
        while self.epoch < self.settings.epochs:
            self.beginning = self.begin()
            for indices in self.order()[self.step_in_epoch :]:
                yield self.take_step(indices)
            yield self.end_epoch()

    @property
    def num_train(self) -> int:
        """How many training images are used."""
        available = len(self.data.train_images)
        return min(self.settings.num_train or available, available)

    @property
    def total_steps(self) -> int:
        """From the first epoch to the last, for a progress bar."""
        return self.settings.epochs * len(self.order())

    def order(self, epoch: int | None = None) -> list[NDArray[Any]]:
        """The batches of this epoch, or of another one, as indices of training images."""
        epoch = self.epoch if epoch is None else epoch
        rng = generator(self.settings.seed, Draw.ORDER, epoch)
        return draw_order(rng, self.num_train, self.settings.batch_size)

    def take_step(self, indices: NDArray[Any]) -> StepRecord:
        """One batch on every side."""
        x, target, masks = self.batch(indices, self.step)
        self.whole = False
        if self.gaps is None and self.settings.side == "both":
            self.gaps = self.distances()
        taken = self.on_all_sides(lambda run: timed(run.step, x, target, masks))
        losses = {side: loss for side, (loss, _) in taken.items()}
        figures: dict[str, Any] = {}
        for side, (loss, seconds) in taken.items():
            if side != "control":
                figures |= {f"loss_{side}": loss, f"seconds_{side}": seconds}
        record = StepRecord(self.step, self.epoch, **figures, **self.compare(losses))
        self.recorded.append(record.ulps)
        self.step, self.step_in_epoch, self.whole = self.step + 1, self.step_in_epoch + 1, True
        return record

    def batch(self, indices: NDArray[Any], step: int) -> Batch:
        """These images with their classes, and the masks of that step."""
        x = self.scaled(self.data.train_images, indices)
        rng = generator(self.settings.seed, Draw.MASKS, step)
        masks = self.network.draw_masks(rng, len(indices))
        return Batch(x, self.data.train_labels[indices], masks)

    def on_all_sides(self, work: Callable[[Run], Result]) -> dict[str, Result]:
        """The sides work at the same time, each on one thread: no sum depends on who was faster."""
        if len(self.runs) == 1:
            return {side: work(run) for side, run in self.runs.items()}
        with threadpool_limits(1):
            futures = {side: self.threads.submit(work, run) for side, run in self.runs.items()}
            return {side: future.result() for side, future in futures.items()}

    def distances(self) -> dict[str, torch.Tensor]:
        """How far each array of the reference is from the twin's, entry by entry."""
        reference, twin = self.runs["reference"].arrays, self.runs["torch"].arrays
        return {name: distance_of(reference[name], twin[name]) for name in twin}

    def compare(self, losses: Mapping[str, float]) -> dict[str, Any]:
        """What a record says about differences, after a step with these losses."""
        if self.settings.side != "both":
            return {}
        twin_side = self.runs["torch"]
        assert isinstance(twin_side, TorchSide)
        carried = twin_side.along_gradient(self.gaps or {})
        self.gaps, twin = self.distances(), twin_side.arrays
        distances = {name: float(gap.max()) for name, gap in self.gaps.items()}
        furthest = max(distances, key=lambda name: nan_as_largest(distances[name]))
        difference = abs(losses["reference"] - losses["torch"])
        allowed = self.yardstick.allow_loss(losses["torch"], losses.get("control"), carried)
        beyond = None
        if allowed is not None:
            control = self.runs["control"].arrays
            beyond = self.yardstick.find_beyond(distances, twin, control)
            beyond = beyond if difference <= allowed else "loss"
        return {
            "loss_difference": difference,
            "loss_rounding": self.yardstick.rounding(),
            "loss_allowed": allowed,
            "array": furthest,
            "array_difference": distances[furthest],
            "ulps": all_in_ulps(distances, twin),
            "beyond": beyond,
        }

    def widen(self, record: StepRecord) -> None:
        """Allow differences like those of this step, the last one, and some more: they are known to be rounding."""
        gaps = {name: float(gap.max()) for name, gap in (self.gaps or {}).items()}
        self.yardstick.widen(record.loss_difference or 0.0, gaps)

    def end_epoch(self) -> EpochRecord:
        """Accuracies of both sides on the same samples."""
        rng = generator(self.settings.seed, Draw.SAMPLE, self.epoch)
        sample = rng.permutation(self.num_train)[:SAMPLE]
        train = self.batches(self.data.train_images, self.data.train_labels, sample)
        every = np.arange(len(self.data.val_images))
        val = self.batches(self.data.val_images, self.data.val_labels, every)
        figures: dict[str, Any] = {}
        self.whole = False
        ended = self.on_all_sides(lambda run: run.end_epoch(train, val))
        for side, accuracies in ended.items():
            if side != "control":
                names = (f"train_accuracy_{side}", f"val_accuracy_{side}")
                figures |= dict(zip(names, accuracies, strict=True))
        record = EpochRecord(self.epoch, self.step, **figures)
        self.epoch, self.step_in_epoch, self.whole = self.epoch + 1, 0, True
        return record

    def batches(self, images: Images, labels: NDArray[Any], indices: NDArray[Any]) -> list[Batch]:
        """These images, cut into batches to be classified."""
        size = self.settings.batch_size
        parts = np.split(indices, range(size, len(indices), size))
        return [Batch(self.scaled(images, part), labels[part]) for part in parts]

    def scaled(self, images: Images, indices: NDArray[Any]) -> NDArray[Any]:
        """These images as both sides see them."""
        x = images.batch(indices, self.settings.dtype)
        if self.settings.image_scale != 1.0:
            x *= x.dtype.type(self.settings.image_scale)
        return x


def timed(work: Callable[..., Result], *arguments: Any) -> tuple[Result, float]:
    """What the work gives, and the seconds that it took."""
    begin = perf_counter()
    return work(*arguments), perf_counter() - begin
