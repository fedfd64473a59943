"""What goes wrong in dropout, beside what the zoo knows: the mask, and scaling where there is nothing to scale."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n import mistakes
from parity_tests.homework.courses.cs231n.dropout import Dropout, under_randn
from parity_tests.homework.task import Mistake, Names


def known(truth: type[Dropout]) -> tuple[Mistake, ...]:
    """The mistakes of the mask first: what is drawn wrongly may also be scaled wrongly."""
    test_mode = replace(_SCALED_IN_TEST, truth=_scaling_in_test(truth))
    as_it_is = replace(_GIVES_DOUT_BACK, truth=_giving_dout_back(truth))
    dropping = replace(_DROPS_IN_TEST, truth=_dropping_in_test(truth))
    return (*_of_the_mask(truth), test_mode, dropping, as_it_is, *mistakes.of(truth))


Reading = Callable[[float], float]
"""A probability as a mistake makes it of p."""


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


def _scaling_in_test(truth: type[Dropout]) -> type[Dropout]:
    def forward(self: Dropout, x: Array, arrays: Names) -> tuple[Array, dict[str, Array], Any]:
        out, expected, saved = truth.forward(self, x, arrays)
        return (out if self.training else out * self.kept()), expected, saved

    return type(f"{truth.__name__}ScaledInTest", (truth,), {"forward": forward})


def _dropping_in_test(truth: type[Dropout]) -> type[Dropout]:
    def _layer(self: Dropout) -> Any:
        return self.operation(p=1 - self.kept(), training=True)

    return type(f"{truth.__name__}DroppingInTest", (truth,), {"_layer": _layer})


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
_SCALED_IN_TEST = Mistake(
    "scales in test mode as well",
    None,
    hint="Inverted dropout has done something in training already. What is left to do in test mode?",
    explanation="Values that are kept in training are divided by the probability to keep them, so their expected value "
    "is x. In test mode x therefore passes as it is.",
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
