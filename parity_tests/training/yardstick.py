"""How far two right trainings can part by rounding alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from parity_tests.training.handover import Arrays, TorchSide
from reference.networks.chain import Chain

ROOM = 8
"""Rounding that was found to be more than the control's may grow by this factor before it is looked into again."""


def count_terms(network: Chain, n: int) -> int:
    """The terms of all sums on the way from an image to the loss of a batch of n.

    A dot product of k terms is off by at most k·u·(sum of |terms|), u being the unit roundoff,
    and the relative errors of layers in a row add up to first order (Higham 2002, *Accuracy and
    Stability of Numerical Algorithms*, equation 3.5 and lemma 3.1). Each affine map or
    convolution sums its fan-in, softmax the classes, the loss the batch.

    >>> from reference.networks import TwoLayerNet
    >>> count_terms(TwoLayerNet(input_dim=4, hidden_dim=3, num_classes=2), n=5)
    14
    """
    weights = [network.shapes(n)[name] for name in network.decayed]
    return sum(math.prod(shape[1:]) for shape in weights) + weights[-1][0] + n


class Control(TorchSide):
    """PyTorch's training once more, the output of every layer with weights off by one last place.

    The factor 1 ± 2u acts on the way back too, on the gradient. So this run has the rounding
    errors of another, equally right implementation, and its distance from PyTorch's own shows
    what this training makes of such errors. The directions are drawn once for each layer.
    Source: Parker, Pierce and Eggert 2000, *Monte Carlo arithmetic*, doi:10.1109/5992.852391.
    """

    def __init__(self, trainer: Any, seed: int = 0) -> None:
        super().__init__(trainer)
        self.generator = torch.Generator().manual_seed(seed)
        self.factors: dict[tuple[nn.Module, torch.Size], Tensor] = {}
        for layer in trainer.network.children():
            if any(True for _ in layer.parameters()):
                layer.register_forward_hook(self.disturb)

    def disturb(self, layer: nn.Module, _inputs: Any, y: Tensor) -> Tensor:
        """A forward hook: what a layer returns takes the place of y."""
        if not layer.training:
            return y
        key = layer, y.shape
        if key not in self.factors:
            signs = torch.randint(0, 2, y.shape, generator=self.generator).to(y.dtype) * 2 - 1
            self.factors[key] = 1 + torch.finfo(y.dtype).eps * signs
        return y * self.factors[key]

    def end_epoch(self, _train: Any, val: Any) -> tuple[float, float]:
        """The learning rate falls; nobody asks for these accuracies, so one batch will do."""
        return super().end_epoch(val[:1], val[:1])


@dataclass(slots=True)
class Yardstick:
    """What is allowed at a step, from the unit roundoff, the network and the control.

    One forward explains a difference between the losses of ``rounding`` = u·terms·|L|, with the
    largest |L| so far. Over many steps no bound in closed form is of use: training amplifies
    rounding by a factor that depends on the trajectory. That factor is measured. The control
    makes errors of one unit where a sum of k terms can make k, therefore

        allowed = terms · (u·|L| + largest |L_control - L_torch| so far) + 2 · sum of |g|·|w - w_torch|.

    The last term is what the parameters' own distance before the step makes of the loss: its first
    order along the gradient g, twice for what the second order adds. It matters where the two
    sides part before the control does. The first term holds for every array too, with its largest
    entry in place of |L|, and judges those distances themselves. Parameters share the
    growth of whichever is furthest off: an optimizer moves all of them by steps of one size, and
    which of them meets a gradient whose sign is rounding is chance. What is beyond this is not
    rounding: one side computes something else. In float32 the control itself is soon as far off
    as the loss is large; from there on nothing is claimed. What cancels inside an operation the
    control does not see: ``pieces.py`` looks into a step before it is called a divergence.

    In float64 differences grow in jumps. L2 shrinks the weights of a dead unit until rounding is
    a part of them that counts; when the unit comes to life, Adam, which divides a gradient by its
    own size, makes a whole step of the tiny gradient that they let through, rounding included.
    """

    dtype: str
    terms: int
    largest_loss: float = 0.0
    growth: dict[str, float] = field(default_factory=dict)

    def rounding(self) -> float:
        """What the rounding of one forward can do to the loss."""
        return self.terms * self.unit * self.largest_loss

    @property
    def unit(self) -> float:
        """The unit roundoff u."""
        return float(np.finfo(self.dtype).eps) / 2

    def allow_loss(
        self, torch_loss: float, control_loss: float | None, carried: float
    ) -> float | None:
        """The difference allowed between the losses of this step.

        ``carried`` is the sum of |g|·|w - w_torch| over all parameters, before the step.
        """
        self.largest_loss = max(self.largest_loss, abs(torch_loss))
        if control_loss is None:
            return None
        growth = self.grow("loss", abs(control_loss - torch_loss))
        return self.rounding() + self.terms * growth + 2 * carried

    def find_beyond(
        self, distances: Mapping[str, float], arrays: Arrays, control: Arrays
    ) -> str | None:
        """The array that is furthest beyond what it is allowed, if there is one."""
        growth: dict[str, float] = {}
        for name in distances:
            kind = kind_of(name)
            growth[kind] = self.grow(kind, apart(arrays[name], control[name]))
        worst, name_of_worst = 1.0, None
        for name, distance in distances.items():
            allowed = self.terms * (self.unit * largest(arrays[name]) + growth[kind_of(name)])
            if not distance <= worst * allowed:
                worst, name_of_worst = distance / allowed if allowed else math.inf, name
        return name_of_worst

    def widen(self, loss_difference: float, distances: Mapping[str, float]) -> None:
        """Allow ``ROOM`` times these differences from now on."""
        self.grow("loss", ROOM * loss_difference / self.terms)
        for name, distance in distances.items():
            self.grow(kind_of(name), ROOM * distance / self.terms)

    def grow(self, name: str, distance: float) -> float:
        """The largest distance of the control so far."""
        self.growth[name] = max(self.growth.get(name, 0.0), distance)
        return self.growth[name]


def kind_of(name: str) -> str:
    """Whose growth counts for an array: all parameters together, each running statistic alone.

    >>> kind_of("linear2.bias"), kind_of("bn1.running_var")
    ('parameters', 'bn1.running_var')
    """
    return "parameters" if name.endswith((".weight", ".bias")) else name


def apart(a: Any, b: Any) -> float:
    """The largest |a - b|; nan where either is.

    >>> apart(np.array([1.0, 5.0]), np.array([2.0, 2.0]))
    3.0
    """
    distance = distance_of(a, b)
    return float(distance.max()) if distance.numel() else 0.0


def distance_of(a: Any, b: Any) -> Tensor:
    """|a - b|, entry by entry."""
    return (torch.from_numpy(np.asarray(a)) - torch.from_numpy(np.asarray(b))).abs()


def in_ulps(distance: float, a: Any) -> float:
    """A distance in units of the last place of the largest |a|.

    >>> in_ulps(2.0**-51, np.array([1.0, 0.5]))
    2.0
    """
    whole = np.dtype(a.dtype).kind != "f"
    return distance / (1.0 if whole else float(np.spacing(a.dtype.type(largest(a)))))


def all_in_ulps(distances: Mapping[str, float], arrays: Arrays) -> dict[str, float]:
    """The distance of each array in units of its own last place."""
    return {name: in_ulps(distance, arrays[name]) for name, distance in distances.items()}


def largest(a: Any) -> float:
    """The largest |a|."""
    return apart(a, np.zeros((), a.dtype))
