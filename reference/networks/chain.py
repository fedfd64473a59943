"""Operations in a row, forward and backward; twin: ``torch_impl/networks/chain.py``."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from inspect import Parameter, signature
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

Arrays: TypeAlias = Mapping[str, Array]
Saved: TypeAlias = tuple[Any, ...]
"""What backward needs: one entry per operation, as its own forward left it."""

BATCH = "n"
"""Stands in a shape for the size of the batch, which only a dropout mask depends on."""

BEGINNINGS = {"running_mean": 0, "running_var": 1, "num_batches_tracked": 0, "weight": 1, "bias": 0}
"""What an array holds before training, unless it is drawn."""


@cache
def arguments(forward: Callable[..., Any]) -> tuple[Parameter, ...]:
    """What a class's forward takes after self and x."""
    return tuple(signature(forward).parameters.values())[2:]


class Link(NamedTuple):
    """One operation of a chain, with its name and the shapes of the arrays it reads."""

    name: str
    operation: Any
    shapes: Mapping[str, tuple[int | str, ...]] = {}

    def names(self) -> list[str]:
        """The names in the chain of what the operation's forward takes after x, in its order."""
        return [f"{self.name}.{argument.name}" for argument in self.arguments()]

    def arguments(self) -> tuple[Parameter, ...]:
        return arguments(type(self.operation).forward)

    def values(self, arrays: Arrays) -> Iterator[Array | None]:
        """Those arrays; an optional one that is absent is None."""
        for argument, name in zip(self.arguments(), self.names(), strict=True):
            optional = argument.default is None
            yield arrays.get(name) if optional else arrays[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """y = f_k(… f_2(f_1(x))), and by the chain rule dx = J_1^T(J_2^T(… J_k^T dy)).

    A network is a frozen dataclass of hyper-parameters whose ``links`` says which operations
    it is made of. It holds no arrays: all come in one dict, with the keys of the twin's
    ``state_dict`` (``conv1.weight``, ``bn1.running_mean``) and ``<layer>.mask`` for dropout.
    ``training`` is handed to every operation that has such a field.
    Source: Rumelhart, Hinton and Williams 1986, *Learning representations by
    back-propagating errors*, Nature 323, equations 4 to 7.

    >>> from reference.networks.sandwich import LinearReLU
    >>> network = LinearReLU(d_in=2, d_out=1)
    >>> network.shapes(n=1)
    {'linear.weight': (1, 2), 'linear.bias': (1,)}
    >>> arrays = {"linear.weight": np.array([[3.0, 4.0]]), "linear.bias": np.array([5.0])}
    >>> y, new_state, saved = network.forward(np.array([[1.0, 2.0]]), arrays)
    >>> y, new_state
    (array([[16.]]), {})
    >>> dx, gradients = network.backward(saved, np.array([[10.0]]))
    >>> dx, gradients["linear.weight"]
    (array([[30., 40.]]), array([[10., 20.]]))
    """

    training: bool = True

    @abstractmethod
    def links(self) -> tuple[Link, ...]:
        """The operations, first to last."""

    def shapes(self, n: int) -> dict[str, tuple[int, ...]]:
        """The shape of every array that forward reads, for a batch of n."""
        return {
            f"{link.name}.{argument}": tuple(n if axis == BATCH else int(axis) for axis in shape)
            for link in self.links()
            for argument, shape in link.shapes.items()
        }

    def forward(
        self, x: Float[Array, "n *features"], arrays: Arrays
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], Saved]:
        """y, the running statistics after this batch, and what backward needs."""
        new_state: dict[str, Array] = {}
        saved = []
        for link in self.links():
            x, *state, kept = in_mode(link.operation, self.training).forward(
                x, *link.values(arrays)
            )
            saved.append(kept)
            names = link.names()
            new_state |= zip(names[len(names) - len(state) :], state, strict=True)
        return x, new_state, tuple(saved)

    def backward(
        self, saved: Saved, dy: Float[Array, "n d_out"]
    ) -> tuple[Float[Array, "n *features"], dict[str, Array]]:
        """The gradient by x, and a dict of those by the parameters, under the parameters' names."""
        return self._back(self.links(), saved, dy)

    def gradients(self, saved: Saved, dy: Float[Array, "n d_out"]) -> dict[str, Array]:
        """Those of ``backward`` by the parameters; what would reach the images is not computed."""
        first, *others = self.links()
        dy, gradients = self._back(others, saved[1:], dy)
        return gradients | _named(first, first.operation.parameter_gradients(saved[0], dy))

    def _back(
        self, links: Sequence[Link], saved: Saved, dy: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Through these links, the last one first: what reaches the input, and the parameters' gradients."""
        gradients: dict[str, Array] = {}
        for link, kept in zip(reversed(links), reversed(saved), strict=True):
            dx = in_mode(link.operation, self.training).backward(kept, dy)
            dy, *parameters = dx if isinstance(dx, tuple) else (dx,)
            gradients |= _named(link, parameters)
        return dy, gradients

    def init(
        self,
        rng: np.random.Generator,
        weight_scale: float | None = 1e-3,
        dtype: Any = np.float64,
        gain: float = 2**0.5,
    ) -> dict[str, Array]:
        """Parameters and running statistics before training.

        The weights of affine maps and convolutions are normal with deviation ``weight_scale``,
        drawn layer by layer as in the course and in float64 for every dtype; biases are 0. Without a
        ``weight_scale`` it is gain / sqrt(fan-in), whose sqrt(2) keeps the deviation of what ReLU lets through;
        PyTorch's layers begin with that of gain sqrt(1/3).
        Source: He and others 2015, *Delving deep into rectifiers*, equation 10.
        """
        arrays = {}
        for name, shape in self.shapes(n=0).items():
            argument = name.rpartition(".")[2]
            if name in self.decayed:
                scale = gain / prod(shape[1:]) ** 0.5 if weight_scale is None else weight_scale
                arrays[name] = (scale * rng.standard_normal(shape)).astype(dtype)
            elif argument in BEGINNINGS:
                kind = np.int64 if argument == "num_batches_tracked" else dtype
                arrays[name] = np.full(shape, BEGINNINGS[argument], kind)
        return arrays

    def draw_masks(self, rng: np.random.Generator, n: int) -> dict[str, Array]:
        """For every dropout, which values of a batch of n it keeps."""
        drawn = {}
        for link in self.links():
            if "mask" in link.shapes:
                _, *features = link.shapes["mask"]
                drawn[f"{link.name}.mask"] = link.operation.draw_mask(rng, (n, *features))
        return drawn

    @property
    def decayed(self) -> list[str]:
        """The parameters that L2 regularisation acts on: the weights with more than one axis."""
        return [
            name
            for name, shape in self.shapes(n=0).items()
            if name.endswith(".weight") and len(shape) > 1
        ]


def _named(link: Link, parameters: Sequence[Array | None]) -> dict[str, Array]:
    """The gradients of a link's parameters by their names in the chain; None of a bias that is not there."""
    named = zip(link.names(), parameters, strict=False)
    return {name: gradient for name, gradient in named if gradient is not None}


def in_mode(operation: Any, training: bool) -> Any:
    """The operation, for training or for evaluation where that makes a difference."""
    return replace(operation, training=training) if hasattr(operation, "training") else operation
