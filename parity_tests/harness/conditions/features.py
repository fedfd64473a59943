"""What can be said of a case: predicates over its options, its sizes and its numbers.

A predicate costs as many bits as it takes to name it among all that could be said: little for what
has a name in the field, more for a border that is found in the data, still more for a comparison of
any two sizes. Every predicate comes with its opposite.
"""

import dataclasses
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.arrays import Arrays, arguments_of
from parity_tests.harness.cases import Case
from parity_tests.harness.conditions.vocabulary import WORDS, words_for
from parity_tests.harness.conditions.windows import Claim, Window, claims, maxima, windows_of
from parity_tests.harness.pair import Pair

NAMED, SWITCH, VALUE, COMPARISON = 4.0, 3.0, 5.0, 7.0
"""Bits for what has a name, for an option that is on or off, for a value or a border (and then as
many as there are to choose from), for a comparison of two sizes."""
UNUSUAL = 1.5
"""Bits more for a condition without words."""
OBVIOUS = (0, 1)
"""Values and borders that come to mind first: they cost nothing to pick."""
SETTINGS = ("layout", "values")


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as the predicates see it: single values by name, windows, and what holds of its arrays."""

    case: Case
    values: dict[str, Any]
    windows: tuple[Window, ...]
    true: dict[str, bool] = field(default_factory=dict)
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Predicate:
    """A formula about a case, the words for it, and the bits that it costs to name it."""

    formula: str
    words: str
    cost: float
    holds: Callable[[Facts], bool]


def facts(pair: Pair, case: Case) -> Facts:
    """What is known of a case; its arrays are drawn for it.

    >>> from parity_tests.pairs import PAIRS
    >>> case = Case("layers.linear", {"bias": True}, {"n": 1, "features": (2, 3), "d_in": 6, "d_out": 1})
    >>> known = facts(PAIRS["layers.linear"], case)
    >>> known.values["x.ndim"], known.true["ties in x"], known.empty
    (3, False, False)
    """
    arrays = arguments_of(pair, case)
    fields = dataclasses.fields(pair.reference)
    defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
    windows = windows_of(case, defaults)
    x = arrays.get("x", arrays.get("param"))
    assert x is not None
    values = _values(case, x)
    # A window over nothing but padding says no more about x than an x without numbers.
    empty = x.size == 0 or any(window.met.size == 0 for window in windows)
    return Facts(case, values, windows, _arrays(arrays, values, windows, pair), empty)


def _values(case: Case, x: Array) -> dict[str, Any]:
    """Every option, size and setting that is a single value, and the sizes of x."""
    found = {name: getattr(case, name) for name in SETTINGS}
    for name, value in case.names.items():
        if not isinstance(value, tuple):
            found[name] = value
        elif name in case.options and name not in ("stride", "padding", "dilation", "kernel_size"):
            found |= _parts(name, value)
    if {"pool_size", "pool_stride"} <= set(case.options):
        found["pool_stride == pool_size"] = case.options["pool_stride"] == case.options["pool_size"]
    found |= {"x.ndim": x.ndim, "x.size": x.size, "1 in x.shape": 1 in x.shape}
    if x.ndim:
        found["x.shape[-1]"] = x.shape[-1]
    for shape in ("x.shape", "x.shape[1:]"):
        skipped = 1 if "1:" in shape else 0
        found[f"sum(size > 1 for size in {shape})"] = sum(size > 1 for size in x.shape[skipped:])
    if "num_groups" in case.names and "c" in case.names:
        channels, groups = case.names["c"], case.names["num_groups"]
        found["num_groups == c / num_groups"] = groups == channels / groups
    if "shape" in case.sizes and x.ndim == 4:
        found |= dict(zip(("h", "w"), x.shape[2:], strict=True))
    for name in ("dim", "end_dim"):
        if name in found:
            found[f"{name} in (-1, x.ndim - 1)"] = found[name] in (-1, x.ndim - 1)
    if "dim" in found:
        found["dim in (0, -x.ndim)"] = found["dim"] in (0, -x.ndim)
        found["x.shape[dim]"] = x.shape[found["dim"]]
    return found


def _parts(name: str, value: tuple[Any, ...]) -> dict[str, Any]:
    """What is said of an option of several numbers: how many, and of a pair each, and whether they are equal.

    >>> _parts("pool_stride", (1, 2))
    {'pool_stride[0]': 1, 'pool_stride[1]': 2, 'pool_stride[0] == pool_stride[1]': False}
    >>> _parts("hidden_dims", (4, 5, 4))
    {'len(hidden_dims)': 3}
    """
    if name.endswith("dims") or len(value) != 2:
        return {f"len({name})": len(value)}
    return {f"{name}[{i}]": part for i, part in enumerate(value)} | {
        f"{name}[0] == {name}[1]": value[0] == value[1]
    }


def _arrays(
    arrays: Arrays, values: dict[str, Any], windows: tuple[Window, ...], pair: Pair
) -> dict[str, bool]:
    """What holds of the numbers: ties, zeros, signs; of masks and of labels."""
    x = arrays.get("x", arrays.get("param"))
    found: dict[str, bool] = {}
    if x is not None and x.size:
        found["ties in x"] = len(np.unique(x)) < x.size
        found["0 in x"] = bool(np.any(x == 0))
        found["max(x) < 0"] = bool(x.max() < 0)
        found["min(x) > 0"] = bool(x.min() > 0)
        if windows and "Max" in pair.address:
            largest, times, padded = maxima(x, windows)
            found["ties for the maximum of a window"] = bool(np.any(times > 1))
            found["max(window) < 0"] = bool(np.any(largest < 0))
            found["max(window) < 0 at the padding"] = bool(np.any(padded & (largest < 0)))
    for name, array in arrays.items():
        if array is not None and array.dtype == bool:
            found |= {f"all({name})": bool(array.all()), f"any({name})": bool(array.any())}
    target = arrays.get("target")
    if target is not None and target.dtype.kind == "i":
        found["0 in target"] = bool(np.any(target == 0))
        found["c - 1 in target"] = bool(np.any(target == values["c"] - 1))
        found["len(set(target)) < n"] = len(np.unique(target)) < target.size
    return found


def predicates(known: Sequence[Facts]) -> list[Predicate]:
    """Everything that may tell these cases apart, borders and values as they occur in them."""
    found = [*_of_values(known), *_of_sizes(known), *_of_arrays(known)]
    if known and known[0].windows:
        found += map(_of_windows, claims())
    return found


def _predicate(formula: str, cost: float, holds: Callable[[Facts], bool]) -> Predicate:
    price = min(cost, NAMED) if formula in WORDS else cost + UNUSUAL
    return Predicate(formula, words_for(formula), price, holds)


def _of_values(known: Sequence[Facts]) -> Iterator[Predicate]:
    for name in known[0].values:
        if not all(name in one.values for one in known):
            continue
        seen = {one.values[name] for one in known}
        if len(seen) == 1:
            continue
        if all(isinstance(value, bool) for value in seen):
            yield from _switch(name)
        else:
            yield from _equal(name, sorted(seen, key=repr))
            if all(isinstance(value, int | float) for value in seen):
                yield from _borders(name, sorted(seen))


def _switch(name: str) -> Iterator[Predicate]:
    opposite = f"not {name}"
    for sign, negation in ((" in ", " not in "), (" == ", " != ")):
        opposite = name.replace(sign, negation) if sign in name else opposite
    yield _predicate(name, SWITCH, lambda f: bool(f.values[name]))
    yield _predicate(opposite, SWITCH, lambda f: not f.values[name])


def _equal(name: str, seen: Sequence[Any]) -> Iterator[Predicate]:
    for value in seen:
        cost = VALUE + (0 if value in OBVIOUS else math.log2(len(seen)))
        for sign in ("is", "is not") if value is None else ("==", "!="):
            yield _predicate(f"{name} {sign} {_written(value)}", cost, _than(name, sign, value))


def _borders(name: str, seen: Sequence[Any]) -> Iterator[Predicate]:
    """Above and not above each value but the largest; 0 and 1 are borders that everybody thinks of."""
    if seen[0] < 0 <= seen[-1]:
        for sign in ("<", ">="):
            yield _predicate(f"{name} {sign} 0", SWITCH, _than(name, sign, 0))
    for value, following in pairwise(seen):
        border = next((b for b in OBVIOUS if value <= b < following), value)
        cost = VALUE + (0 if border in OBVIOUS else math.log2(len(seen) - 1))
        for sign in (">", "<="):
            yield _predicate(f"{name} {sign} {_written(border)}", cost, _than(name, sign, border))


def _written(value: Any) -> str:
    """A value as one writes it: 0 and not 0.0."""
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def _parity(name: str) -> Iterator[Predicate]:
    for remainder in (0, 1):
        yield _predicate(
            f"{name} % 2 == {remainder}", COMPARISON, _remainder_of_two(name, remainder)
        )


def _of_sizes(known: Sequence[Facts]) -> Iterator[Predicate]:
    """Sizes even or odd, and any two of them compared, groups included."""
    names = dict.fromkeys((*known[0].case.sizes, "h", "w", "groups", "num_groups"))
    comparable = [
        name
        for name in names
        if name != "steps" and all(isinstance(one.values.get(name), int) for one in known)
    ]
    for name in comparable:
        yield from _parity(name)
    for pair in combinations(comparable, 2):
        a, b = pair if "groups" not in pair[1] else pair[::-1]
        for sign in SIGNS:
            yield _predicate(f"{a} {sign} {b}", COMPARISON, _than_size(a, sign, b))


def _of_arrays(known: Sequence[Facts]) -> Iterator[Predicate]:
    for name in dict.fromkeys(name for one in known for name in one.true):
        yield _predicate(name, VALUE, _true(name, True))
        yield _predicate(_opposite(name), VALUE, _true(name, False))


Holds = Callable[[Facts], bool]
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
COMPARED = {**SIGNS, "is": operator.is_, "is not": operator.is_not}
OPPOSITES = (("<", ">="), (">", "<="), (" in ", " not in "))


def _than(name: str, sign: str, value: Any) -> Holds:
    return lambda f: bool(COMPARED[sign](f.values[name], value))


def _than_size(a: str, sign: str, b: str) -> Holds:
    return lambda f: SIGNS[sign](f.values[a], f.values[b])


def _remainder_of_two(name: str, remainder: int) -> Holds:
    return lambda f: bool(f.values[name] % 2 == remainder)


def _true(name: str, wanted: bool) -> Holds:
    return lambda f: f.true.get(name, False) == wanted


def _of_windows(claim: Claim) -> Predicate:
    formula, words, cost, holds = claim
    return Predicate(formula, words, cost, lambda f: holds(f.windows))


def _opposite(formula: str) -> str:
    """The negation as one would write it.

    >>> _opposite("max(x) < 0"), _opposite("0 in x"), _opposite("ties in x"), _opposite("all(mask)")
    ('max(x) >= 0', '0 not in x', 'no ties in x', 'not all(mask)')
    """
    if formula.startswith("ties"):
        return f"no {formula}"
    if formula.startswith("len"):
        return formula.replace("<", "==")
    for sign, negation in OPPOSITES:
        if sign in formula:
            return formula.replace(sign, negation, 1)
    return f"not {formula}"
