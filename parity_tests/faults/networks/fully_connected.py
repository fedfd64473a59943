"""Wrong fully connected nets."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reference.layers.dropout import Dropout
from reference.networks.chain import Link, in_mode
from reference.networks.fully_connected import FullyConnectedNet


class FullyConnectedNormAfterReLU(FullyConnectedNet):
    """{affine, ReLU, norm}."""

    def hidden(self) -> Iterator[Link]:
        links = list(super().hidden())
        for i, link in enumerate(links[:-1]):
            if link.name.startswith(("bn", "ln")):
                links[i : i + 2] = links[i + 1], link
        yield from links


class FullyConnectedDropoutBeforeNorm(FullyConnectedNet):
    """{affine, dropout, norm, ReLU}: right without norm, since ReLU and dropout commute."""

    def hidden(self) -> Iterator[Link]:
        kinds = ("linear", "dropout", "bn", "ln", "relu")
        yield from sorted(
            super().hidden(),
            key=lambda link: (
                int(link.name[-1]),
                [link.name.startswith(kind) for kind in kinds].index(True),
            ),
        )


class FullyConnectedForgetsTheLastReLU(FullyConnectedNet):
    """A loop over the layers that ends one too early."""

    def hidden(self) -> Iterator[Link]:
        last = f"relu{len(self.hidden_dims)}"
        yield from (link for link in super().hidden() if link.name != last)


class FullyConnectedAlwaysTrains(FullyConnectedNet):
    """``training`` is handed to nobody: wrong in evaluation."""

    def forward(self, x: Any, arrays: Any) -> Any:
        return FullyConnectedNet.forward(replace(self, training=True), x, arrays)


class FullyConnectedNeverTrains(FullyConnectedNet):
    """Always as in evaluation."""

    def forward(self, x: Any, arrays: Any) -> Any:
        return FullyConnectedNet.forward(replace(self, training=False), x, arrays)


class _AlwaysDropping(Dropout):
    def forward(self, x: Any, mask: Any = None) -> Any:
        return Dropout(self.p).forward(x, mask)


class FullyConnectedDropsInEvaluation(FullyConnectedNet):
    """The norms hear of evaluation, the dropouts do not."""

    def hidden(self) -> Iterator[Link]:
        for link in super().hidden():
            drops = isinstance(link.operation, Dropout)
            yield link._replace(operation=_AlwaysDropping(self.dropout)) if drops else link


class _ScaledForwardOnly(Dropout):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy if saved.mask is None else dy * saved.mask


class FullyConnectedForgetsTheScaleInBackward(FullyConnectedNet):
    """Dropout's gradient is masked and not divided by 1 - p."""

    def hidden(self) -> Iterator[Link]:
        for link in super().hidden():
            drops = isinstance(link.operation, Dropout)
            yield link._replace(operation=_ScaledForwardOnly(self.dropout)) if drops else link


class FullyConnectedUsesTheFirstMask(FullyConnectedNet):
    """The first layer's mask for every layer of its width."""

    def forward(self, x: Any, arrays: Any) -> Any:
        first = arrays.get("dropout1.mask")
        shared = {
            name: first
            for name, array in arrays.items()
            if name.endswith(".mask") and array.shape == first.shape
        }
        return super().forward(x, {**arrays, **shared})


class FullyConnectedSharesItsNorms(FullyConnectedNet):
    """The first layer's scale and shift for every layer of its width."""

    def forward(self, x: Any, arrays: Any) -> Any:
        shared = {}
        for name, array in arrays.items():
            first = f"{name[:2]}1.{name.partition('.')[2]}"
            if name.startswith(("bn", "ln")) and arrays[first].shape == array.shape:
                shared[name] = arrays[first]
        return super().forward(x, {**arrays, **shared})


class FullyConnectedExchangesTwoBiases(FullyConnectedNet):
    """Of the first two layers, where they are of one width."""

    def forward(self, x: Any, arrays: Any) -> Any:
        first, second = arrays["linear1.bias"], arrays.get("linear2.bias")
        if second is not None and first.shape == second.shape:
            arrays = {**arrays, "linear1.bias": second, "linear2.bias": first}
        return super().forward(x, arrays)


class FullyConnectedReturnsNoStatistics(FullyConnectedNet):
    def forward(self, x: Any, arrays: Any) -> Any:
        y, _, saved = super().forward(x, arrays)
        return y, {}, saved


class FullyConnectedReturnsOldStatistics(FullyConnectedNet):
    """As they came in."""

    def forward(self, x: Any, arrays: Any) -> Any:
        y, new_state, saved = super().forward(x, arrays)
        return y, {name: arrays[name] for name in new_state}, saved


class FullyConnectedBackwardFromTheFront(FullyConnectedNet):
    """In the order of forward: right for a single layer."""

    def backward(self, saved: Any, dy: Any) -> Any:
        gradients: dict[str, Any] = {}
        for link, kept in zip(self.links(), saved, strict=True):
            dx = in_mode(link.operation, self.training).backward(kept, dy)
            dy, *parameters = dx if isinstance(dx, tuple) else (dx,)
            gradients |= dict(zip(link.names(), parameters, strict=False))
        return dy, gradients


class FullyConnectedDecaysItsGradient(FullyConnectedNet):
    """The gradient of a penalty that the output does not have."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        weight = saved[0].weight
        return dx, gradients | {"linear1.weight": gradients["linear1.weight"] + 1e-3 * weight}


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.fully_connected": (
        FullyConnectedNormAfterReLU,
        FullyConnectedDropoutBeforeNorm,
        FullyConnectedForgetsTheLastReLU,
        FullyConnectedAlwaysTrains,
        FullyConnectedNeverTrains,
        FullyConnectedDropsInEvaluation,
        FullyConnectedForgetsTheScaleInBackward,
        FullyConnectedUsesTheFirstMask,
        FullyConnectedSharesItsNorms,
        FullyConnectedExchangesTwoBiases,
        FullyConnectedReturnsNoStatistics,
        FullyConnectedReturnsOldStatistics,
        FullyConnectedBackwardFromTheFront,
        FullyConnectedDecaysItsGradient,
    ),
}
