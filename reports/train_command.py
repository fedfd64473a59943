"""The command ``nnparity train``: its options, handed to ``training_run``."""

from pathlib import Path
from typing import Annotated

import typer

from reports import options
from reports.options import examples_of, file, folder, number, rate

EPILOG = examples_of(
    "nnparity train --epochs 2 --num-train 5000",
    "nnparity train --net fully_connected --hidden-dim 100,50",
    "nnparity train --data cifar-10-batches-py --dtype float32",
    "nnparity train --config build/train/settings.toml --seed 1",
    "nnparity train --resume build/train/checkpoint.safetensors --epochs 4",
)


def train(
    net: Annotated[
        str | None,
        typer.Option(
            help="three_layer_conv_net; or two_layer_net, fully_connected, model_2017, two_conv_net."
        ),
    ] = None,
    data: options.Data = None,
    epochs: Annotated[int | None, number("How often every image is seen.")] = None,
    dtype: Annotated[options.Precision | None, typer.Option(help="float64 without it.")] = None,
    side: Annotated[
        options.Side | None, typer.Option(help="Both without it; one alone is not compared.")
    ] = None,
    out: Annotated[
        Path, folder("For tables, summary.json, curves.svg, settings.toml and checkpoints.")
    ] = Path("build/train"),
    resume: Annotated[Path | None, file("Go on from a checkpoint, with its settings.")] = None,
    config: Annotated[Path | None, file("Settings in TOML, as settings.toml; flags win.")] = None,
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

    What is not given comes from the network's own recipe. A file of settings can say more than
    flags: momentum, dropout, normalization, sizes of the network. Ctrl-C leaves the history so far,
    and a checkpoint to go on from.
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
    return training_run.command(net, data, epochs, out, resume, config, given).exit_code
