"""Twin of ``reference/solver.py``: PyTorch's autograd and optimizers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from torch_impl.losses.cross_entropy_loss import CrossEntropyLoss
from torch_impl.networks.chain import Chain
from torch_impl.optimizers import BY_NAME


class Batch(NamedTuple):
    """Images, their classes, and which values each dropout keeps."""

    x: Float[Tensor, "n *features"]
    target: Int[Tensor, " n"]
    masks: Mapping[str, Tensor] | None = None


class Trainer:
    """The training of a module whose parameters hold their initial values already."""

    def __init__(
        self,
        network: Chain,
        optimizer: str = "sgd",
        options: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        reg: float = 0.0,
    ) -> None:
        if optimizer not in BY_NAME:
            raise ValueError(f"no optimizer {optimizer!r}: choose from {', '.join(BY_NAME)}")
        self.network = network
        self.optimizer = BY_NAME[optimizer](network.parameters(), **(options or {}))
        self.lr_decay = lr_decay
        self.reg = reg
        self.losses: list[float] = []
        self.accuracies: list[tuple[float, float]] = []
        self.best: tuple[float, dict[str, Tensor]] = (-1.0, {})

    def loss(
        self, x: Tensor, target: Tensor, masks: Mapping[str, Tensor] | None = None
    ) -> Float[Tensor, ""]:
        """The loss of a batch, to be differentiated."""
        loss: Tensor = CrossEntropyLoss()(self.network(x, masks), target)
        if self.reg:
            for name, weight in self.network.named_parameters():
                if name.endswith(".weight") and weight.ndim > 1:
                    loss = loss + 0.5 * self.reg * weight.square().sum()
        return loss

    def step(self, x: Tensor, target: Tensor, masks: Mapping[str, Tensor] | None = None) -> float:
        """One batch: its loss, after which every parameter has moved."""
        self.network.train()
        self.optimizer.zero_grad()
        loss = self.loss(x, target, masks)
        torch.autograd.backward(loss)
        self.optimizer.step()
        self.losses.append(loss.item())
        return self.losses[-1]

    @torch.no_grad()
    def accuracy(self, batches: Iterable[Batch]) -> float:
        """The fraction of samples whose highest score is that of their class."""
        self.network.eval()
        right = count = 0
        for x, target, _ in batches:
            right += int((self.network(x).argmax(dim=1) == target).sum())
            count += len(target)
        return right / count

    def end_epoch(self, train: Iterable[Batch], val: Iterable[Batch]) -> tuple[float, float]:
        """Both accuracies; keeps the best arrays and lowers the learning rate."""
        accuracies = self.accuracy(train), self.accuracy(val)
        self.accuracies.append(accuracies)
        if accuracies[1] > self.best[0]:
            arrays = self.network.state_dict()
            self.best = accuracies[1], {name: array.clone() for name, array in arrays.items()}
        self.optimizer.param_groups[0]["lr"] *= self.lr_decay
        return accuracies

    def train(
        self,
        epochs: Iterable[Iterable[Batch]],
        train: Iterable[Batch],
        val: Iterable[Batch],
        progress: Callable[[int, float], None] = lambda *_: None,
    ) -> dict[str, Tensor]:
        """Every batch of every epoch; returns the arrays with the best validation accuracy."""
        for epoch in epochs:
            for batch in epoch:
                progress(len(self.losses), self.step(*batch))
            self.end_epoch(train, val)
        return self.best[1]

    def state(self) -> dict[str, Tensor]:
        """All that a later run needs to go on, under the keys of the reference's ``state``."""
        lr = torch.tensor(self.optimizer.param_groups[0]["lr"], dtype=torch.float64)
        kept = {**self.network.state_dict(), "lr": lr}
        for name, param in self.network.named_parameters():
            for field, value in self.optimizer.state[param].items():
                if value is not None:
                    kept[f"{field}/{name}"] = value
        kept["best"] = torch.tensor(self.best[0], dtype=torch.float64)
        return kept | {f"best/{name}": array for name, array in self.best[1].items()}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """The inverse of ``state``."""
        parts: dict[str, dict[str, Tensor]] = {}
        for key, value in kept.items():
            field, _, name = key.rpartition("/")
            parts.setdefault(field, {})[name] = value
        arrays, best = parts.pop(""), parts.pop("best", {})
        self.best = arrays.pop("best").item(), best
        self.optimizer.param_groups[0]["lr"] = arrays.pop("lr").item()
        self.network.load_state_dict(arrays, strict=True)
        for name, param in self.network.named_parameters():
            fields = {field: named[name] for field, named in parts.items() if name in named}
            if fields:
                self.optimizer.state[param] = fields
