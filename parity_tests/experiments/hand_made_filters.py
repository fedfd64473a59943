"""Two images through two filters that were made by hand: grey, and horizontal edges of the blue channel.

What a convolution computes can be seen here, and written down without one.
Source: CS231n, assignment 2, ``ConvolutionalNetworks.ipynb``, "Aside: Image processing via convolutions".
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray as Array

import torch_impl.layers.conv2d as twin
from parity_tests.experiments.filter_grid import enlarged, spread
from parity_tests.experiments.outcome import Outcome, Picture, Row, Sides, Tile
from parity_tests.training.handover import to_numpy, to_torch
from reference.datasets import Dataset
from reference.layers.conv2d import Conv2d

CLASSES = (3, 5)
"""Cat and dog in CIFAR-10: the course has a kitten and a puppy."""
GREY = (0.3, 0.6, 0.1)
EDGES = ((1, 2, 1), (0, 0, 0), (-1, -2, -1))
BIAS = (0.0, 128.0)
"""So that no edge is negative on a smooth image."""
ZOOM = 5


def filters() -> Float[Array, "2 3 3 3"]:
    """Weights of the two.

    >>> filters()[0, :, 1, 1], filters()[1, 2, 0]
    (array([0.3, 0.6, 0.1]), array([1., 2., 1.]))
    """
    weight = np.zeros((2, 3, 3, 3))
    weight[0, :, 1, 1] = GREY
    weight[1, 2] = EDGES
    return weight


def written_down(x: Float[Array, "n 3 h w"]) -> Float[Array, "n 2 h w"]:
    """The same two images from the formulas: a weighted sum, and the row above less the row below.

    >>> written_down(np.ones((1, 3, 2, 2)))[0, 1]
    array([[125., 125.],
           [131., 131.]])
    """
    grey = np.einsum("c,nchw->nhw", np.array(GREY), x)
    blue = np.pad(x[:, 2], ((0, 0), (1, 1), (1, 1)))
    row = blue[:, :, :-2] + 2 * blue[:, :, 1:-1] + blue[:, :, 2:]
    return np.stack([grey, row[:, :-2] - row[:, 2:] + BIAS[1]], axis=1)


@dataclass(frozen=True, slots=True)
class Filtered:
    """What each side makes of the images."""

    reference: Float[Array, "n 2 h w"]
    torch: Float[Array, "n 2 h w"]


def run(data: Dataset, classes: tuple[int, int] = CLASSES) -> Outcome:
    """The first validation image of each class."""
    chosen = [int(np.flatnonzero(data.val_labels == label)[0]) for label in classes]
    pixels = data.val_images.pixels[chosen]
    x = pixels.astype(np.float64)
    filtered = by_both_sides(x)
    names = [data.class_names[label] for label in classes]
    pictures = tuple(
        picture(name, pixels[i], filtered.reference[i], filtered.torch[i], data.name)
        for i, name in enumerate(names)
    )
    return Outcome("hand-made-filters", data.name, rows_of(x, filtered), (), pictures)


def by_both_sides(x: Float[Array, "n 3 h w"]) -> Filtered:
    """Through a 3x3 convolution that keeps the size."""
    weight, bias = filters(), np.array(BIAS)
    reference, _ = Conv2d(padding=(1, 1)).forward(x, weight, bias)
    layer = twin.Conv2d(c_in=3, c_out=2, kh=3, kw=3, padding=(1, 1)).double()
    layer.load_state_dict(to_torch({"weight": weight, "bias": bias}), strict=True)
    return Filtered(reference, to_numpy({"y": layer(to_torch({"x": x})["x"])})["y"])


def rows_of(x: Float[Array, "n 3 h w"], filtered: Filtered) -> tuple[Row, ...]:
    """One for each filter: how far each side is from the formula."""
    expected, weight = written_down(x), filters()
    titles = ("grey", "0.3 R + 0.6 G + 0.1 B"), ("edges", "128 + row above - row below")
    rows = []
    for index, (setting, formula) in enumerate(titles):
        allowed = rounding(weight[index], BIAS[index])
        reference, torch = filtered.reference[:, index], filtered.torch[:, index]
        figures = Sides(*(largest(side - expected[:, index]) for side in (reference, torch)))
        between = largest(reference - torch)
        rows.append(
            Row(
                setting=setting,
                quantity="largest difference",
                figures=figures,
                expected=f"{formula}, to rounding",
                reached=max(figures) <= allowed,
                apart=between,
                agrees=between <= allowed,
            )
        )
    return tuple(rows)


def rounding(weight: Float[Array, "3 3 3"], bias: float) -> float:
    """What two sums of these products and the bias can differ by: twice k·u·(sum of |terms|), k of them.

    Source: Higham 2002, *Accuracy and Stability of Numerical Algorithms*, equation 3.5.
    """
    terms = weight.size + 1
    size = 255 * float(np.abs(weight).sum()) + bias
    return 2 * terms * float(np.finfo(np.float64).eps) / 2 * size


def largest(difference: Float[Array, "..."]) -> float:
    """The largest absolute value."""
    return float(np.abs(difference).max())


def picture(
    name: str,
    original: UInt8[Array, "3 h w"],
    reference: Float[Array, "2 h w"],
    torch: Float[Array, "2 h w"],
    data: str,
) -> Picture:
    """The image, and what each side makes of it."""
    caption = (
        f"{name.capitalize()}, {data}: through both filters. The two sides differ by "
        f"{largest(reference - torch):.1e} at most, where a pixel goes up to 255."
    )
    tiles = [Tile("the image", enlarged(original.transpose(1, 2, 0), ZOOM))]
    for title, index in (("grey", 0), ("edges", 1)):
        tiles += [
            Tile(f"{title}, {side}", shown(y[index]))
            for side, y in (("NumPy", reference), ("PyTorch", torch))
        ]
    return Picture(f"hand-made-{name.replace(' ', '-')}", name, caption, tuple(tiles))


def shown(y: Float[Array, "h w"]) -> UInt8[Array, "H W 3"]:
    """As an image of its own, from its smallest value to its largest.

    Without the border: beside the zeros of the padding it is all edge, and nothing else would be seen.
    """
    grey = spread(y[1:-1, 1:-1])
    return enlarged(np.stack([grey] * 3, axis=-1), ZOOM)
