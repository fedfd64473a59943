"""From a case to its arrays: the arguments of forward, and the upstream gradient."""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.cases import HALF, Case, CaseError
from parity_tests.harness.given import array_of
from parity_tests.harness.layout import LAYOUTS, layout_of
from parity_tests.harness.pair import Pair

Arrays = dict[str, Array | None]


def arguments_of(pair: Pair, case: Case) -> Arrays:
    """Every argument of forward by name, in its dtype and layout; an absent optional one is None.

    Raises:
        CaseError: the case gives numbers for an array that is not there, or of another shape.
    """
    make = {"operation": _operation, "optimizer": _optimizer, "network": _network}[pair.kind]
    arrays = make(pair, case)
    known = [name for name, array in arrays.items() if array is not None]
    known += ["dy"] if pair.kind != "optimizer" else []
    if unknown := [name for name in case.given if name not in known]:
        raise CaseError(f"numbers for {unknown[0]!r} in the case: it has {', '.join(known)}")
    return arrays


def upstream(pair: Pair, case: Case, shape: tuple[int, ...]) -> Array:
    """The gradient of the loss by an output of that shape: as the regime draws it, unless the case gives it."""
    dy = _given(case, "dy", shape, "float")
    if dy is None:
        draw = pair.draw_for("dy", "float", pair.regime(case.values))
        dy = draw(_generator(case, "dy"), shape, case.names)
    return _laid_out(case, "dy", dy, case.dtype)


def _operation(pair: Pair, case: Case) -> Arrays:
    arrays: Arrays = {}
    for argument in pair.signature.arguments:
        switches = pair.present.get(argument.name, (argument.name,))
        given = all(case.options.get(switch, True) for switch in switches)
        if argument.optional and not given:
            arrays[argument.name] = None
        else:
            shape = argument.shape(_complete(pair, case))
            arrays[argument.name] = _drawn(pair, case, argument.name, argument.kind, shape)
    return arrays


def _optimizer(pair: Pair, case: Case) -> Arrays:
    shape, steps = case.sizes["shape"], case.sizes["steps"]
    return {
        "param": _drawn(pair, case, "param", "float", shape),
        "grads": _drawn(pair, case, "grads", "float", (steps, *shape)),
    }


def _network(pair: Pair, case: Case) -> Arrays:
    network = pair.reference(**case.options)
    arrays: Arrays = {
        "x": _drawn(pair, case, "x", "float", (case.sizes["n"], *case.sizes["shape"]))
    }
    for name, shape in network.shapes(case.sizes["n"]).items():
        arrays[name] = _drawn(pair, case, name, _kind_in_network(name), shape)
    return arrays


def _kind_in_network(name: str) -> str:
    endings = {"mask": "bool", "num_batches_tracked": "int"}
    return endings.get(name.rpartition(".")[2], "float")


def _complete(pair: Pair, case: Case) -> dict[str, Any]:
    """Options that the case leaves to their defaults matter to axis expressions too."""
    defaults: Mapping[str, Any] = {
        name: field.default for name, field in pair.reference.__dataclass_fields__.items()
    }
    return {**defaults, **case.names}


def _drawn(pair: Pair, case: Case, name: str, kind: str, shape: tuple[int, ...]) -> Array:
    regime = pair.regime(case.values)
    draw: Callable[..., Array] = pair.draw_for(name.rpartition(".")[2], kind, regime)
    x = _given(case, name, shape, kind)
    if x is None:
        x = draw(_generator(case, name), shape, case.names)
    dtype = {"float": case.dtype, "bool": "bool", "int": "int64"}[kind]
    return _laid_out(case, name, x, dtype)


def _given(case: Case, name: str, shape: tuple[int, ...], kind: str) -> Array | None:
    if name not in case.given:
        return None
    try:
        return array_of(case.given[name], shape, kind)
    except ValueError as unfit:
        raise CaseError(f"the numbers of {name} in the case have {unfit}") from None


def _laid_out(case: Case, name: str, x: Array, dtype: str) -> Array:
    x = np.asarray(x)
    if dtype in FORMATS:
        form = FORMATS[dtype]
        x, dtype = form.nearest(x) if dtype in HALF else x, form.storage
    return LAYOUTS[layout_of(case.layout, name)](x.astype(dtype))


def _generator(case: Case, name: str) -> np.random.Generator:
    """One stream for each array, so that the size of one does not change the numbers of another."""
    return np.random.default_rng([case.seed, zlib.crc32(name.encode())])
