"""From what a user writes after ``--data`` to a data set."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from reference.datasets.cifar10 import load
from reference.datasets.download import download_cifar10
from reference.datasets.images import Dataset, DatasetError
from reference.datasets.synthetic import make_synthetic

VARIABLE = "CIFAR10_DIR"


def resolve(
    data: str | os.PathLike[str] | None = None,
    split: Literal["course", "full"] = "course",
    environ: Mapping[str, str] = os.environ,
) -> Dataset:
    """``synthetic``, ``download`` or a folder; ``None`` is ``CIFAR10_DIR``, or synthetic.

    A folder that has one of the two names is written ``./synthetic``. The synthetic set has one
    split. Raises ``DatasetError``, with the variable's name where the folder came from there.
    """
    chosen = os.fspath(data) if data is not None else environ.get(VARIABLE) or "synthetic"
    if chosen == "synthetic":
        return make_synthetic()
    if chosen == "download":
        return load(download_cifar10(), split)
    try:
        return load(chosen, split)
    except DatasetError as error:
        if data is None:
            raise DatasetError(f"{VARIABLE}: {error}") from None
        close = get_close_matches(chosen, ("synthetic", "download"), n=1)
        if close and not Path(chosen).exists():
            raise DatasetError(f"{error}; or did you mean {close[0]}?") from None
        raise
