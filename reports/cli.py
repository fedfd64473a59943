"""The command line ``nnparity``: parses, calls a room of its own for each command, and exits.

Exit codes: 0 agree, 1 disagree, 2 usage (one line on stderr), 130 interrupted. PyTorch takes
seconds to import, so each command imports its room by itself.
"""

import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reports import (
    course_command,
    evaluate_command,
    experiments_command,
    fit_command,
    homework_command,
    options,
)
from reports.options import examples_of, file, folder, number, rate
from reports.output import Files, check_folder
from reports.train_command import EPILOG, train

DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
"""What a disk has against a file that is to be written."""

app = typer.Typer(
    name="nnparity",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback(
    invoke_without_command=True,
    epilog=examples_of(
        "nnparity check                      every operation on random cases",
        "nnparity train --num-train 1000     matching networks, step by step",
        "nnparity report                     all of it on one page",
    ),
)
def nnparity(context: typer.Context) -> None:
    """Verify NumPy neural-network operations against PyTorch, and train matching networks."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    "list",
    epilog=examples_of("nnparity list", "nnparity list layers.batch_norm", "nnparity list --json"),
)
def list_pairs(
    pairs: options.Names = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Show every pair, its options and its checks."""
    import parity_tests
    from reports import catalogue

    selected = parity_tests.select(*(pairs or ()))
    if json:
        print(catalogue.to_json(selected), end="")
    else:
        catalogue.tell(selected, Console())
    return 0


@app.command(epilog=examples_of("nnparity show layers.layer_norm", "nnparity show optimizers.adam"))
def show(
    pair: Annotated[
        str, typer.Argument(metavar="PAIR", help="A pair, as `nnparity list` names it.")
    ],
) -> int:
    """Show reference and twin side by side, with the formula."""
    import parity_tests
    from reports import side_by_side

    for selected in parity_tests.select(pair):
        side_by_side.tell(selected, Console())
    return 0


@app.command(
    epilog=examples_of(
        "nnparity check",
        "nnparity check layers.conv2d optimizers --examples 500",
        "nnparity check --json verdicts.json --junit junit.xml",
        'nnparity check --replay "CASE"      (a failure prints this line)',
        'nnparity check --replay "CASE" --script show.py',
    )
)
def check(
    pairs: options.Names = None,
    examples: options.Examples = 100,
    seed: options.Seed = 0,
    dtype: Annotated[
        options.Formats,
        typer.Option(help="Which precision; half is the twin's, against the reference in float64."),
    ] = "both",
    json: Annotated[Path | None, file("Leave all verdicts as JSON.")] = None,
    junit: Annotated[Path | None, file("Leave them as JUnit XML.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave the short table, for a job summary.")] = None,
    script: Annotated[
        Path | None, file("Leave a stand-alone script of the first failure, of PyTorch and NumPy.")
    ] = None,
    replay: Annotated[
        str | None, typer.Option(metavar="CASE", help="Run one case again, as a failure prints it.")
    ] = None,
    jobs: options.Jobs = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="One row per comparison.")
    ] = False,
) -> int:
    """Compare NumPy with PyTorch on random cases: outputs, gradients, slopes and manners."""
    from reports import check_run

    files = check_run.Files(json, junit, csv, markdown, script)
    names = tuple(pairs or ())
    if replay is not None:
        findings = check_run.again(replay, names, files)
    else:
        findings = check_run.run(names, examples, seed, options.DTYPES[dtype], jobs, files)
    files.write(findings)
    check_run.tell(findings, Console(), verbose or replay is not None)
    return 0 if findings.passed else 1


app.command(epilog=EPILOG)(train)
app.command(epilog=fit_command.EPILOG)(fit_command.fit)
app.command(epilog=course_command.EPILOG)(course_command.course)
app.command(epilog=evaluate_command.EPILOG)(evaluate_command.evaluate)
app.command(epilog=experiments_command.EPILOG)(experiments_command.experiments)
app.command(epilog=homework_command.EPILOG)(homework_command.homework)
app.command(epilog=homework_command.AUTOGRADER_EPILOG)(homework_command.autograder)


@app.command(
    epilog=examples_of(
        "nnparity report",
        "nnparity report --data cifar-10-batches-py --out build/cifar",
    )
)
def report(
    out: Annotated[Path, folder("For index.html, and every table as .csv and .md.")] = Path(
        "build/report"
    ),
    data: options.Data = None,
    examples: options.Examples = 200,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
) -> int:
    """Check every pair, train in lock step, and leave it all on one page."""
    from reports import main_job
    from reports.datasets import load

    check_folder(out, "--out")
    made = main_job.make(load(data), examples, seed, jobs)
    main_job.write(made, out)
    main_job.tell(made, out, Console())
    return 0 if made.passed else 1


