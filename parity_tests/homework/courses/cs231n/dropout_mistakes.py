"""What goes wrong in dropout, beside what the zoo knows: the mask, and scaling where there is nothing to scale."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n import mistakes
from parity_tests.homework.courses.cs231n.dropout import Dropout, under_randn
from parity_tests.homework.task import Mistake, Names


def known(truth: type[Dropout]) -> tuple[Mistake, ...]:
    """The mistakes of the mask first: what is drawn wrongly may also be scaled wrongly."""
    as_it_is = replace(_GIVES_DOUT_BACK, truth=_giving_dout_back(truth))
    dropping = replace(_DROPS_IN_TEST, truth=_dropping_in_test(truth))
    two_axes = replace(_TWO_AXES, truth=_for_two_axes(truth))
    others = (dropping, as_it_is, two_axes, *mistakes.of(truth))
    return (*_of_the_mask(truth), *_of_the_scale(truth), *others)


Reading = Callable[[float], float]
"""A probability as a mistake makes it of p, or a factor as it makes it of the probability to keep."""
RARE = 20
"""A mask that leaves every value is none where the chance of such a mask is below 2 to minus this."""


def _of_the_mask(truth: type[Dropout]) -> Iterator[Mistake]:
    scales: tuple[Reading, ...] = (lambda p: p, lambda p: 1 - p, lambda p: 0.5, lambda p: 1.0)
    for scale in scales:
        for way in range(len(under_randn(0.5))):
            yield replace(_FROM_NORMAL, truth=_drawing(truth, scale, partial(_randn, way)))
        yield replace(_HALF, truth=_drawing(truth, scale, lambda p: 0.5))
        for mistake, alike in _SHARED.items():
            yield replace(mistake, truth=_drawing(truth, scale, None, alike))


def _randn(way: int, p: float) -> float:
    return under_randn(p)[way]


def _drawing(
    truth: type[Dropout],
    scale: Reading,
    share: Reading | None,
    alike: tuple[bool, bool] = (False, False),
) -> type[Dropout]:
    """Dropout whose mask keeps that share, or has all rows or columns alike; its gradient is right for that mask."""

    def drawn(self: Dropout) -> tuple[float, float, float]:
        kept = truth.kept(self) if share is None else share(self.p)
        samples, features = (kept if whole else kept**2 for whole in alike)
        return kept, samples, features

    def forward(self: Dropout, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        out, expected, saved = truth.forward(self, x, arrays)
        return (out * (truth.kept(self) / scale(self.p)) if self.training else out), expected, saved

    return type(f"{truth.__name__}Drawing", (truth,), {"drawn": drawn, "forward": forward})


def _of_the_scale(truth: type[Dropout]) -> Iterator[Mistake]:
    for mistake, factors in _SCALES:
        yield replace(mistake, truth=_scaled(truth, *factors))


def _scaled(
    truth: type[Dropout], training: Reading, test: Reading, back: Reading = lambda kept: 1.0
) -> type[Dropout]:
    """Dropout times a factor in each mode, and its gradient in training; each is a function of what is kept."""

    def forward(self: Dropout, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        out, expected, saved = truth.forward(self, x, arrays)
        return out * (training if self.training else test)(self.kept()), expected, saved

    def backward(self: Dropout, saved: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        dx, others = truth.backward(self, saved, dy)
        return (dx * back(self.kept()) if self.training else dx), others

    return type(f"{truth.__name__}Scaled", (truth,), {"forward": forward, "backward": backward})


def _dropping_in_test(truth: type[Dropout]) -> type[Dropout]:
    def _layer(self: Dropout) -> Any:
        return self.operation(p=1 - self.kept(), training=True)

    def forward(self: Dropout, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        out, expected, saved = truth.forward(self, x, arrays)
        by_chance = arrays["mask"].size * math.log2(1 / self.kept()) < RARE
        undropped = not self.training and arrays["mask"].all() and not by_chance
        return (x if undropped else out), expected, saved

    methods = {"_layer": _layer, "forward": forward}
    return type(f"{truth.__name__}DroppingInTest", (truth,), methods)


def _for_two_axes(truth: type[Dropout]) -> type[Dropout]:
    """The mask has the shape of the first two axes, and may not fit x."""

    def forward(self: Dropout, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        if self.training:
            np.broadcast_shapes(x.shape, x.shape[:2])
        return truth.forward(self, x, arrays)

    return type(f"{truth.__name__}ForTwoAxes", (truth,), {"forward": forward})


def _giving_dout_back(truth: type[Dropout]) -> type[Dropout]:
    def backward(self: Dropout, saved: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        return dy, {}

    return type(f"{truth.__name__}GivingDoutBack", (truth,), {"backward": backward})


_FROM_NORMAL = Mistake(
    "draws the mask with randn, where it takes rand",
    None,
    hint="Of what distribution are the numbers that you compare with p?",
    explanation="randn draws from a normal distribution, in which a number is below p with another probability than p. "
    "rand draws uniformly from [0, 1), and there that probability is p.",
)
_HALF = Mistake(
    "keeps half of the values, whatever p is",
    None,
    hint="What changes in your mask when p does?",
    explanation="The mask keeps one value in two for every p; the probability has to come from dropout_param.",
)
_DROPS_IN_TEST = Mistake(
    "drops in test mode as well",
    None,
    hint="Do two calls in test mode give the same out?",
    explanation="In test mode nothing is dropped and nothing is scaled: out is x.",
)
_GIVES_DOUT_BACK = Mistake(
    "gives dout back as it is",
    None,
    hint="By how much does out change where x changes, for a value that was dropped and for one that was kept?",
    explanation="out = x * mask, with the mask divided by the probability to keep: so dx = dout * mask.",
)
_SHARED = {
    Mistake(
        "draws one mask for all samples",
        None,
        hint="Do two samples of a batch lose the same neurons?",
        explanation="The mask has the shape of x: every sample has its own. Here all lose the same features.",
    ): (True, False),
    Mistake(
        "keeps or drops whole samples",
        None,
        hint="Can a sample lose one of its features and keep another?",
        explanation="The mask has the shape of x: every value is kept or dropped on its own.",
    ): (False, True),
}
_SCALED_IN_TEST = Mistake(
    "scales in test mode as well",
    None,
    hint="Inverted dropout has done something in training already. What is left to do in test mode?",
    explanation="Values that are kept in training are divided by the probability to keep them, so their expected value "
    "is x. In test mode x therefore passes as it is.",
)
_MULTIPLIES = Mistake(
    "multiplies by the probability to keep, where it divides",
    None,
    hint="What is the mean of out, over many masks?",
    explanation="Of many values the share p is kept. For their mean to stay that of x, what is kept is divided by p.",
)
_NOT_INVERTED = Mistake(
    "does not divide in training, and multiplies by the probability to drop in test mode",
    None,
    hint="Which probability has to make up for the dropped values, and in which of the two modes?",
    explanation="Inverted dropout divides what is kept by the probability to keep it, in training; test mode passes x "
    "on as it is.",
)
_TWICE = Mistake(
    "divides by the probability to keep a second time in the backward pass",
    None,
    hint="What has the mask in your cache been divided by?",
    explanation="out = x * mask, so dx = dout * mask: what the mask was divided by in the forward pass is in it.",
)
_TWO_AXES = Mistake(
    "draws the mask for two axes only",
    None,
    hint="Give it images, of four axes. What is the shape of your mask?",
    explanation="x may have any number of axes, and the mask has its shape: np.random.rand(*x.shape).",
)
_SCALES: tuple[tuple[Mistake, tuple[Reading, ...]], ...] = (
    (_SCALED_IN_TEST, (lambda kept: 1.0, lambda kept: kept)),
    (_SCALED_IN_TEST, (lambda kept: 1.0, lambda kept: 1 / kept)),
    (_SCALED_IN_TEST, (lambda kept: 1.0, lambda kept: 1 - kept)),
    (_MULTIPLIES, (lambda kept: kept**2, lambda kept: 1.0)),
    (_NOT_INVERTED, (lambda kept: kept, lambda kept: 1 - kept)),
    (_TWICE, (lambda kept: 1.0, lambda kept: 1.0, lambda kept: 1 / kept)),
)
