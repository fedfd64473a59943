"""What moves the weights: one optimizer the filters of the convolutions, SGD all the rest.

Every group of weights has a learning rate of its own, ``initial_lr``, of which a step takes the share that
the schedule says, and a weight decay λ for one image. With n images in a batch a step is, apart from momentum,

    w ← (1 - share · n λ) w - share · initial_lr · direction.

PyTorch multiplies its ``weight_decay`` by the learning rate of the step, so it is given n λ / initial_lr: rate
and decay can be chosen apart. Muon's weights have a fixed length, and no decay.

Processes that sum their gradients take equal steps, since a step depends on the gradient and the state alone.

Source: SGD with Nesterov's momentum and these groups, cifar10-airbench (Jordan 2024, ``airbench94.py``); AdamW,
Loshchilov and Hutter 2019, *Decoupled Weight Decay Regularization*, algorithm 2; Muon in ``muon.py``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torch_impl.airbench.muon import Muon
from torch_impl.airbench.schedule import share
from torch_impl.airbench.settings import AirbenchSettings


class Optimizers:
    """Both as one, with their rates and their state."""

    def __init__(
        self,
        network: nn.Module,
        settings: AirbenchSettings,
        batch_size: int,
        steps_in_an_epoch: int,
    ) -> None:
        self.schedule, self.named = settings.schedule, dict(network.named_parameters())
        decay = settings.weight_decay * batch_size
        steps = settings.epochs * steps_in_an_epoch
        whiten_steps = min(settings.whiten_bias_epochs * steps_in_an_epoch, steps)

        def group(params: Sequence[Tensor], lr: float, last: int = steps) -> dict[str, Any]:
            return {"params": params, "initial_lr": lr, "weight_decay": decay / lr, "steps": last}

        weights = [value for value in self.named.values() if value.ndim == 4]
        biases = [value for name, value in self.named.items() if "norm" in name]
        filters = group(weights, settings.rate)
        rest = [
            group([self.named["whiten.bias"]], settings.bias_lr, whiten_steps),
            group(biases, settings.bias_lr),
            group([self.named["head.weight"]], settings.head_lr),
        ]
        self.of_filters = _of_filters(settings, filters)
        self.of_rest = _sgd(settings, rest)

    def set_rates(self, step: int) -> float:
        """All learning rates of this step; returns that of the filters. What will not move needs no gradient."""
        for group in self.of_filters.param_groups + self.of_rest.param_groups:
            group["lr"] = group["initial_lr"] * share(self.schedule, step, group["steps"])
            for parameter in group["params"]:
                parameter.requires_grad_(group["lr"] > 0)
        rate: float = self.of_filters.param_groups[0]["lr"]
        return rate

    def step(self) -> None:
        """Move all weights that have a gradient, and forget the gradients."""
        for optimizer in (self.of_filters, self.of_rest):
            optimizer.step()
            optimizer.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """What PyTorch keeps of every parameter, not copied, by names as ``exp_avg/group1.conv1.weight``."""
        return {
            f"{key}/{name}": value
            for name, parameter in self.named.items()
            for key, value in self._owner(parameter).state.get(parameter, {}).items()
        }

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """The inverse of ``state``, with copies in the layout and on the device of the parameters."""
        self.of_filters.state.clear()
        self.of_rest.state.clear()
        for full_name, value in kept.items():
            key, _, name = full_name.partition("/")
            parameter = self.named[name]
            copy = torch.zeros_like(parameter).copy_(value) if value.ndim else value.clone()
            self._owner(parameter).state[parameter][key] = copy

    def _owner(self, parameter: Tensor) -> torch.optim.Optimizer:
        return self.of_filters if parameter.ndim == 4 else self.of_rest


def _of_filters(settings: AirbenchSettings, group: dict[str, Any]) -> torch.optim.Optimizer:
    if settings.optimizer == "muon":
        return Muon([group], momentum=settings.muon_momentum)
    if settings.optimizer == "adamw":
        return torch.optim.AdamW([group])
    return _sgd(settings, [group])


def _sgd(settings: AirbenchSettings, groups: list[dict[str, Any]]) -> torch.optim.SGD:
    momentum = settings.sgd_momentum
    return torch.optim.SGD(groups, momentum=momentum, nesterov=momentum > 0)
