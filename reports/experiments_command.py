"""The command ``nnparity experiments``: its options, handed to ``experiments_run``."""

from pathlib import Path
from typing import Annotated

import typer

from reports import options
from reports.options import examples_of, folder

EPILOG = examples_of(
    "nnparity experiments",
    "nnparity experiments optimizers dropout --data cifar-10-batches-py --full",
)


def experiments(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="initial-loss, gradients, overfitting, optimizers, weight-scale, batch-norm-batch-size, "
            "layer-norm-batch-size, dropout, conv-net, hand-made-filters; none for all.",
        ),
    ] = None,
    data: options.Data = None,
    full: Annotated[
        bool, typer.Option("--full", help="With the course's own sizes: an hour for all of them.")
    ] = False,
    out: Annotated[
        Path, folder("For index.html, pictures, and every table as .csv and .md.")
    ] = Path("build/experiments"),
    jobs: options.Jobs = None,
) -> int:
    """Do the course's experiments on both sides, and tell whether they come to what it expects."""
    from reports import experiments_run

    return experiments_run.command(tuple(names or ()), data, full, out, jobs)
