"""A :class:`Pair` ties a reference to its twin and says how cases for them are drawn."""

import dataclasses
import difflib
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from hypothesis import strategies as st

from parity_tests.harness import values
from parity_tests.harness.cases import Case, CaseError
from parity_tests.harness.layout import LAYOUT_NAMES
from parity_tests.harness.signature import Signature, read
from parity_tests.harness.values import Draw
from parity_tests.harness.waiver import Waiver

Names = Mapping[str, Any]
Configuration = tuple[dict[str, Any], dict[str, Any]]
Kind = Literal["operation", "optimizer", "network"]


class UnknownPair(ValueError):
    """A name that selects no pair; the message suggests the nearest one."""


@dataclass(frozen=True, slots=True)
class Regime:
    """Where the numbers of a case come from: a draw for each argument that is not to be normal.

    ``smooth`` says whether a derivative exists there: at ties and kinks only the twins' rule
    is compared, no slope.
    """

    name: str = "ordinary"
    draws: Mapping[str, Draw] = field(default_factory=dict)
    smooth: bool = True


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry of the tables in ``parity_tests/pairs``.

    Args:
        address: path and class under ``reference`` and ``torch_impl``: ``"layers.linear.Linear"``.
        configurations: strategy for ``(options, sizes)``; valid by construction. By default each
            axis of the annotations gets a small size of its own.
        regimes: how numbers are drawn, one of them for each case.
        draws: draws that hold in every regime (labels, masks, variances).
        present: which options must all be on for an optional argument to be given (default: its own name).
        kind: ``operation``, ``optimizer`` or ``network``.
        twin_roundings: roundings that the twin makes beyond the reference's, to change a convention.
        waivers: where PyTorch is known to be wrong.
    """

    address: str
    configurations: st.SearchStrategy[Configuration] | None = None
    regimes: tuple[Regime, ...] = (Regime(),)
    draws: Mapping[str, Draw] = field(default_factory=dict)
    present: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: Kind = "operation"
    twin_roundings: Callable[[Names], int] = lambda names: 0
    waivers: tuple[Waiver, ...] = ()

    @property
    def name(self) -> str:
        """The address, without the class where its file holds one operation only."""
        module, _, _ = self.address.rpartition(".")
        return module if len(operations_in(f"reference.{module}")) == 1 else self.address

    # Looked up at each use, so that a class exchanged in its module is the one that is judged.
    @property
    def reference(self) -> Any:
        """The NumPy class."""
        return _find("reference", self.address)

    @property
    def twin(self) -> Any:
        """The PyTorch class at the same address."""
        return _find("torch_impl", self.address)

    @property
    def naive(self) -> Any | None:
        """The definition as plain loops at the same address in ``reference/naive``, where there is one."""
        try:
            return _find("reference.naive", self.address)
        except (ModuleNotFoundError, AttributeError):
            return None

    @property
    def signature(self) -> Signature:
        """What the reference's annotations say, as they were when they were first read."""
        return _signature_at(self.address)

    @property
    def derivations(self) -> tuple[str, ...]:
        """Further derivations of the gradient: methods named ``backward_…``."""
        return tuple(name for name in dir(self.reference) if name.startswith("backward_"))

    @property
    def options(self) -> tuple[str, ...]:
        """Every hyper-parameter and presence option that a case may carry."""
        fields = [f.name for f in dataclasses.fields(self.reference)]
        return tuple(dict.fromkeys([*fields, *_constructor_options(self)]))

    def regime(self, name: str) -> Regime:
        """The regime of that name.

        Raises:
            CaseError: this pair has none such.
        """
        for regime in self.regimes:
            if regime.name == name:
                return regime
        known = ", ".join(regime.name for regime in self.regimes)
        raise CaseError(f"values={name} in the case: {self.name} has {known}")

    def cases(self, dtype: str) -> st.SearchStrategy[Case]:
        """All cases of this pair in one dtype, as a Hypothesis strategy; no draw is rejected."""
        configurations = self.configurations
        if configurations is None:
            configurations = configured(sizes=default_sizes(self.signature.axes))

        def case(configuration: Configuration, layout: str, regime: Regime, seed: int) -> Case:
            options, sizes = configuration
            return Case(self.name, options, sizes, dtype, layout, regime.name, seed)

        return st.builds(
            case,
            configurations,
            st.sampled_from(LAYOUT_NAMES),
            st.sampled_from(self.regimes),
            st.integers(0, 2**32 - 1),
        )

    def draw_for(self, argument: str, kind: str, regime: Regime) -> Draw:
        """How the numbers of one argument are drawn."""
        by_kind = {"float": values.normal, "bool": values.coin, "int": values.count}
        return regime.draws.get(argument) or self.draws.get(argument) or by_kind[kind]


