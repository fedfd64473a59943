"""Random numbers in the place of images: small inputs, as the course draws them for its checks of a network."""

import numpy as np
from jaxtyping import Float, Int64
from numpy import ndarray as Array
from numpy.typing import ArrayLike, DTypeLike

CLASSES = 10


class DrawnImages:
    """Standard normal numbers that are handed out as images are, in any float dtype."""

    def __init__(self, numbers: Float[Array, "n *features"]) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def batch(
        self, indices: ArrayLike, dtype: DTypeLike = np.float64
    ) -> Float[Array, "b *features"]:
        """These in this order."""
        return self.numbers[np.asarray(indices, dtype=np.intp)].astype(dtype)


class Drawn:
    """n inputs of a shape with random classes; the same to train and to validate on.

    >>> data = Drawn(2, (3, 16, 16))
    >>> data.train_images.batch([1]).shape, data.name
    ((1, 3, 16, 16), 'drawn numbers')
    """

    name = "drawn numbers"

    def __init__(self, n: int, shape: tuple[int, ...], seed: int = 231) -> None:
        rng = np.random.default_rng(seed)
        images = DrawnImages(rng.standard_normal((n, *shape)))
        labels: Int64[Array, " n"] = rng.integers(CLASSES, size=n)
        self.train_images = self.val_images = images
        self.train_labels = self.val_labels = labels
