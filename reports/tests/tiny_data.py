"""A few images whose brightness tells their class: data for fast tests."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class TinyImages:
    """Images in memory."""

    def __init__(self, pixels: NDArray[Any]) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, indices: NDArray[Any], dtype: Any) -> NDArray[Any]:
        return self.pixels[indices].astype(dtype)


class TinyData:
    """``n`` images of 3x32x32 in ten classes."""

    def __init__(self, n: int = 40, name: str = "tiny images (made for tests)") -> None:
        self.name = name
        rng = np.random.default_rng(0)
        self.train_labels = self.val_labels = np.arange(n) % 10
        level = self.train_labels.reshape(-1, 1, 1, 1) - 4.5
        pixels = 20 * level + rng.standard_normal((n, 3, 32, 32))
        self.train_images = self.val_images = TinyImages(pixels)
