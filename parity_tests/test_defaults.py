"""A hyper-parameter left out means the same to the reference, the twin, the definition and PyTorch itself."""

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, make_dataclass
from typing import Any

import pytest
import torch

from parity_tests.harness.pair import Pair
from parity_tests.pairs import PAIRS

RENAMED = {"MulticlassHingeLoss": "MultiMarginLoss"}

PYTORCH_DIFFERS = {
    "layers.max_pool2d: stride": "must be written: PyTorch's None stands for kernel_size",
    "layers.avg_pool2d: stride": "must be written: PyTorch's None stands for kernel_size",
    "activations.softmax: dim": "PyTorch's None warns, and takes an axis that depends on their number",
    "activations.log_softmax: dim": "PyTorch's None warns, and takes an axis that depends on their number",
}


@dataclass(frozen=True, slots=True)
class Required:
    """Stands for the default of what has none."""


REQUIRED = Required()


def defaults(operation: Any) -> dict[str, Any]:
    """Every hyper-parameter that a class takes by name, and its default."""
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = inspect.signature(operation).parameters.values()
    return {
        p.name: REQUIRED if p.default is inspect.Parameter.empty else p.default
        for p in parameters
        if p.kind in named
    }


def own_defaults(reference: Any) -> dict[str, Any]:
    """The defaults of a dataclass of hyper-parameters."""
    return {f.name: REQUIRED if f.default is MISSING else f.default for f in fields(reference)}


def same(own: Any, other: Any) -> bool:
    """Whether two defaults mean the same: PyTorch writes a number for the same number along each axis."""
    if isinstance(own, tuple) and not isinstance(other, tuple):
        return all(same(x, other) for x in own)
    numbers = all(type(x) in (int, float) for x in (own, other))
    return bool((numbers or type(own) is type(other)) and own == other)


def in_pytorch(reference: type) -> dict[str, Any]:
    """The defaults of PyTorch's own module or optimizer of that name; of a module also its mode."""
    name = RENAMED.get(reference.__name__, reference.__name__)
    if module := getattr(torch.nn, name, None):
        return {"training": torch.nn.Module().training, **defaults(module)}
    optimizer = getattr(torch.optim, name, None)
    return {} if optimizer is None else defaults(optimizer)


def differing(reference: type, others: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each hyper-parameter whose default is another elsewhere, and what is said of it."""
    for where, theirs in others.items():
        for name, own in own_defaults(reference).items():
            if name in theirs and not same(own, theirs[name]):
                yield name, f"{name} is {own} by default, and {theirs[name]} in {where}"


def complaints(pair: Pair) -> dict[str, str]:
    """Of a pair: each default that differs, in the twin, the definition or PyTorch."""
    twin, pytorch = defaults(pair.twin), in_pytorch(pair.reference)
    others = {"the twin": twin, "PyTorch": pytorch}
    if pair.naive is not None:
        others["the definition"] = own_defaults(pair.naive)
    found = {f"{pair.name}: {name}": said for name, said in differing(pair.reference, others)}
    # Whether there is a bias, say, only the twin is told.
    unlike = {name for name in twin if name in pytorch and not same(twin[name], pytorch[name])}
    return {
        f"{pair.name}: {name}": f"the twin's {name} is not PyTorch's" for name in unlike
    } | found


@pytest.mark.parametrize("name", PAIRS)
def test_defaults_are_the_twins_and_pytorchs(name: str) -> None:
    found = complaints(PAIRS[name])
    assert {key: said for key, said in found.items() if key not in PYTORCH_DIFFERS} == {}


def test_every_exception_is_one() -> None:
    found = {key: said for pair in PAIRS.values() for key, said in complaints(pair).items()}
    assert set(PYTORCH_DIFFERS) <= set(found)


def test_pytorchs_defaults_are_found_for_all_but_networks_of_our_own() -> None:
    unknown = [name for name, pair in PAIRS.items() if not in_pytorch(pair.reference)]
    assert {name.split(".")[0] for name in unknown} == {"networks"}


@pytest.mark.parametrize(
    ("name", "default", "says"),
    [
        ("negative_slope", 0.02, "0.02 by default, and 0.01 in PyTorch"),
        ("padding", (0, 1), "(0, 1) by default, and 0 in PyTorch"),
        ("ceil_mode", 0, "0 by default, and False in PyTorch"),
        ("training", False, "False by default, and True in PyTorch"),
        ("eps", REQUIRED, "Required() by default, and 1e-05 in PyTorch"),
    ],
)
def test_another_default_is_reported(name: str, default: Any, says: str) -> None:
    field = (name, Any) if default is REQUIRED else (name, Any, default)
    theirs = {"negative_slope": 0.01, "padding": 0, "ceil_mode": False, "eps": 1e-5}
    planted = make_dataclass("Planted", [field])
    pytorch = {"training": True, **theirs}
    assert list(differing(planted, {"PyTorch": pytorch})) == [(name, f"{name} is {says}")]


def test_the_same_default_written_otherwise_is_not_reported() -> None:
    planted = make_dataclass("Planted", [("padding", Any, (0, 0)), ("momentum", float, 0.0)])
    assert list(differing(planted, {"PyTorch": {"padding": 0, "momentum": 0}})) == []