def default_sizes(axes: tuple[str, ...]) -> dict[str, st.SearchStrategy[Any]]:
    """A small size for each axis: the batch may be empty or one, ``*shape`` has up to four axes."""
    special = {"n": st.integers(0, 4), "shape": shapes()}
    return {axis: special.get(axis, st.integers(1, 6)) for axis in axes}


def shapes(least: int = 1, most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of ``least`` to ``most`` axes; the first may be empty."""
    rest = st.lists(st.integers(1, 5), min_size=least - 1, max_size=most - 1)
    return st.builds(lambda first, others: (first, *others), st.integers(0, 4), rest)


def configured(
    options: Mapping[str, st.SearchStrategy[Any]] | None = None,
    sizes: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[Configuration]:
    """Options and sizes that do not depend on each other."""
    return st.tuples(_in_order(dict(options or {})), _in_order(dict(sizes or {})))


def _in_order(
    strategies: Mapping[str, st.SearchStrategy[Any]],
) -> st.SearchStrategy[dict[str, Any]]:
    """Hypothesis may fill a dict in any order; a case prints in one."""
    return st.fixed_dictionaries(dict(strategies)).map(
        lambda drawn: {name: drawn[name] for name in strategies}
    )


def select(pairs: Mapping[str, Pair], *names: str) -> list[Pair]:
    """The pairs that the names select: a pair's name or address, or a prefix of dotted parts.

    Raises:
        UnknownPair: a name selects nothing; the message names the nearest.
    """
    chosen: dict[str, Pair] = {}
    for name in names or ("",):
        found = {key: pair for key, pair in pairs.items() if _selects(name, pair)}
        if not found:
            near = difflib.get_close_matches(name, [*pairs, *families(pairs)], 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "`nnparity list` shows all"
            raise UnknownPair(f"no pair is named {name!r}: {hint}")
        chosen |= found
    return [pair for key, pair in pairs.items() if key in chosen]


def families(pairs: Mapping[str, Pair]) -> list[str]:
    """The first parts of all names: ``layers``, ``optimizers`` …"""
    return list(dict.fromkeys(key.split(".")[0] for key in pairs))


def _selects(name: str, pair: Pair) -> bool:
    return not name or any(
        full == name or full.startswith(name + ".") for full in (pair.name, pair.address)
    )


def _find(root: str, address: str) -> Any:
    module, _, name = address.rpartition(".")
    return getattr(importlib.import_module(f"{root}.{module}"), name)


@cache
def _signature_at(address: str) -> Signature:
    return read(_find("reference", address))


@cache
def operations_in(module: str) -> tuple[str, ...]:
    """The operations that a module defines: classes with forward and backward, or init and update."""
    if importlib.util.find_spec(module) is None:
        return ()
    found = importlib.import_module(module)
    classes = [c for c in vars(found).values() if inspect.isclass(c) and c.__module__ == module]
    return tuple(c.__name__ for c in classes if is_operation(c))


def is_operation(candidate: Callable[..., Any]) -> bool:
    """Whether a class keeps the contract of a layer, network or optimizer."""
    methods = ({"forward", "backward"}, {"init", "update"})
    return any(all(hasattr(candidate, name) for name in names) for names in methods)


def _constructor_options(pair: Pair) -> list[str]:
    if pair.kind != "operation":
        return []
    axes = set(pair.signature.axes)
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = inspect.signature(pair.twin).parameters.values()
    return [p.name for p in parameters if p.kind in named and p.name not in axes]
