"""The command ``nnparity course``: its options, handed to ``course_run``."""

from pathlib import Path
from typing import Annotated

import typer

from reports import options
from reports.options import examples_of, folder, number

EPILOG = examples_of(
    "nnparity course --data cifar-10-batches-py",
    "nnparity course conv_net part_iv --seeds 5 --data cifar-10-batches-py",
    "nnparity course --list",
)


def course(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Networks, as --list names them; none for all."),
    ] = None,
    data: options.Data = None,
    seeds: Annotated[int, number("So many trainings of each network.")] = 3,
    seed: Annotated[int, number("The first of them; the others follow.", least=0)] = 0,
    num_train: Annotated[int | None, number("Only the first N training images.")] = None,
    out: Annotated[Path, folder("For course.csv, course.md and runs.csv.")] = Path("build/course"),
    listing: Annotated[
        bool, typer.Option("--list", help="Show the networks and what the course states of them.")
    ] = False,
) -> int:
    """Train the networks of CS231n's notebooks, with NumPy and with PyTorch.

    Their accuracies, mean and deviation over the seeds, stand beside what the
    course states and what students' notebooks have published. A training that
    runs.csv holds already is not done again: what was interrupted goes on.
    """
    from reports import course_run

    if listing:
        course_run.tell_list()
        return 0
    return course_run.command(tuple(names or ()), data, range(seed, seed + seeds), num_train, out)
