"""A new operation costs three files and one entry: here it is told which of the four is missing."""

import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from parity_tests.harness.pair import is_operation
from parity_tests.harness.signature import array_axes
from parity_tests.pairs import TABLES

FAMILIES = ("layers", "activations", "losses", "optimizers", "networks")
ADDRESSES = [pair.address for table in TABLES for pair in table.PAIRS]


def missing(reference: str, torch_impl: str, addresses: Iterable[str]) -> list[str]:
    """What is missing, superfluous or different, in one line each.

    Args:
        reference: the package of the NumPy operations, with their definitions in ``naive``.
        torch_impl: the package of their twins.
        addresses: the address of every pair, below those packages.
    """
    operations = classes(reference, is_complete)
    complaints = []
    for kind, root in (("twin", torch_impl), ("definition", f"{reference}.naive")):
        others = classes(root, is_counterpart)
        for address, operation in operations.items():
            if address in others:
                problems = differences(operation, others[address], root)
                complaints += [f"{root}.{address}: {problem}" for problem in problems]
            elif kind == "twin":  # a definition helps to decide, and may be missing
                complaints.append(f"{reference}.{address}: no {kind}, {root}.{address} is missing")
        complaints += leftovers(reference, root, kind)
    return complaints + entries(reference, operations, addresses)


def entries(reference: str, operations: Iterable[str], addresses: Iterable[str]) -> list[str]:
    """Operations that have not exactly one pair, and pairs that have no operation."""
    count, known = Counter(addresses), list(operations)
    table = {
        address: f"parity_tests/pairs/{address.split('.')[0]}.py" for address in {*known, *count}
    }
    wrong = [address for address in known if count[address] != 1]
    unknown = [address for address in count if address not in known]
    return [
        *(f"{reference}.{a}: {count[a]} entries in {table[a]} instead of one" for a in wrong),
        *(f"{table[a]}: there is no operation {reference}.{a}" for a in unknown),
    ]


def leftovers(reference: str, root: str, kind: str) -> list[str]:
    """Twins or definitions that stand alone."""
    known = classes(reference, inspect.isclass)
    found = classes(root, is_counterpart)
    return [
        f"{root}.{a}: the {kind} of nothing, no {reference}.{a}" for a in found if a not in known
    ]


def classes(root: str, wanted: Callable[[type], bool]) -> dict[str, type]:
    """Classes by address, each where it is defined."""
    return {
        f"{module.__name__.removeprefix(root + '.')}.{name}": found
        for module in modules(root)
        for name, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__ and wanted(found)
    }


def modules(root: str) -> Iterator[ModuleType]:
    """The modules in the families of a package."""
    for family in FAMILIES:
        spec = find_spec(f"{root}.{family}")
        paths = spec.submodule_search_locations if spec else None
        for found in pkgutil.iter_modules(paths or [], f"{root}.{family}."):
            yield importlib.import_module(found.name)


def is_complete(candidate: type) -> bool:
    """Whether a class is an operation that leaves nothing to its subclasses."""
    members = dict(inspect.getmembers(candidate)).values()
    return is_operation(candidate) and not any(
        getattr(member, "__isabstractmethod__", False) for member in members
    )


def is_counterpart(candidate: type) -> bool:
    """Whether a class is a PyTorch module or optimizer, or a definition."""
    return any(hasattr(candidate, method) for method in ("forward", "step", "update"))


def differences(operation: Any, other: Any, root: str) -> Iterator[str]:
    """Where the other has other arguments, other axes or other hyper-parameters than the reference."""
    constructor = inspect.signature(other).parameters
    for field in dataclasses.fields(operation):
        # PyTorch's modules are told by their method train().
        told = field.name == "training" and not dataclasses.is_dataclass(other)
        if not told and field.name not in constructor:
            yield f"the constructor does not take {field.name!r}"
    if (
        not hasattr(operation, "forward")
        or "arrays" in inspect.signature(operation.forward).parameters
    ):
        return
    expected = arrays_of(operation.forward)
    got = declared(other, root) | arrays_of(other.forward)
    for name in {**expected, **got}:
        if expected.get(name) != got.get(name):
            yield f"{name} has the axes {quoted(got, name)}, the reference's has {quoted(expected, name)}"


def quoted(axes: dict[str, str], name: str) -> str:
    return repr(axes[name]) if name in axes else "none: it is not there"


def declared(counterpart: type, root: str) -> dict[str, str]:
    """Parameters and buffers declared at class level, and their axes."""
    own = [c for c in reversed(counterpart.__mro__) if c.__module__.startswith(f"{root}.")]
    return {
        name: axes for c in own for name, axes in array_axes(inspect.get_annotations(c)).items()
    }


def arrays_of(forward: Callable[..., Any]) -> dict[str, str]:
    """Array arguments and their axes."""
    hints = inspect.get_annotations(forward)
    return array_axes({name: hint for name, hint in hints.items() if name != "return"})


def test_every_operation_has_a_twin_and_an_entry() -> None:
    assert missing("reference", "torch_impl", ADDRESSES) == []


