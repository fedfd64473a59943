"""Training as the course's Solver does it, step by step, on a model whose scores are x W1 + b1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n.layers import Affine
from parity_tests.homework.courses.cs231n.losses import SoftmaxLoss
from parity_tests.homework.courses.cs231n.networks import Arrays, Shapes
from reference import cs231n

RULES = {
    "sgd": cs231n.sgd,
    "sgd_momentum": cs231n.sgd_momentum,
    "rmsprop": cs231n.rmsprop,
    "adam": cs231n.adam,
}
CHECKED_IN = 2
"""Samples in a batch of the accuracy that is asked for at the end: the last batch may be smaller."""
PARAMETERS = ("W1", "b1")
Params = dict[str, Any]
Configs = dict[str, dict[str, Any]]


class Sets(NamedTuple):
    """The samples and labels to train on, and those to validate with."""

    x: Array
    y: Array
    x_val: Array
    y_val: Array


@dataclass(frozen=True, slots=True)
class Training:
    """What ``Solver.train`` leaves behind: the losses, the accuracies, the best parameters.

    Each batch is the submission's own draw: a row of ``picks`` has the numbers of its samples.
    The methods are what a mistake changes.

    Args:
        features: the shape of a sample.
        labels: of all samples.
        num_train: so many samples are trained on; the others are validated with.
        rule: the name of the update rule.
        learning_rate: in ``optim_config``; the rule's own default if it is None.
    """

    features: tuple[int, ...]
    num_classes: int
    labels: tuple[int, ...]
    num_train: int
    rule: str
    learning_rate: float | None
    lr_decay: float
    batch_size: int
    num_epochs: int

    def shapes(self, n: int) -> Shapes:
        """Of the parameters, and of the picks."""
        weights = {"W1": (int(np.prod(self.features)), self.num_classes), "b1": (self.num_classes,)}
        return {**weights, "picks": (self.steps(), self.batch_size)}

    def sets(self, x: Array) -> Sets:
        """In each of the two one more sample stands with every label, so that no accuracy is 0."""
        labels, every = np.array(self.labels, dtype=np.int64), np.arange(self.num_classes)
        rows = [*range(self.num_train), *(0 for _ in every)]
        others = [*range(self.num_train, len(x)), *(len(x) - 1 for _ in every)]
        y, y_val = (np.append(part, every) for part in np.split(labels, [self.num_train]))
        return Sets(x[rows], y, x[others], y_val)

    def steps_of_epoch(self) -> int:
        return max((self.num_train + self.num_classes) // self.batch_size, 1)

    def steps(self) -> int:
        return self.num_epochs * self.steps_of_epoch()

    def ends_epoch(self, t: int) -> bool:
        return (t + 1) % self.steps_of_epoch() == 0

    def decays(self, t: int) -> bool:
        """Whether the learning rate decays after step t."""
        return self.ends_epoch(t)

    def is_checked(self, t: int) -> bool:
        """Whether accuracies are taken after step t: the first, the last, and the last of each epoch."""
        return t in (0, self.steps() - 1) or self.ends_epoch(t)

    def is_better(self, accuracy: float, best: float) -> bool:
        return accuracy > best

    def kept(self, best: Params, last: Params) -> Params:
        """What is left of the best parameters after the last step."""
        return best

    def fresh(self) -> Configs:
        """The configuration of each parameter."""
        given = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        return {name: dict(given) for name in PARAMETERS}

    def updated(self, params: Params, grads: Params, configs: Configs) -> tuple[Params, Configs]:
        """After a step of the update rule."""
        found, after = {}, {}
        for name, w in params.items():
            found[name], after[name] = RULES[self.rule](w, grads[name], configs[name])
        return found, after

    def decayed(self, configs: Configs) -> Configs:
        return {
            name: config | {"learning_rate": config["learning_rate"] * self.lr_decay}
            for name, config in configs.items()
        }

    def accuracies(self, params: Params, sets: Sets) -> tuple[float, float]:
        """Of training, of validation."""
        return (
            self.accuracy(params, sets.x, sets.y),
            self.accuracy(params, sets.x_val, sets.y_val),
        )

    def accuracy(self, params: Params, x: Array, y: Array, batch_size: int = 100) -> float:
        """The share of samples whose label has the largest score."""
        return float(np.mean(np.argmax(scores(params, x)[0], axis=1) == y))

    def forward(self, x: Array, arrays: Arrays) -> tuple[Any, dict[str, Any], None]:
        if len(x) != len(self.labels):
            raise ValueError(f"{len(self.labels)} labels for {len(x)} samples")
        sets, configs = self.sets(x), self.fresh()
        params: Params = {name: arrays[name] for name in PARAMETERS}
        losses, checked, best, sizes = [], [], (0.0, params), []
        for t in range(self.steps()):
            pick = arrays["picks"][t]
            pick = pick[pick >= 0]  # a batch may be too small
            loss, grads = loss_of(params, sets.x[pick], sets.y[pick])
            params, configs = self.updated(params, grads, configs)
            losses.append(loss)
            sizes.append(self.batch_size)
            configs = self.decayed(configs) if self.decays(t) else configs
            if self.is_checked(t):
                checked.append(self.accuracies(params, sets))
                better = self.is_better(checked[-1][1], best[0])
                best = (checked[-1][1], params) if better else best
        return np.stack(losses), self._left(sets, params, best[1], checked, sizes), None

    def _left(
        self, sets: Sets, last: Params, best: Params, checked: list[Any], sizes: list[int]
    ) -> dict[str, Any]:
        train, val = zip(*checked, strict=True)
        kept = self.kept(best, last)
        return {
            "batch sizes": np.array(sizes),
            "train_acc_history": np.array(train),
            "val_acc_history": np.array(val),
            **{f"best {name}": kept[name] for name in PARAMETERS},
            **{f"{name} after training": kept[name] for name in PARAMETERS},
            "accuracy": np.array(self.accuracy(kept, sets.x_val, sets.y_val, CHECKED_IN)),
        }

    def backward(self, saved: None, dy: Array) -> tuple[Array, dict[str, Array]]:
        """Training has no gradient."""
        return dy, {}


def scores(params: Mapping[str, Any], x: Any) -> Any:
    """The scores of the model, and what backward needs."""
    return Affine().forward(x, params["W1"], params["b1"])


def loss_of(params: Mapping[str, Any], x: Any, y: Any) -> tuple[Any, Params]:
    """The loss of the model on a batch, and its gradients."""
    out, saved = scores(params, x)
    loss, kept = SoftmaxLoss().forward(out, y)
    _, *grads = Affine().backward(saved, SoftmaxLoss().backward(kept, np.ones_like(loss)))
    return loss, dict(zip(PARAMETERS, grads, strict=True))
