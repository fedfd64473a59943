"""The command ``nnparity fit``: its options, handed to ``fit_run``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from reports import options
from reports.options import examples_of, file, folder, number, rate

EPILOG = examples_of(
    "nnparity fit --data cifar-10-batches-py",
    "nnparity fit --split full --epochs 8 --seed 1 --out build/fit-1",
    "nnparity fit --config build/fit/settings.toml --batch-size 1000",
    "nnparity fit --resume build/fit/checkpoint.safetensors",
    "torchrun --nproc-per-node 2 -m reports fit --data cifar-10-batches-py",
)
Dtype = Literal["auto", "bfloat16", "float32", "float64"]


def fit(
    data: options.Data = None,
    split: Annotated[
        Literal["course", "full"],
        typer.Option(help="49,000 images to train on, 1,000 to choose by; or all 50,000."),
    ] = "course",
    epochs: Annotated[int | None, number("How often every image is seen; 8 without it.")] = None,
    out: Annotated[
        Path, folder("For history.csv, epochs.csv, summary.json, settings.toml and checkpoints.")
    ] = Path("build/fit"),
    resume: Annotated[Path | None, file("Go on from a checkpoint, with its settings.")] = None,
    config: Annotated[Path | None, file("Settings in TOML, as settings.toml; flags win.")] = None,
    batch_size: Annotated[int | None, number("Images per step; 2000 without it.")] = None,
    muon_lr: Annotated[float | None, rate("Learning rate of the convolutions.")] = None,
    bias_lr: Annotated[float | None, rate("Learning rate of the biases.")] = None,
    head_lr: Annotated[float | None, rate("Learning rate of the last layer.")] = None,
    weight_decay: Annotated[float | None, rate("Decay, for one image.")] = None,
    label_smoothing: Annotated[float | None, rate("Share that goes to the other classes.")] = None,
    shift: Annotated[
        int | None, number("Pixels by which an image is moved at most; 2.", least=0)
    ] = None,
    flip: Annotated[
        bool | None, typer.Option("--flip/--no-flip", help="Mirror images, each second epoch.")
    ] = None,
    dtype: Annotated[
        Dtype | None, typer.Option(help="Of activations; auto asks the machine.")
    ] = None,
    compile_: Annotated[
        bool | None, typer.Option("--compile/--no-compile", help="Through torch.compile.")
    ] = None,
    seed: Annotated[int | None, number("Of weights, order and augmentation; 0.", least=0)] = None,
) -> int:
    """Train a network on CIFAR-10 with PyTorch alone, as fast as the machine allows.

    The recipe is cifar10-airbench's: whitening, Muon, alternating flips, label
    smoothing. Ctrl-C leaves the history so far, and a checkpoint to go on from;
    a resumed training gives the same bits as one that was not interrupted.
    """
    from reports import fit_run

    given: dict[str, object] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "muon_lr": muon_lr,
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