@app.command(
    epilog=examples_of(
        "nnparity bench",
        "nnparity bench layers.conv2d --budget 10 --json times.json",
        "nnparity bench --witnesses          what each part of checking a case costs",
    )
)
def bench(
    pairs: options.Names = None,
    witnesses: Annotated[
        bool, typer.Option("--witnesses", help="Time the parts of checking a case instead.")
    ] = False,
    dtype: Annotated[options.Precisions, typer.Option(help="Which precision.")] = "both",
    budget: Annotated[
        float | None, rate("Processor seconds for each pair; 1.5 without it.")
    ] = None,
    examples: Annotated[int | None, number("Cases of --witnesses; 20 without it.")] = None,
    seed: Annotated[int | None, number("Of these cases; 0 without it.", least=0)] = None,
    json: Annotated[Path | None, file("Leave all times as JSON.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave the ratios, with their conditions.")] = None,
) -> int:
    """Time plain loops, NumPy and PyTorch in turn on one thread; tell the ratios."""
    from reports import bench_run

    files, names = Files(json, csv, markdown), tuple(pairs or ())
    given = {"budget": budget, "examples": examples, "seed": seed}
    return bench_run.command(names, witnesses, options.DTYPES[dtype], files, given)


@app.command(
    epilog=examples_of(
        "nnparity strength layers.linear",
        "nnparity strength optimizers --sample 20",
        "nnparity strength --json strength.json      (everything: minutes)",
    )
)
def strength(
    pairs: options.Names = None,
    examples: Annotated[int, number("Random cases per pair, dtype and mistake.")] = 200,
    sample: Annotated[
        int | None, number("So many mutants of each file, by the seed; all without it.")
    ] = None,
    seed: options.Seed = 0,
    jobs: options.Jobs = None,
    json: Annotated[Path | None, file("Leave every mistake and how it was seen as JSON.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave the short table, for a job summary.")] = None,
) -> int:
    """Plant mistakes in the NumPy texts and count those that the checks see.

    Planted are the faults of the zoo, and mutants: texts with one sign, axis or
    term changed. A mutant that no check sees is shown as a patch.
    """
    from reports import strength_run

    files = Files(json, csv, markdown)
    found = strength_run.run(tuple(pairs or ()), examples, sample, seed, jobs, files)
    strength_run.write(found, files)
    strength_run.tell(found, Console())
    return 0 if found.passed else 1


@app.command(
    epilog=examples_of(
        "nnparity sensitivity layers.linear",
        "nnparity sensitivity --examples 200 --csv sensitivity.csv",
    )
)
def sensitivity(
    pairs: options.Names = None,
    examples: Annotated[int, number("Random cases per pair and dtype.")] = 20,
    seed: options.Seed = 0,
    json: Annotated[Path | None, file("Leave the figures of every quantity as JSON.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave the tables, for a job summary.")] = None,
) -> int:
    """Tell how small an error is certain to be seen, whatever rounding does on both sides."""
    from reports import sensitivity_run

    files = Files(json, csv, markdown)
    found = sensitivity_run.run(tuple(pairs or ()), examples, seed, files)
    sensitivity_run.write(found, files)
    sensitivity_run.tell(found, Console())
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    command = typer.main.get_command(app)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return command.main(given, prog_name="nnparity", standalone_mode=False) or 0
    except typer.TyperException as error:
        return refuse(error.format_message(), help_hint(error))
    except usage_errors() as error:
        return refuse(str(error))
    except OSError as error:
        if error.errno not in DISK:
            raise
        reason = error.strerror or "cannot be written"
        return refuse(
            f"{error.filename or 'a file'}: {reason}; what was left before is whole, make room for more"
        )
    except KeyboardInterrupt:
        return 130


def usage_errors() -> tuple[type[Exception], ...]:
    """What the rooms below raise when they were asked for something that does not exist."""
    from parity_tests import CaseError, UnknownPair
    from reports.usage import UsageError

    return CaseError, UnknownPair, UsageError


def refuse(message: str, hint: str = "") -> int:
    """Say in one line what is wrong and what to write instead."""
    line = " ".join(message.replace("Value error, ", "").split()).removesuffix(".")
    print(f"nnparity: {line}{hint}", file=sys.stderr)
    return 2


def help_hint(error: typer.TyperException) -> str:
    """Where to read what can be written."""
    context = getattr(error, "ctx", None)
    command = "nnparity" if context is None else context.command_path
    return f" (see {command} --help)"
