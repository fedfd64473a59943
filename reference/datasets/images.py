"""What every data set of this package is made of: images kept as bytes, and three parts of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Float64, Int64, UInt8
from numpy import ndarray as Array
from numpy.typing import ArrayLike, DTypeLike

Pixels: TypeAlias = UInt8[Array, "n 3 32 32"]
Labels: TypeAlias = Int64[Array, " n"]


class DatasetError(ValueError):
    """Images that cannot be had: one line that names the place and says what to do.

    What a file's name or contents put into the line is escaped where it is not printable.
    """

    def __init__(self, message: str) -> None:
        super().__init__("".join(c if c.isprintable() else repr(c)[1:-1] for c in message))


@contextmanager
def locating(path: Path) -> Iterator[None]:
    """Whatever goes wrong inside is a ``DatasetError`` that begins with this path."""
    try:
        yield
    except DatasetError as error:
        raise DatasetError(f"{path}: {error}") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: whose home is ~nobody?
        raise DatasetError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """RGB images of 32×32 bytes, and the mean image that is subtracted from what is handed out.

    49,000 images are 150 MB as bytes and 1.2 GB as float64, so they become floats by the batch.

    >>> pixels = np.full((4, 3, 32, 32), 200, np.uint8)
    >>> images = Images(pixels, mean=np.full((3, 32, 32), 120.5))
    >>> x = images.batch([2, 0], "float32")
    >>> len(images), x.shape, x.dtype, float(x.max())
    (4, (2, 3, 32, 32), dtype('float32'), 79.5)
    """

    pixels: Pixels
    mean: Float64[Array, "3 32 32"]

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, indices: ArrayLike, dtype: DTypeLike = np.float64) -> Float[Array, "b 3 32 32"]:
        """These images in this order: 0 to 255, less the mean in float64, rounded to ``dtype``."""
        if np.dtype(dtype).kind != "f":
            raise ValueError(f"images as {np.dtype(dtype)}: write float32 or float64")
        chosen = self.pixels[np.asarray(indices, dtype=np.intp)]
        return (chosen - self.mean).astype(dtype, copy=False)

    def array(self, dtype: DTypeLike = np.float64) -> Float[Array, "n 3 32 32"]:
        """All of them at once, for small sets: 25 kB an image in float64."""
        return self.batch(np.arange(len(self)), dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images to train on, to choose by (``val``) and to report on (``test``), with their classes.

    ``name`` is what tables print; a set that is not CIFAR-10 says so there.
    """

    name: str
    class_names: tuple[str, ...]
    mean_image: Float64[Array, "3 32 32"]
    train_images: Images
    train_labels: Labels
    val_images: Images
    val_labels: Labels
    test_images: Images
    test_labels: Labels


def mean_image(pixels: Pixels) -> Float64[Array, "3 32 32"]:
    """The mean of every pixel: a sum of integers, which is exact, divided once.

    Bit for bit ``np.mean(pixels.astype(np.float64), axis=0)``, without the copy in float64.

    >>> mean_image(np.array([10, 11], np.uint8).repeat(3072).reshape(2, 3, 32, 32))[0, 0, :2]
    array([10.5, 10.5])
    """
    return pixels.sum(axis=0, dtype=np.uint64) / len(pixels)


def assemble(
    name: str,
    class_names: tuple[str, ...],
    train: tuple[Pixels, Labels],
    val: tuple[Pixels, Labels],
    test: tuple[Pixels, Labels],
) -> Dataset:
    """A data set of three parts; the mean of the training images is subtracted from them all.

    Nobody downstream can write into it.
    """
    mean = read_only(mean_image(train[0]))
    return Dataset(
        name,
        class_names,
        mean,
        train_images=Images(read_only(train[0]), mean),
        train_labels=read_only(train[1]),
        val_images=Images(read_only(val[0]), mean),
        val_labels=read_only(val[1]),
        test_images=Images(read_only(test[0]), mean),
        test_labels=read_only(test[1]),
    )


def read_only(array: Array) -> Array:
    """The same array, through which it cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
