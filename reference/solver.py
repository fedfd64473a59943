"""Minibatch training of a network; twin: ``torch_impl/trainer.py``."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.networks.chain import Arrays, Chain
from reference.optimizers import BY_NAME

BLOCK = 2**15
"""So many entries are updated at a time: the terms of the rule stay in the processor's cache."""


class Batch(NamedTuple):
    """Images, their classes, and which values each dropout keeps."""

    x: Float[Array, "n *features"]
    target: Int[Array, " n"]
    masks: Arrays | None = None


def draw_order(rng: np.random.Generator, count: int, batch_size: int) -> list[Int[Array, " b"]]:
    """One epoch: the samples in random order, each once, cut into batches.

    A rest smaller than a batch waits for another epoch's draw, unless it is all there is.
    The course draws every batch anew, with replacement, which leaves out more than a third.

    >>> [batch.tolist() for batch in draw_order(np.random.default_rng(0), 7, batch_size=3)]
    [[2, 4, 3], [6, 5, 0]]
    """
    order = rng.permutation(count)
    if count < batch_size:
        return [order]
    return np.split(order[: count - count % batch_size], count // batch_size)


def updated(optimizer: Any, param: Array, gradient: Array, state: Any) -> tuple[Array, Any]:
    """``optimizer.update``, some rows at a time: what a rule does to an entry depends on no other.

    >>> from reference.optimizers import BY_NAME
    >>> sgd, w = BY_NAME["sgd"](lr=0.5), np.array([1.0, 2.0])
    >>> updated(sgd, w, np.array([2.0, 2.0]), sgd.init(w))[0]
    array([0., 1.])
    """
    rows = max(1, BLOCK // math.prod(param.shape[1:]))
    moved, arrays = np.empty_like(param), dict[str, Array]()
    for start in range(0, len(param), rows):
        block = slice(start, start + rows)
        before = state._make(x[block] if isinstance(x, np.ndarray) else x for x in state)
        moved[block], after = optimizer.update(param[block], gradient[block], before)
        for field, value in after._asdict().items():
            if isinstance(value, np.ndarray):
                if field not in arrays:
                    arrays[field] = np.empty_like(param)
                arrays[field][block] = value
    return moved, after._replace(**arrays)


class Solver:
    """w = optimizer(w, dL/dw), batch by batch; L = mean cross-entropy + reg/2 · sum of W².

    W runs over the weights of affine maps and convolutions. After every epoch the learning rate
    is multiplied by ``lr_decay``, and ``best`` holds the arrays with the best validation accuracy.

    CS231n says ``update_rule`` and ``optim_config`` for ``optimizer`` and ``options``. PyTorch's
    ``weight_decay`` would act on the biases too and not show in the loss: on both sides reg is
    a term of the loss instead.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, sections 7.1.1 and 8.1.3.

    >>> from reference.networks import TwoLayerNet
    >>> network = TwoLayerNet(input_dim=2, hidden_dim=3, num_classes=2)
    >>> solver = Solver(network, network.init(np.random.default_rng(0)), options={"lr": 0.5})
    >>> x, target = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    >>> round(solver.step(x, target), 4), solver.step(x, target) < solver.losses[0]
    (0.6931, True)
    """

    def __init__(
        self,
        network: Chain,
        arrays: Arrays,
        optimizer: str = "sgd",
        options: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        reg: float = 0.0,
    ) -> None:
        if optimizer not in BY_NAME:
            raise ValueError(f"no optimizer {optimizer!r}: choose from {', '.join(BY_NAME)}")
        self.network = network
        self.arrays = dict(arrays)
        self.optimizer = BY_NAME[optimizer](**(options or {}))
        self.states: dict[str, Any] = {}
        self.lr_decay = lr_decay
        self.reg = reg
        self.losses: list[float] = []
        self.accuracies: list[tuple[float, float]] = []
        self.best: tuple[float, dict[str, Array]] = (-1.0, {})

    def loss(
        self, x: Array, target: Array, masks: Arrays | None = None
    ) -> tuple[Float[Array, ""], dict[str, Array], dict[str, Array]]:
        """The loss of a batch, its gradients, and the running statistics after it."""
        criterion = CrossEntropyLoss()
        y, new_state, saved = self.network.forward(x, {**self.arrays, **(masks or {})})
        loss, kept = criterion.forward(y, target)
        gradients = self.network.gradients(saved, criterion.backward(kept, np.ones_like(loss)))
        if self.reg:
            for name in self.network.decayed:
                weight = self.arrays[name]
                loss = loss + 0.5 * self.reg * np.vdot(weight, weight)
                gradients[name] = gradients[name] + self.reg * weight
        return loss, gradients, new_state

    def step(self, x: Array, target: Array, masks: Arrays | None = None) -> float:
        """One batch: its loss, after which every parameter has moved."""
        loss, gradients, new_state = self.loss(x, target, masks)
        for name, gradient in gradients.items():
            param = self.arrays[name]
            state = self.states[name] if name in self.states else self.optimizer.init(param)
            self.arrays[name], self.states[name] = updated(self.optimizer, param, gradient, state)
        self.arrays |= new_state
        self.losses.append(float(loss))
        return self.losses[-1]

    def accuracy(self, batches: Iterable[Batch]) -> float:
        """The fraction of samples whose highest score is that of their class."""
        network, right, count = replace(self.network, training=False), 0, 0
        for x, target, _ in batches:
            y, _, _ = network.forward(x, self.arrays)
            right += int((y.argmax(axis=1) == target).sum())
            count += len(target)
        return right / count

    def end_epoch(self, train: Iterable[Batch], val: Iterable[Batch]) -> tuple[float, float]:
        """Both accuracies; keeps the best arrays and lowers the learning rate."""
        accuracies = self.accuracy(train), self.accuracy(val)
        self.accuracies.append(accuracies)
        if accuracies[1] > self.best[0]:
            self.best = accuracies[1], dict(self.arrays)
        self.optimizer = replace(self.optimizer, lr=self.optimizer.lr * self.lr_decay)
        return accuracies

    def train(
        self,
        epochs: Iterable[Iterable[Batch]],
        train: Iterable[Batch],
        val: Iterable[Batch],
        progress: Callable[[int, float], None] = lambda *_: None,
    ) -> dict[str, Array]:
        """Every batch of every epoch; returns the arrays with the best validation accuracy."""
        for epoch in epochs:
            for batch in epoch:
                progress(len(self.losses), self.step(*batch))
            self.end_epoch(train, val)
        return self.best[1]

    def state(self) -> dict[str, Array]:
        """All that a later run needs to go on, under the keys of PyTorch's two ``state_dict``s."""
        kept = {**self.arrays, "lr": np.array(self.optimizer.lr)}
        for name, state in self.states.items():
            for field, value in state._asdict().items():
                if value is not None:
                    kept[f"{field}/{name}"] = np.asarray(value)
        kept["best"] = np.array(self.best[0])
        return kept | {f"best/{name}": array for name, array in self.best[1].items()}

    def restore(self, kept: Arrays) -> None:
        """The inverse of ``state``."""
        parts: dict[str, dict[str, Any]] = {}
        for key, value in kept.items():
            field, _, name = key.rpartition("/")
            parts.setdefault(field, {})[name] = int(value) if field == "step" else value
        arrays, best = parts.pop(""), parts.pop("best", {})
        self.best = float(arrays.pop("best")), best
        self.optimizer = replace(self.optimizer, lr=float(arrays.pop("lr")))
        self.arrays = arrays
        for name, array in arrays.items():
            fields = {field: named[name] for field, named in parts.items() if name in named}
            if fields:
                self.states[name] = type(self.optimizer.init(array))(**fields)