def test_every_operation_is_found() -> None:
    found = classes("reference", is_complete)
    assert {address.split(".")[0] for address in found} == set(FAMILIES)
    assert {
        "layers.batch_norm.BatchNorm1d",
        "optimizers.adam.Adam",
        "networks.sandwich.ConvReLU",
    } <= set(found)
    assert "networks.chain.Chain" not in found


REFERENCE = """
from dataclasses import dataclass
from jaxtyping import Float
from numpy import ndarray as Array

@dataclass(frozen=True)
class Scale:
    power: int = 1
    def forward(self, x: Float[Array, "n d"], weight: Float[Array, " d"] | None = None): ...
    def backward(self, saved, dy): ...

class Helper: ...
"""
TWIN = """
from jaxtyping import Float
from torch import Tensor, nn

class Scale(nn.Module):
    weight: Float[Tensor, "d"] | None
    def __init__(self, d: int, power: int = 1): ...
    def forward(self, x: Float[Tensor, "n d"]): ...
"""
DEFINITION = REFERENCE.replace("    def backward(self, saved, dy): ...\n", "")
ADDRESS = "layers.scale.Scale"
ROOTS = (f"planted{number}" for number in itertools.count())


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Complaints about one planted operation; the packages have names of their own for each call."""
    monkeypatch.syspath_prepend(tmp_path)
    roots = []

    def complaints(
        reference: str,
        twin: str,
        addresses: Iterable[str] = (ADDRESS,),
        definition: str = DEFINITION,
    ) -> list[str]:
        roots.append(next(ROOTS))
        root = tmp_path / roots[-1]
        sides = {"numpy": reference, "torch": twin, "numpy/naive": definition}
        for side, text in sides.items():
            layers = root / side / "layers"
            layers.mkdir(parents=True)
            (layers / "scale.py").write_text(text)
        for folder in (root, *(found for found in root.rglob("*") if found.is_dir())):
            (folder / "__init__.py").touch()
        importlib.invalidate_caches()
        found = missing(f"{roots[-1]}.numpy", f"{roots[-1]}.torch", addresses)
        return [complaint.replace(f"{roots[-1]}.", "") for complaint in found]

    yield complaints
    for name in [name for name in sys.modules if name.split(".")[0] in roots]:
        del sys.modules[name]


def test_a_complete_operation_has_nothing_missing(plant: Callable[..., list[str]]) -> None:
    assert plant(REFERENCE, TWIN) == []


def test_a_missing_twin_is_reported(plant: Callable[..., list[str]]) -> None:
    assert plant(REFERENCE, "") == [f"numpy.{ADDRESS}: no twin, torch.{ADDRESS} is missing"]


def test_a_missing_entry_is_reported(plant: Callable[..., list[str]]) -> None:
    table = "parity_tests/pairs/layers.py"
    assert plant(REFERENCE, TWIN, []) == [f"numpy.{ADDRESS}: 0 entries in {table} instead of one"]
    assert plant(REFERENCE, TWIN, [ADDRESS, ADDRESS]) == [
        f"numpy.{ADDRESS}: 2 entries in {table} instead of one"
    ]


def test_an_entry_without_operation_is_reported(plant: Callable[..., list[str]]) -> None:
    assert plant(REFERENCE, TWIN, [ADDRESS, "layers.scale.Helper"]) == [
        "parity_tests/pairs/layers.py: there is no operation numpy.layers.scale.Helper"
    ]


def test_a_leftover_twin_is_reported(plant: Callable[..., list[str]]) -> None:
    expected = [f"torch.{ADDRESS}: the twin of nothing, no numpy.{ADDRESS}"]
    assert plant("", TWIN, [], definition="") == expected


def test_a_leftover_definition_is_reported_and_a_missing_one_is_not(
    plant: Callable[..., list[str]],
) -> None:
    assert plant(REFERENCE, TWIN, definition="") == []
    left_over = f"numpy.naive.{ADDRESS}: the definition of nothing, no numpy.{ADDRESS}"
    assert plant("", "", []) == [left_over]


def test_a_definition_with_other_arguments_is_reported(plant: Callable[..., list[str]]) -> None:
    definition = DEFINITION.replace("power: int = 1", "").replace('"n d"', '"n t"')
    assert plant(REFERENCE, TWIN, definition=definition) == [
        f"numpy.naive.{ADDRESS}: the constructor does not take 'power'",
        f"numpy.naive.{ADDRESS}: x has the axes 'n t', the reference's has 'n d'",
    ]


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ('"d"', '"n"', "weight has the axes 'n', the reference's has 'd'"),
        ('"n d"', '"d n"', "x has the axes 'd n', the reference's has 'n d'"),
        ("weight", "scale", "weight has the axes none: it is not there, the reference's has 'd'"),
        ("weight", "scale", "scale has the axes 'd', the reference's has none: it is not there"),
        ("power", "exponent", "the constructor does not take 'power'"),
    ],
)
def test_a_twin_with_other_axes_is_reported(
    plant: Callable[..., list[str]], written: str, instead: str, complaint: str
) -> None:
    assert f"torch.{ADDRESS}: {complaint}" in plant(REFERENCE, TWIN.replace(written, instead))
