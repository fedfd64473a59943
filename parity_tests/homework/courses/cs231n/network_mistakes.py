"""What goes wrong in a network, beside its L2: layers left out or in the wrong place, modes and averages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n.l2_mistakes import made, of_l2
from parity_tests.homework.courses.cs231n.network_shapes import of_shapes
from parity_tests.homework.courses.cs231n.networks import (
    Arrays,
    FullyConnectedNet,
    Link,
    Network,
    Running,
    relu,
)
from parity_tests.homework.task import Mistake


def mistakes_of(truth: type[Network]) -> tuple[Mistake, ...]:
    """The mistakes that are known for a network, the likelier first."""
    found = [*of_l2(truth), *_of_the_last_layer(truth), *_of_the_gradient(truth)]
    found += [*_of_the_batch(truth), *of_shapes(truth)]
    if issubclass(truth, FullyConnectedNet):
        found += [*_of_norms(truth), *_of_dropout(truth)]
    return tuple(found)


def staying_in_training(truth: type[Network]) -> type[Network]:
    """The network whose batch norm never leaves training mode."""
    return made(truth, "TestedOnTheBatch", tested=_on_the_batch)


def _of_the_last_layer(truth: type[Network]) -> Iterator[Mistake]:
    def links(self: Network, training: bool) -> tuple[Link, ...]:
        return (*truth.links(self, training), relu(9))

    def links_back(self: Network) -> tuple[Link, ...]:
        return truth.links(self, True)

    for more in ({}, {"links_back": links_back}):
        yield Mistake(
            "applies ReLU to the scores",
            made(truth, "WithReLUAtTheEnd", links=links, **more),
            "Can a score of your network be negative?",
            "The last layer is affine only: softmax needs scores of both signs.",
        )


def _without(truth: type[Network], method: str, *words: str) -> type[Network]:
    """The network without the layers whose names begin so, in ``links`` or in ``links_back``."""

    def links(self: Network, *training: bool) -> tuple[Link, ...]:
        kept = getattr(truth, method)(self, *training)
        return tuple(link for link in kept if not link.name.startswith(words))

    return made(truth, "Shortened", **{method: links})


def _of_the_gradient(truth: type[Network]) -> Iterator[Mistake]:
    for which in ("relu", "relu1", "relu2", "relu3"):
        yield Mistake(
            "leaves out a ReLU" if which != "relu" else "has no ReLU",
            _without(truth, "links", which),
            "What stands between two affine layers?",
            "Without a nonlinearity between them two affine layers are one affine layer.",
        )
        yield Mistake(
            "the gradient does not pass ReLU",
            _without(truth, "links_back", which),
            "Does the gradient pass every layer that the scores have passed?",
            "Backward is forward read from the end: each layer of forward needs its backward.",
        )


def _of_the_batch(truth: type[Network]) -> Iterator[Mistake]:
    def backward(self: Network, saved: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        return truth.backward(self, saved, dy / len(self.labels))

    yield Mistake(
        "divides the gradient by the size of the batch once more",
        made(truth, "DividedTwice", backward=backward),
        "Who has divided by the number of samples already?",
        "The gradient that softmax_loss gives is that of the mean over the batch: it holds the 1/N.",
    )


def _of_norms(truth: type[FullyConnectedNet]) -> Iterator[Mistake]:
    def after(self: FullyConnectedNet, i: int, training: bool) -> tuple[Link, ...]:
        dropped = self.dropped(i) if training else ()
        return (*truth.hidden(self, i, False)[:1], relu(i), *self.norm(i), *dropped)

    yield Mistake(
        "normalizes after ReLU",
        made(truth, "NormalizingAfterReLU", hidden=after),
        "In what order do the layers of a hidden layer come?",
        "The order is affine, normalization, ReLU, dropout.",
    )
    yield replace(_FRESH, truth=made(truth, "Forgetting", tested=_on_fresh_averages))
    yield replace(_ON_BATCH, truth=staying_in_training(truth))
    yield Mistake(
        "does not normalize",
        _without(truth, "links", "norm"),
        "What does your network do with normalization?",
        "With a normalization each hidden layer has one between affine and ReLU.",
    )


def _dropping_the_input(self: FullyConnectedNet, training: bool) -> tuple[Link, ...]:
    of_input = self.dropped(0) if training else ()
    return *of_input, *FullyConnectedNet.links(self, training)


def _on_fresh_averages(self: Network, x: Array, arrays: Arrays, running: Running) -> Array:
    return self.through(self.links(False), x, arrays, {}, False)[0]


def _on_the_batch(self: Network, x: Array, arrays: Arrays, running: Running) -> Array:
    links = [link for link in self.links(True) if not link.name.startswith("dropout")]
    return self.through(tuple(links), x, arrays, {}, True)[0]


def _in_training_mode(self: Network, x: Array, arrays: Arrays, running: Running) -> Array:
    return self.through(self.links(True), x, arrays, {}, True)[0]


def _with_dropout(self: Network, x: Array, arrays: Arrays, running: Running) -> Array:
    return self.through(self.links(True), x, arrays, running, False)[0]


_MODE = "loss(X) without labels is test mode: no dropout, and batch norm with the running averages of training."
_FRESH = Mistake(
    "test mode does not see the running averages of training",
    None,
    hint="Where are the running averages kept between two calls of loss?",
    explanation="Each layer has one dictionary in bn_params, made once. A new one for each call forgets the averages.",
)
_ON_BATCH = Mistake(
    "batch norm stays in training mode",
    None,
    hint="Do the scores of one sample depend on the others in its batch, at test time?",
    explanation=_MODE,
)


def _of_dropout(truth: type[FullyConnectedNet]) -> Iterator[Mistake]:
    yield Mistake(
        "has no dropout",
        _without(truth, "links", "dropout"),
        "What does your network do with dropout?",
        "Each hidden layer ends with dropout in training, if dropout is asked for.",
    )
    for which, word in (("dropout", "dropout"), ("dropout1", "the first layer's dropout")):
        yield Mistake(
            f"the gradient does not pass {word}",
            _without(truth, "links_back", which),
            "Does the gradient pass every layer that the scores have passed?",
            "A value that was dropped has no influence on the loss: dropout needs its backward too.",
        )
    yield Mistake(
        "drops values of the input as well",
        made(truth, "DroppingTheInput", links=_dropping_the_input),
        "What does the first hidden layer see of an image?",
        "Dropout stands at the end of every hidden layer; the input itself is not dropped.",
    )
    for tested in (_with_dropout, _in_training_mode):
        yield Mistake(
            "drops in test mode",
            made(truth, "DroppingInTest", tested=tested),
            "Do two calls of loss(X) give the same scores?",
            _MODE,
        )

    def first_only(self: FullyConnectedNet, i: int) -> tuple[Link, ...]:
        return truth.dropped(self, i) if i == 1 else ()

    def behind_scores(self: FullyConnectedNet, i: int) -> tuple[Link, ...]:
        return truth.dropped(self, i) if i < len(self.hidden_dims) else ()

    for dropped in (first_only, behind_scores):
        yield Mistake(
            "leaves dropout out of a hidden layer",
            made(truth, "DroppingOnce", dropped=dropped),
            "Behind which layers does dropout stand?",
            "Dropout stands at the end of every hidden layer.",
        )
