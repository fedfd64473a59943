"""Pictures as PNG: inside the page, and as files beside it."""

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from jaxtyping import UInt8
from matplotlib.image import imsave
from numpy import ndarray as Array

from parity_tests.experiments import Picture, Tile
from reports.output import replacing


def to_png(pixels: UInt8[Array, "h w 3"]) -> bytes:
    """The bytes of the file, the same each time."""
    file = io.BytesIO()
    imsave(file, pixels, format="png")
    return file.getvalue()


def data_uri(tile: Tile) -> str:
    """The picture as an address that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(to_png(tile.pixels)).decode()}"


def file_name(picture: Picture, tile: Tile) -> str:
    """Where a tile lies beside the page.

    >>> import numpy as np
    >>> tile = Tile("edges, NumPy", np.zeros((1, 1, 3), np.uint8))
    >>> file_name(Picture("cat", "a cat", "A cat.", (tile,)), tile)
    'cat-edges-numpy.png'
    """
    words = f"{picture.name} {tile.title}".lower().replace(",", "").split()
    return f"{'-'.join(words)}.png"


def write(pictures: Iterable[Picture], folder: Path) -> None:
    """Leave every tile as a file."""
    for picture in pictures:
        for tile in picture.tiles:
            with replacing(folder / file_name(picture, tile)) as temporary:
                temporary.write_bytes(to_png(tile.pixels))
