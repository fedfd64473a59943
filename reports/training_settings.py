"""Settings of a training in lock step, from the command line and from a file."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

from parity_tests.training import TrainSettings, recipe
from reference import networks, optimizers
from reports.settings_file import read_settings, refuse_unlike
from reports.usage import UsageError, asked_for

DEFAULT = "three_layer_conv_net"
OF_THE_IMAGES = ("input_dim", "num_classes", "training")
EXAMPLES = asdict(TrainSettings()) | {"weight_scale": 1e-3, "num_train": 1000}


def settings_from(
    config: Path | None,
    net: str | None,
    hidden_dim: str | None = None,
    lr: float | None = None,
    **given: Any,
) -> TrainSettings:
    """The network's recipe, with what a file says in its place, and over both what was given (is not None).

    Options are those of a network or an optimizer: the file's are left out where another one is given.

    >>> settings_from(None, "three_layer_conv_net", hidden_dim="20", lr=0.1, epochs=3, reg=None).epochs
    3
    """
    given = {name: value for name, value in given.items() if value is not None}
    changes = {} if config is None else read_settings(config, EXAMPLES)
    configured = changes.pop("net", DEFAULT)
    with asked_for():
        chosen = recipe(net or configured)
        if chosen.net != configured:
            changes.pop("net_options", None)
        chosen = _changed(_changed(chosen, changes), given)
        for_net, for_optimizer = {**chosen.net_options}, {**chosen.optimizer_options}
        if hidden_dim is not None:
            for_net |= hidden(chosen.net, hidden_dim)
        if lr is not None:
            for_optimizer["lr"] = lr
        _made("net_options", networks.BY_NAME[chosen.net], for_net).links()
        _made("optimizer_options", optimizers.BY_NAME[chosen.optimizer], for_optimizer)
        return replace(chosen, net_options=for_net, optimizer_options=for_optimizer)


def _changed(chosen: TrainSettings, changes: Mapping[str, Any]) -> TrainSettings:
    """With these changes; another optimizer begins with its own options.

    >>> _changed(recipe("two_conv_net"), {"optimizer": "adam"}).optimizer_options
    {}
    """
    another = changes.get("optimizer", chosen.optimizer) != chosen.optimizer
    return replace(chosen, **{**({"optimizer_options": {}} if another else {}), **changes})


def _made(table: str, made: type, options: Mapping[str, Any]) -> Any:
    """A network or an optimizer, whose options must be such as it takes."""
    words = get_type_hints(made)
    examples = {
        field.name: _choices(words[field.name]) if field.default is None else field.default
        for field in fields(made)
        if field.name not in OF_THE_IMAGES
    }
    refuse_unlike(table, options, examples)
    for name, value in options.items():
        like, sizes = (x if isinstance(x, tuple) else (x,) for x in (examples[name], value))
        if type(like[0]) is int and min(sizes, default=1) < 1:
            raise UsageError(f"{table}: {name} must be at least 1, not {min(sizes)}")
        if type(like[0]) is float and len(sizes) != len(like):
            raise UsageError(f"{table}: {name} are {len(like)} numbers, as {list(like)}")
    if not 0 <= (p := options.get("dropout", 0)) <= 1:
        raise UsageError(f"{table}: dropout, the probability to drop, must be from 0 to 1, not {p}")
    return made(**options)


def _choices(words: Any) -> frozenset[Any]:
    """Of an option that is None without it.

    >>> from typing import Literal
    >>> sorted(_choices(Literal["batch", "layer"] | None))
    ['batch', 'layer']
    """
    return frozenset(word for kind in get_args(words) for word in get_args(kind))


def hidden(net: str, sizes: str) -> dict[str, Any]:
    """The sizes of the hidden layers under the name that the network has for them.

    >>> hidden("two_layer_net", "50"), hidden("fully_connected", "50,20")
    ({'hidden_dim': 50}, {'hidden_dims': (50, 20)})
    """
    words = sizes.split(",")
    if not all(word.isascii() and word.isdigit() and int(word) > 0 for word in words):
        raise UsageError(f"--hidden-dim {sizes!r}: write whole numbers from 1, as 100 or 100,50")
    numbers = tuple(int(word) for word in words)
    if "hidden_dims" in {field.name for field in fields(networks.BY_NAME[net])}:
        return {"hidden_dims": numbers}
    if len(numbers) != 1:
        raise UsageError(f"--hidden-dim {sizes!r}: {net} has one hidden layer, write one number")
    return {"hidden_dim": numbers[0]}
