"""The command line ``nnparity``: parses, calls a room of its own for each command, and exits.

Exit codes: 0 agree, 1 disagree, 2 usage (one line on stderr), 130 interrupted. PyTorch takes
seconds to import, so each command imports its room by itself.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reports import options
from reports.options import examples_of, file, folder, number, rate

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
    )
)
def check(
    pairs: options.Names = None,
    examples: options.Examples = 100,
    seed: options.Seed = 0,
    dtype: Annotated[options.Precisions, typer.Option(help="Which precision.")] = "both",
    json: Annotated[Path | None, file("Leave all verdicts as JSON.")] = None,
    junit: Annotated[Path | None, file("Leave them as JUnit XML.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave the short table, for a job summary.")] = None,
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

    files = check_run.Files(json, junit, csv, markdown)
    names = tuple(pairs or ())
    if replay is not None:
        findings = check_run.again(replay, names, files)
    else:
        findings = check_run.run(names, examples, seed, options.DTYPES[dtype], jobs, files)
    files.write(findings)
    check_run.tell(findings, Console(), verbose or replay is not None)
    return 0 if findings.passed else 1


@app.command(
    epilog=examples_of(
        "nnparity train --epochs 2 --num-train 5000",
        "nnparity train --net fully_connected --hidden-dim 100,50",
        "nnparity train --data cifar-10-batches-py --dtype float32",
        "nnparity train --resume build/train/checkpoint.safetensors --epochs 4",
    )
)
def train(
    net: Annotated[
        str | None,
        typer.Option(help="three_layer_conv_net; fully_connected, two_layer_net, model_2017."),
    ] = None,
    data: options.Data = None,
    epochs: Annotated[int | None, number("How often every image is seen.")] = None,
    dtype: Annotated[options.Precision | None, typer.Option(help="float64 without it.")] = None,
    side: Annotated[
        options.Side | None, typer.Option(help="Both without it; one alone is not compared.")
    ] = None,
    out: Annotated[
        Path, folder("For history.csv, epochs.csv, summary.json and checkpoints.")
    ] = Path("build/train"),
    resume: Annotated[Path | None, file("Go on from a checkpoint, with its settings.")] = None,
    batch_size: Annotated[int | None, number("Images per step.")] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="sgd, adagrad, rmsprop, adam or adamw.")
    ] = None,
    lr: Annotated[float | None, rate("Learning rate.")] = None,
    lr_decay: Annotated[float | None, rate("Factor on the rate after each epoch.")] = None,
    reg: Annotated[float | None, rate("Strength of the L2 regularisation.")] = None,
    weight_scale: Annotated[float | None, rate("Deviation of the initial weights.")] = None,
    hidden_dim: Annotated[
        str | None, typer.Option(metavar="N[,N…]", help="Sizes of the hidden layers.")
    ] = None,
    seed: Annotated[
        int | None, number("Of weights, order and masks; 231 without it.", least=0)
    ] = None,
    num_train: Annotated[int | None, number("Only the first N training images.")] = None,
) -> int:
    """Train a NumPy network and its PyTorch twin in lock step, compared at every step.

    What is not given comes from the network's own recipe. Ctrl-C leaves the history so far, and
    a checkpoint to go on from.
    """
    from reports import training_run

    given: dict[str, object] = {
        "dtype": dtype,
        "side": side,
        "batch_size": batch_size,
        "optimizer": optimizer,
    }
    given |= {"lr": lr, "lr_decay": lr_decay, "reg": reg, "weight_scale": weight_scale}
    given |= {"hidden_dim": hidden_dim, "seed": seed, "num_train": num_train}
    return training_run.command(net, data, epochs, out, resume, given).exit_code


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
    from reports.output import check_folder

    check_folder(out, "--out")
    made = main_job.make(load(data), examples, seed, jobs)
    main_job.write(made, out)
    main_job.tell(made, out, Console())
    return 0 if made.passed else 1


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
