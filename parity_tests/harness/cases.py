"""A :class:`Case`: one drawn configuration. It prints as one line and is read back from it."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from parity_tests.harness.layout import LAYOUTS

DTYPES = ("float64", "float32")
SETTINGS = ("dtype", "layout", "values", "seed")


class CaseError(ValueError):
    """A replay line that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Options and sizes by name, dtype, memory layout, regime of values, and the seed of the numbers.

    >>> case = Case("layers.linear", {"bias": True}, {"n": 2, "features": (3,)}, "float32")
    >>> str(case)
    'layers.linear bias=True / n=2 features=(3,) / dtype=float32 layout=contiguous values=ordinary seed=0'
    >>> Case.parse(str(case)) == case
    True
    """

    pair: str
    options: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "float64"
    layout: str = "contiguous"
    values: str = "ordinary"
    seed: int = 0

    @property
    def names(self) -> dict[str, Any]:
        """Sizes and options together: what axis expressions and value draws may use."""
        return {**self.sizes, **self.options}

    def with_seed(self, seed: int) -> "Case":
        """The same configuration with other numbers."""
        return replace(self, seed=seed)

    def __str__(self) -> str:
        settings = {name: getattr(self, name) for name in SETTINGS}
        groups = (self.options, self.sizes, settings)
        return f"{self.pair} " + " / ".join(_written(group) for group in groups)

    @classmethod
    def parse(cls, line: str) -> "Case":
        """The case that printed as ``line``.

        Raises:
            CaseError: the line is not ``PAIR options / sizes / settings``.
        """
        groups = line.strip().split("/")
        if len(groups) != 3:
            raise CaseError(
                f"cannot read the case {line!r}: write PAIR name=value … / name=value … / "
                "dtype=… layout=… values=… seed=…, as a verdict prints it"
            )
        pair, _, options = groups[0].strip().partition(" ")
        settings = _read(groups[2])
        if set(settings) != set(SETTINGS):
            raise CaseError(
                f"the case ends with {groups[2].strip()!r}: write {'=… '.join(SETTINGS)}=…"
            )
        _validate(settings)
        return cls(pair, _read(options), _read(groups[1]), **settings)


def _validate(settings: Mapping[str, Any]) -> None:
    for name, allowed in (("dtype", DTYPES), ("layout", tuple(LAYOUTS))):
        if settings[name] not in allowed:
            raise CaseError(
                f"{name}={settings[name]} in the case: write one of {', '.join(allowed)}"
            )
    seed = settings["seed"]
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise CaseError(f"seed={seed} in the case: write a whole number from 0")


def _written(group: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={_word(value)}" for name, value in group.items())


def _word(value: Any) -> str:
    """A value without blanks; a string stands as a bare word."""
    return value if isinstance(value, str) else repr(value).replace(" ", "")


def _read(text: str) -> dict[str, Any]:
    group = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            raise CaseError(f"cannot read {word!r} in the case: write name=value")
        group[name] = _value(name, value)
    return group


def _value(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if re.fullmatch(r"[a-z_][a-z0-9_]*", text):
            return text
        raise CaseError(f"cannot read {name}={text} in the case: {text!r} is no value") from None
