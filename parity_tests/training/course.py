"""The networks that the course trains on CIFAR-10: what its notebooks state, and what a training of ours comes to."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Literal, TypeAlias

from parity_tests.training.handover import labelled
from parity_tests.training.history import History, StepRecord
from parity_tests.training.lock_step import LockStep
from parity_tests.training.settings import SIDES, TrainSettings, recipe
from reference.datasets import Dataset
from torch_impl.airbench import AirbenchSettings, AirbenchTraining
from torch_impl.airbench import StepRecord as AirbenchStep

Advance: TypeAlias = Callable[[str], None]
"""Called after every step with a few words."""
Part: TypeAlias = Literal["val", "train"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """An accuracy that the course states for a network of its notebooks.

    Args:
        title: the network, for people.
        settings: how it is trained; an ``AirbenchSettings`` has no NumPy side.
        stated: the accuracy that the notebook asks for, after the last epoch.
        published: the median of what students' notebooks print, where there are enough of them.
        of: whose accuracy: of 1,000 validation images, or of 1,000 of the training images.
    """

    title: str
    settings: TrainSettings | AirbenchSettings
    stated: float
    published: float | None = None
    of: Part = "val"


PART_IV = replace(recipe("two_conv_net"), dtype="float32")
PART_II = replace(PART_IV, optimizer_options={"lr": 3e-3}, gain=2**0.5)
WIDE = replace(PART_IV, net="two_layer_net", net_options={"hidden_dim": 4000})
MODEL_2017 = replace(recipe("model_2017"), dtype="float32")

COURSE: Mapping[str, Milestone] = {
    "two_layer_net": Milestone(
        "TwoLayerNet",
        replace(
            recipe("two_layer_net"), net_options={"hidden_dim": 200}, dtype="float32", epochs=10
        ),
        0.50,
    ),
    "best_fc": Milestone(
        "best fully connected net",
        replace(recipe("fully_connected"), dtype="float32", epochs=10, lr_decay=0.8),
        0.50,
        0.530,
    ),
    "conv_net": Milestone(
        "ThreeLayerConvNet",
        replace(recipe("three_layer_conv_net"), dtype="float32"),
        0.40,
        0.496,
        "train",
    ),
    "own_conv_net": Milestone(
        "ConvNet of one's own",
        replace(MODEL_2017, epochs=3, optimizer="adam", lr_decay=0.5, reg=1e-3),
        0.65,
    ),
    "part_ii": Milestone("part II, barebones", PART_II, 0.42, 0.477),
    "part_iii": Milestone("part III, nn.Module", PART_II, 0.45, 0.472),
    "part_iii_wide": Milestone(
        "parts II, III, hidden 4000",
        replace(WIDE, optimizer_options={"lr": 1e-2}, gain=2**0.5),
        0.40,
    ),
    "part_iv": Milestone("part IV, nn.Sequential", PART_IV, 0.55, 0.575),
    "part_iv_wide": Milestone("part IV, hidden 4000", WIDE, 0.40),
    "model_2017": Milestone("the model of 2017", MODEL_2017, 0.50),
    "part_v": Milestone("part V, open-ended", AirbenchSettings(epochs=2, tta_level=0), 0.70, 0.789),
}
"""In the order of the notebooks. Equal settings, as of parts II and III, are one training."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one training of a milestone came to.

    Args:
        reference, torch: the accuracies that the milestone is about; None of a side that does not exist.
        parted_at: the step from which rounding has parted the two losses.
        growth: by how much a step multiplies the distance of the parameters.
        seconds: of the whole training, both sides at once.
    """

    reference: float | None
    torch: float
    parted_at: int | None
    growth: float | None
    seconds: float


def begin(milestone: Milestone, seed: int, data: Dataset) -> LockStep | AirbenchTraining:
    """The milestone's training with that seed, both sides at once where there are two."""
    settings = replace(milestone.settings, seed=seed)
    if isinstance(settings, AirbenchSettings):
        train = labelled(data.train_images, data.train_labels)
        return AirbenchTraining(settings, train, labelled(data.val_images, data.val_labels))
    return LockStep(replace(settings, control=False), data)


def measure(training: LockStep | AirbenchTraining, of: Part, advance: Advance) -> Outcome:
    """Train to the end; ``advance`` is called after each of the ``total_steps``."""
    since = perf_counter()
    if isinstance(training, AirbenchTraining):
        for taken in training:
            if isinstance(taken, AirbenchStep):
                advance(f"loss {taken.loss:.3f}")
        images = training.val if of == "val" else training.train
        return Outcome(None, training.accuracy(images).plain, None, None, perf_counter() - since)
    history = History()
    for record in training.run():
        history.add(record)
        if isinstance(record, StepRecord):
            advance(f"loss {record.loss_torch:.3f}")
    last = asdict(history.epochs[-1])
    reference, twin = (last[f"{of}_accuracy_{side}"] for side in SIDES)
    return Outcome(reference, twin, history.parted_at, history.growth, perf_counter() - since)
