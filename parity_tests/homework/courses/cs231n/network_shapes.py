"""What goes wrong where a network makes its parameters: some are missing, some have another size."""

from collections.abc import Callable, Iterator
from typing import Any

from numpy import ndarray as Array

from parity_tests.homework.courses.cs231n.l2_mistakes import made
from parity_tests.homework.courses.cs231n.network_students import KEPT, held_against
from parity_tests.homework.courses.cs231n.networks import (
    Arrays,
    FullyConnectedNet,
    Network,
    Shapes,
    ThreeLayerConvNet,
)
from parity_tests.homework.task import Mistake, Trouble

ANY = "any normalization"
Begins = Callable[[Any, Shapes], Shapes]
Rows = Callable[..., int]
"""Of W2, from c, h, w, the number of filters and their size."""


def _making(truth: type[Network], begins: Begins) -> type[Network]:
    """The network whose constructor makes parameters of these shapes, where those of the course are asked for."""

    def forward(self: Network, x: Array, arrays: Arrays) -> tuple[Array, dict[str, Array], Any]:
        shapes = truth.shapes(self, len(x))
        own = begins(self, shapes)
        for name, wanted in shapes.items():
            if not name.startswith(KEPT):
                held_against(name, own.get(name), wanted)
        return truth.forward(self, x, arrays)

    return made(truth, "OfOtherShapes", forward=forward)


def of_shapes(truth: type[Network]) -> Iterator[Mistake]:
    """The mistakes of its constructor."""
    if issubclass(truth, FullyConnectedNet):
        yield from _of_norms(truth)
    if issubclass(truth, ThreeLayerConvNet):
        for name, rows in _ROWS:
            yield Mistake(
                name,
                _making(truth, _with_rows(rows)),
                "How many numbers does one image hold behind the pooling layer?",
                "W2 has a row for each of them: num_filters * (H / 2) * (W / 2), of images that need not be square.",
            )


def _of_norms(truth: type[FullyConnectedNet]) -> Iterator[Mistake]:
    kinds = ({"batch"}, "batch normalization"), ({"layer"}, "layer normalization")
    for among, word in (*kinds, ({"batch", "layer"}, ANY)):
        yield Mistake(
            f"has no gamma and beta for {word}",
            _making(truth, _without_norms(among)),
            f"What does your network keep for {word}?",
            f"For {word} the parameters of each hidden layer include a gamma of ones and a beta of zeros.",
        )
        yield Mistake(
            f"leaves {word} out of the loss",
            _leaving_out(truth, among),
            f"What does your loss do with {word}?",
            "With a normalization each hidden layer has one between affine and ReLU, in forward and in backward.",
        )


def _without_norms(among: set[str]) -> Begins:
    def begins(network: FullyConnectedNet, shapes: Shapes) -> Shapes:
        missing = ("gamma", "beta") if network.normalization in among else ()
        return {name: shape for name, shape in shapes.items() if not name.startswith(missing)}

    return begins


def _leaving_out(truth: type[FullyConnectedNet], among: set[str]) -> type[Network]:
    def forward(self: FullyConnectedNet, x: Array, arrays: Arrays) -> Any:
        if self.normalization in among:
            raise Trouble("form", "its loss gives no gradient of gamma1")
        return truth.forward(self, x, arrays)

    return made(truth, "WithoutNorm", forward=forward)


def _with_rows(rows: Rows) -> Begins:
    def begins(network: ThreeLayerConvNet, shapes: Shapes) -> Shapes:
        count = rows(*network.input_dim, network.num_filters, network.filter_size)
        return shapes | {"W2": (count, network.hidden_dim)}

    return begins


_SQUARE = "takes images for square where it makes W2"
_ROWS: tuple[tuple[str, Rows], ...] = (
    (_SQUARE, lambda c, h, w, filters, size: filters * (h // 2) ** 2),
    (_SQUARE, lambda c, h, w, filters, size: filters * (w // 2) ** 2),
    (
        "makes W2 of one size, for the default images and filters",
        lambda c, h, w, filters, size: 32 * 16 * 16,
    ),
    ("makes W2 as if nothing were pooled", lambda c, h, w, filters, size: filters * h * w),
    (
        "makes W2 as if there were one filter",
        lambda c, h, w, filters, size: (h // 2) * (w // 2),
    ),
    (
        "makes W2 for the channels of the image, not for the filters",
        lambda c, h, w, filters, size: c * (h // 2) * (w // 2),
    ),
    (
        "makes W2 as if the convolution did not pad",
        lambda c, h, w, filters, size: filters * ((h - size + 1) // 2) * ((w - size + 1) // 2),
    ),
)
