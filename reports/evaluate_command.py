"""The command ``nnparity evaluate``: its options, handed to ``evaluate_run``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from reports import options
from reports.options import examples_of

EPILOG = examples_of(
    "nnparity evaluate build/train/torch.safetensors",
    "nnparity evaluate build/train/reference.safetensors --data cifar-10-batches-py --part test",
)


def evaluate(
    weights: Annotated[
        Path, typer.Argument(metavar="FILE", help="Weights that `nnparity train` has left.")
    ],
    data: options.Data = None,
    part: Annotated[
        Literal["train", "val", "test"], typer.Option(help="Which of the images.")
    ] = "val",
) -> int:
    """Ask both sides about the same images with weights that one of them has trained."""
    from reports import evaluate_run

    return evaluate_run.command(weights, data, part)
