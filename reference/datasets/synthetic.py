"""Ten kinds of texture in the shape of CIFAR-10, for machines that do not have the real images."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32
from numpy import ndarray as Array

from reference.datasets.images import Dataset, DatasetError, Labels, Pixels, assemble

NAME = "synthetic, not CIFAR-10"
CHUNK = 1000
"""So many images are drawn at a time (12 MB an array); another number gives other images."""

Patterns: TypeAlias = Float32[Array, "n 32 32"]
PerImage: TypeAlias = Float32[Array, "n 1 1"]
Texture: TypeAlias = Callable[[np.random.Generator, int], Patterns]

ROW, COLUMN = np.mgrid[:32, :32].astype(np.float32)[:, None] / 32
"""Where a pixel is, down and across, from 0 to 1; (1, 32, 32) each."""


def between(rng: np.random.Generator, low: float, high: float, n: int) -> PerImage:
    """One number for each of n images."""
    return low + (high - low) * rng.random((n, 1, 1), dtype=np.float32)


def wave(u: Array) -> Array:
    """A triangle wave of period 1 between -1 and 1.

    >>> wave(np.array([0, 0.25, 0.5, 1.0]))
    array([-1.,  0.,  1., -1.])
    """
    return 4 * np.abs(u - np.floor(u + 0.5)) - 1


def distance(rng: np.random.Generator, n: int) -> Patterns:
    """How far each pixel is from a point anywhere but near the border; 1 is the image's width."""
    down, across = ROW - between(rng, 0.1, 0.9, n), COLUMN - between(rng, 0.1, 0.9, n)
    return np.sqrt(down * down + across * across)


def stripes(down: float, across: float) -> Texture:
    """Waves with so many periods down and across the image, half a period more or less."""

    def draw(rng: np.random.Generator, n: int) -> Patterns:
        vertical = between(rng, down - 0.5, down + 0.5, n)
        horizontal = between(rng, across - 0.5, across + 0.5, n)
        return wave(vertical * ROW + horizontal * COLUMN + between(rng, 0, 1, n))

    return draw


def checkers(rng: np.random.Generator, n: int) -> Patterns:
    """Rows times columns, of one period."""
    periods = between(rng, 3.5, 4.5, n)
    down, across = between(rng, 0, 1, n), between(rng, 0, 1, n)
    return wave(periods * ROW + down) * wave(periods * COLUMN + across)


def rings(rng: np.random.Generator, n: int) -> Patterns:
    """Waves around a point."""
    return wave(between(rng, 4.5, 6.5, n) * distance(rng, n) + between(rng, 0, 1, n))


def dots(rng: np.random.Generator, n: int) -> Patterns:
    """Nine dots, five pixels wide."""
    spots = [np.maximum(0, 1 - 12 * distance(rng, n)) for _ in range(9)]
    return 2 * np.max(spots, axis=0) - 0.3


def disc(rng: np.random.Generator, n: int) -> Patterns:
    """One large disc with a soft rim."""
    radius = between(rng, 0.2, 0.35, n)
    return 2 * np.clip(0.5 + 8 * (radius - distance(rng, n)), 0, 1) - 0.6


TEXTURES: dict[str, Texture] = {
    "fine rows": stripes(8, 0),
    "coarse rows": stripes(4, 0),
    "fine columns": stripes(0, 8),
    "coarse columns": stripes(0, 4),
    "rising": stripes(4.5, 4.5),
    "falling": stripes(4.5, -4.5),
    "checkers": checkers,
    "rings": rings,
    "dots": dots,
    "disc": disc,
}
TINTS = np.array([(7 * k % 10, 3 * k % 10, k) for k in range(10)], np.float32) * 8 - 36
"""Red, green and blue that a class has more than others, on average (10, 3)."""


def paint(rng: np.random.Generator, patterns: Patterns, tint: Float32[Array, " 3"]) -> Pixels:
    """Patterns in a colour and its opposite, on a background of any colour, under noise."""
    n = len(patterns)
    sign = 2 * rng.integers(0, 2, (n, 3, 1, 1)).astype(np.float32) - 1
    colour = sign * (0.5 + 0.5 * rng.random((n, 3, 1, 1), dtype=np.float32))
    colour *= between(rng, 30, 60, n)[:, None]
    background = 98 + 60 * rng.random((n, 3, 1, 1), dtype=np.float32)
    x = background + tint[:, None, None] / 2 + colour * patterns[:, None]
    for _ in range(2):
        x += rng.integers(-25, 25, x.shape, dtype=np.int8, endpoint=True)
    return np.rint(np.clip(x, 0, 255)).astype(np.uint8)


def draw(rng: np.random.Generator, n: int) -> tuple[Pixels, Labels]:
    """n images, the same number of each class or one more, in random order."""
    labels = rng.permutation(np.arange(n) % len(TEXTURES)).astype(np.int64)
    pixels = np.empty((n, 3, 32, 32), np.uint8)
    for label, texture in enumerate(TEXTURES.values()):
        where = np.flatnonzero(labels == label)
        for chunk in np.split(where, range(CHUNK, len(where), CHUNK)):
            pixels[chunk] = paint(rng, texture(rng, len(chunk)), TINTS[label])
    return pixels, labels


def make_synthetic(
    num_train: int = 10_000, num_val: int = 1_000, num_test: int = 1_000, seed: int = 0
) -> Dataset:
    """Images whose class is a kind of texture; the same bytes for the same numbers.

    A texture has a random place, phase, scale and colour, and as often as not the opposite
    colour, so its mean is grey and a linear classifier is left with a weak tint. A convolution
    finds it at once. With 10,000 training images, accuracy on the validation images:

    - softmax regression, best of three weight decays: 33 %
    - CS231n's three-layer ConvNet (32 filters 7×7, 500 hidden units, Adam with 1e-3, batches
      of 50, reg 1e-3), one epoch: 90 to 96 %, and from 82 % at its half

    Nothing but sums, products, square roots and whole random numbers goes into a pixel, so no
    machine's cosine makes a difference. The three parts have their own generators: the size of
    one does not change another. Raises ``DatasetError`` for a size below 1.

    >>> dataset = make_synthetic(num_train=20, num_val=10, num_test=10)
    >>> dataset.name, dataset.train_labels[:5], dataset.train_images.batch([0]).shape
    ('synthetic, not CIFAR-10', array([4, 9, 6, 2, 3]), (1, 3, 32, 32))
    """
    sizes = num_train, num_val, num_test
    if min(sizes) < 1:
        raise DatasetError(f"{min(sizes)} synthetic images: ask for 1 or more of each part")
    parts = [draw(np.random.default_rng((seed, part)), n) for part, n in enumerate(sizes)]
    return assemble(NAME, tuple(TEXTURES), *parts)
