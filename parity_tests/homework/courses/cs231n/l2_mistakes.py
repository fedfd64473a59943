"""What goes wrong in the L2 of a network: its factors, its power, and the parameters that it acts on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n.networks import Arrays, Network
from parity_tests.homework.task import Mistake

Chosen = Callable[[list[str]], list[str]]


def made(truth: type[Network], name: str, **methods: Any) -> type[Network]:
    """The network with other methods."""
    return type(f"{truth.__name__}{name}", (truth,), methods)


def _l2(
    truth: type[Network],
    loss: float = 0.5,
    gradient: float = 1.0,
    power: int = 2,
    of_loss: Chosen = lambda names: names,
    of_gradient: Chosen | None = None,
    words: tuple[str, ...] = ("W",),
    by_batch: bool = False,
    summed: bool = False,
) -> type[Network]:
    """The network with other factors in its L2, another power, other arrays, or divided by the batch."""

    def chosen(arrays: Arrays, choose: Chosen) -> list[str]:
        return choose([name for name in arrays if name.rstrip("0123456789") in words])

    def penalty(self: Network, arrays: Arrays) -> Any:
        share = loss * self.reg / (len(self.labels) if by_batch else 1)
        return sum(share * (arrays[n] ** power).sum() for n in chosen(arrays, of_loss))

    def decay(self: Network, name: str, arrays: Arrays) -> Any:
        within = name in chosen(arrays, of_gradient or of_loss)
        w = arrays[name].sum() if summed else arrays[name]
        return gradient * self.reg * w if within else 0

    return made(truth, "WithOtherL2", penalty=penalty, decay=decay)


def of_l2(truth: type[Network]) -> Iterator[Mistake]:
    """The mistakes of its L2."""
    for name, hint, explanation, spoiled in _L2:
        for arguments in spoiled:
            yield Mistake(name, _l2(truth, **arguments), hint, explanation)
    yield replace(_L2_BY_BATCH, truth=_l2(truth, by_batch=True))
    yield replace(_L2_BUT_WITH_NORM, truth=_but_with_norm(truth))
    yield replace(_L2_OF_GRADIENTS, truth=_of_gradients(truth))


def _but_with_norm(truth: type[Network]) -> type[Network]:
    """The branch with a normalization forgets it, the last layer stands outside of both."""

    def decay(self: Network, name: str, arrays: Arrays) -> Any:
        last = max(n for n in arrays if n.startswith("W"))
        forgotten = getattr(self, "normalization", None) is not None and name != last
        return 0 if forgotten else truth.decay(self, name, arrays)

    return made(truth, "WithL2ButWithNorm", decay=decay)


def _of_gradients(truth: type[Network]) -> type[Network]:
    """Those of the data loss: reg W is added to them afterwards."""

    def forward(self: Network, x: Array, arrays: Arrays) -> tuple[Array, dict[str, Array], Any]:
        loss, others, saved = truth.forward(self, x, arrays)
        _, gradients = truth.backward(self, saved, np.ones(()))
        weights = [name for name in gradients if name.startswith("W")]
        of_data = [gradients[name] - self.decay(name, arrays) for name in weights]
        squares = sum(0.5 * self.reg * (g * g).sum() for g in of_data)
        loss = loss - self.penalty(arrays) + squares
        return loss, {**others, "loss after testing": loss}, saved

    return made(truth, "WithL2OfGradients", forward=forward)


def _one_for_all(number: int) -> Chosen:
    """One of the names, as often as there are names."""
    return lambda names: [names[number]] * len(names)


def _none(names: list[str]) -> list[str]:
    return []


def _weights_of(names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("W")]


def _all(names: list[str]) -> list[str]:
    return names


_HALF = "The derivative of 0.5 reg W² is reg W: the factor 0.5 is there so that no 2 is left in the gradient."
_WHICH = "The loss adds 0.5 reg times the sum of all squared weights, over every layer's W and over nothing else; "
_WHICH += "the gradient of each W gets reg W."
_L2: tuple[tuple[str, str, str, tuple[dict[str, Any], ...]], ...] = (
    (
        "L2 without its factor 0.5",
        "What is the derivative of your penalty by W, and is it what you add to dW?",
        _HALF,
        ({"loss": 1.0}, {"loss": 1.0, "gradient": 2.0}),
    ),
    (
        "L2 without its factor 0.5 in the loss, and with it in the gradient",
        "What is the derivative of your penalty by W, and is it what you add to dW?",
        _HALF,
        ({"loss": 1.0, "gradient": 0.5},),
    ),
    (
        "L2 with a wrong factor in the gradient",
        "What is the derivative of your penalty by W?",
        _HALF,
        ({"gradient": 2.0}, {"gradient": 0.5}),
    ),
    (
        "L2 is missing from the gradient",
        "The penalty depends on W. Where does dW say so?",
        _HALF,
        ({"gradient": 0.0}, {"loss": 1.0, "gradient": 0.0}),
    ),
    (
        "L2 is missing from the loss",
        "By which loss is your gradient the derivative?",
        _WHICH,
        ({"loss": 0.0}, {"loss": 0.0, "gradient": 2.0}),
    ),
    (
        "L2 is missing",
        "Where does reg enter?",
        _WHICH,
        ({"loss": 0.0, "gradient": 0.0},),
    ),
    (
        "L2 leaves out the last layer",
        "Over which layers does your sum of squares go?",
        _WHICH,
        (
            {"of_loss": lambda names: names[:-1]},
            {"of_loss": lambda names: names[:-1], "of_gradient": _all},
        ),
    ),
    (
        "L2 is missing from the gradient of the last layer",
        "The penalty depends on every W. Which dW does not say so?",
        _WHICH,
        ({"of_gradient": lambda names: names[:-1]},),
    ),
    (
        "L2 acts on the last layer only",
        "Over which layers does your sum of squares go?",
        _WHICH,
        tuple(
            {"of_loss": of_loss, "of_gradient": of_gradient}
            for of_loss in (lambda names: names[-1:], _all)
            for of_gradient in (lambda names: names[-1:], _all)
            if (of_loss, of_gradient) != (_all, _all)
        ),
    ),
    (
        "L2 leaves out the first layer",
        "Over which layers does your sum of squares go?",
        _WHICH,
        (
            {"of_loss": lambda names: names[1:]},
            {"of_loss": lambda names: names[1:], "of_gradient": _all},
        ),
    ),
    (
        "L2 is missing from the gradient of the first layer",
        "The penalty depends on every W. Which dW does not say so?",
        _WHICH,
        ({"of_gradient": lambda names: names[1:]},),
    ),
    (
        "L2 acts on the first layer only",
        "Over which layers does your sum of squares go?",
        _WHICH,
        (
            {"of_loss": lambda names: names[:1]},
            {"of_loss": lambda names: names[:1], "of_gradient": _all},
            {"of_gradient": lambda names: names[:1]},
        ),
    ),
    (
        "L2 acts on the biases as well",
        "Which parameters does the course regularize?",
        _WHICH,
        ({"words": ("W", "b")}, {"words": ("W", "b"), "of_loss": _weights_of}),
    ),
    (
        "L2 acts on every parameter",
        "Which parameters does the course regularize?",
        _WHICH,
        ({"words": ("W", "b", "gamma", "beta")},),
    ),
    (
        "L2 acts on gamma and beta as well",
        "Which parameters does the course regularize?",
        _WHICH,
        ({"words": ("W", "gamma", "beta")}, {"words": ("W", "gamma")}),
    ),
    (
        "L2 sums one layer's weights once for each layer",
        "Which number does your loop over the layers count with, and which one stands in the name of W?",
        _WHICH,
        tuple({"of_loss": _one_for_all(number), "of_gradient": _all} for number in (-2, -1, 0)),
    ),
    (
        "the gradient of L2 sums the weights",
        "What is the shape of what you add to dW?",
        "Each weight has a derivative of its own: reg times that weight. So dW gets reg * W, which has the shape of W.",
        ({"summed": True},),
    ),
    (
        "L2 sums the weights without their square",
        "What power of W does the penalty have?",
        _WHICH,
        ({"power": 1}, {"power": 1, "loss": 1.0}),
    ),
    (
        "L2 sums third powers",
        "What power of W does the penalty have?",
        _WHICH,
        ({"power": 3}, {"power": 3, "loss": 1.0}),
    ),
)


_L2_BY_BATCH = Mistake(
    "L2 is divided by the size of the batch",
    None,
    hint="The data loss is a mean over the batch. Is the penalty one?",
    explanation=_WHICH,
)
_L2_BUT_WITH_NORM = Mistake(
    "with a normalization, L2 is missing from the gradients of the hidden layers",
    None,
    hint="Do both branches, with and without a normalization, do all that the other does?",
    explanation=_WHICH,
)
_L2_OF_GRADIENTS = Mistake(
    "L2 of the gradients, where the weights belong",
    None,
    hint="Which arrays does your penalty square?",
    explanation=_WHICH,
)
