"""Update rules with another default, or with a number of their own where one of config's belongs."""

from collections.abc import Iterator, Mapping
from typing import Any

from parity_tests.homework.task import Mistake

USUAL = {
    "learning_rate": (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    "momentum": (0.5, 0.9, 0.95, 0.99),
    "decay_rate": (0.9, 0.95, 0.99, 0.999),
    "beta1": (0.9, 0.95, 0.99, 0.999),
    "beta2": (0.9, 0.95, 0.99, 0.995, 0.999),
    "epsilon": (1e-6, 1e-5, 1e-4),
}
"""The numbers that people write; not those that are as good as the default, or as none."""
DRAWN = {"momentum": 0.5, "decay_rate": 0.5, "beta1": 0.5, "beta2": 0.9, "learning_rate": 1.0}
"""Where the cases give these alone, or where nothing is left to see, it cannot be told from another default."""

_OWN_EPSILON = "takes an epsilon of its own, whatever config says"
_DEFAULT = (
    "Compare the default values in your function with those in its docstring.",
    "A value that config does not hold has the default of the docstring.",
)
_OWN = (
    "Call it with another value in config. What changes?",
    "Every hyper-parameter is read from config; the defaults serve only where config has none.",
)


def of_hyper_parameters(
    rule: type, defaults: Mapping[str, float], tiny: tuple[float, ...] = ()
) -> Iterator[Mistake]:
    """Each of them with another default, and with a value that config cannot change.

    ``tiny`` are epsilons as small as the default that this rule can still be told by.
    """
    for value in tiny:
        yield Mistake(_OWN_EPSILON, _with_own(rule, "epsilon", value), *_OWN)
    for name, right in defaults.items():
        for value in USUAL[name]:
            if value != right:
                words = f"its default {name} is {value:g}, not {right:g}"
                yield Mistake(words, _with_default(rule, name, value), *_DEFAULT)
            if DRAWN.get(name) == value:
                continue
            words = f"takes {value:g} for {name}, whatever config says"
            words = _OWN_EPSILON if name == "epsilon" else words
            yield Mistake(words, _with_own(rule, name, value), *_OWN)


def _with_default(rule: Any, name: str, value: float) -> type:
    class WithDefault(rule):  # type: ignore[misc]
        def given(self) -> Any:
            return {name: value} | super().given()

    return WithDefault


def _with_own(rule: Any, name: str, value: float) -> type:
    class WithOwn(rule):  # type: ignore[misc]
        def given(self) -> Any:
            return super().given() | {name: value}

    return WithOwn
