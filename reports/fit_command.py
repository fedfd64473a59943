"""The command ``nnparity fit``: its options, handed to ``fit_run``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from reports import options
from reports.options import examples_of, file, folder, number, rate

EPILOG = examples_of(
    "nnparity fit --data cifar-10-batches-py",
    "nnparity fit --split full --seed 1 --out build/fit-1",
    "nnparity fit --optimizer sgd --lr 0.002 --schedule onecycle",
    "nnparity fit --config build/fit/settings.toml --batch-size 2000 --lr 0.24",
    "nnparity fit --resume build/fit/checkpoint.safetensors",
    "torchrun --nproc-per-node 2 -m reports fit --data cifar-10-batches-py",
)
Dtype = Literal["auto", "bfloat16", "float32", "float64"]
OptimizerName = Literal["muon", "sgd", "adamw"]
Schedule = Literal["linear", "cosine", "constant", "onecycle"]
OPTIMIZATION, AUGMENTATION, MACHINE = "Optimization", "Augmentation", "Machine"


def fit(
    data: options.Data = None,
    split: Annotated[
        Literal["course", "full"],
        typer.Option(help="49,000 images to train on, 1,000 to choose by; or all 50,000."),
    ] = "course",
    out: Annotated[
        Path, folder("For tables, curves.svg, settings.toml, the network and a checkpoint.")
    ] = Path("build/fit"),
    resume: Annotated[Path | None, file("Go on from a checkpoint, with its settings.")] = None,
    config: Annotated[Path | None, file("Settings in TOML, as settings.toml; flags win.")] = None,
    epochs: Annotated[
        int | None, number("How often every image is seen; 10 without it.", panel=OPTIMIZATION)
    ] = None,
    batch_size: Annotated[
        int | None, number("Images per step; 1000 without it.", panel=OPTIMIZATION)
    ] = None,
    optimizer: Annotated[
        OptimizerName | None,
        typer.Option(
            help="What moves the convolutions, muon without it; biases and the last layer move by sgd.",
            rich_help_panel=OPTIMIZATION,
        ),
    ] = None,
    lr: Annotated[
        float | None,
        rate("Its learning rate; 0.17 for muon, 0.0015 for sgd, 0.002 for adamw.", OPTIMIZATION),
    ] = None,
    schedule: Annotated[
        Schedule | None,
        typer.Option(
            metavar="NAME",
            help="How all rates change: linear (without it) and cosine go down to 0, constant stays, "
            "onecycle warms up before it goes down.",
            rich_help_panel=OPTIMIZATION,
        ),
    ] = None,
    bias_lr: Annotated[
        float | None, rate("Learning rate of the biases; 0.053.", OPTIMIZATION)
    ] = None,
    head_lr: Annotated[
        float | None, rate("Learning rate of the last layer; 0.67.", OPTIMIZATION)
    ] = None,
    weight_decay: Annotated[
        float | None,
        rate("What a step takes off the weights, for each image in it; 2e-6.", OPTIMIZATION),
    ] = None,
    label_smoothing: Annotated[
        float | None, rate("Share that goes to the other classes; 0.2.", OPTIMIZATION)
    ] = None,
    seed: Annotated[
        int | None, number("Of weights, order and augmentation; 0.", 0, OPTIMIZATION)
    ] = None,
    shift: Annotated[
        int | None, number("Pixels by which an image is moved at most; 2.", 0, AUGMENTATION)
    ] = None,
    flip: Annotated[
        bool | None,
        typer.Option(
            "--flip/--no-flip",
            help="Mirror every image in each second epoch.",
            rich_help_panel=AUGMENTATION,
        ),
    ] = None,
    dtype: Annotated[
        Dtype | None,
        typer.Option(
            metavar="NAME",
            help="Of activations: bfloat16, float32, float64, or auto, the faster of the first two.",
            rich_help_panel=MACHINE,
        ),
    ] = None,
    compile_: Annotated[
        bool | None,
        typer.Option(
            "--compile/--no-compile", help="Through torch.compile.", rich_help_panel=MACHINE
        ),
    ] = None,
) -> int:
    """Train a network on CIFAR-10 with PyTorch alone, as fast as the machine allows.

    The recipe is cifar10-airbench's: whitening, Muon, alternating flips, label
    smoothing. Ctrl-C leaves the history so far, and a checkpoint to go on from;
    a resumed training gives the same bits as one that was not interrupted.
    Where TensorBoard is installed, its files lie in the folder, too.
    """
    from reports import fit_run

    given: dict[str, object] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimizer": optimizer,
        "lr": lr,
        "schedule": schedule,
        "bias_lr": bias_lr,
        "head_lr": head_lr,
        "weight_decay": weight_decay,
        "label_smoothing": label_smoothing,
        "shift": shift,
        "flip": flip,
        "dtype": dtype,
        "compile": compile_,
        "seed": seed,
    }
    return fit_run.command(data, split, out, resume, config, given)
