"""A :class:`Case`: one drawn configuration. It prints as one line and is read back from it."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from parity_tests.harness.given import Numbers, read_numbers, write_numbers
from parity_tests.harness.layout import LAYOUT_NAMES

DTYPES = ("float64", "float32")
# In these the twin runs, on numbers that they hold; the reference runs on the same ones in float64.
HALF = ("float16", "bfloat16")
SETTINGS = ("dtype", "layout", "values", "seed")


class CaseError(ValueError):
    """A replay line that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Options and sizes by name, dtype, memory layout, regime of values, and the seed of the numbers.

    ``given`` states the numbers of some arrays (arguments by name, and ``dy``) in the place of drawn ones.

    >>> case = Case("layers.linear", {"bias": True}, {"n": 2, "features": (3,)}, "float32")
    >>> str(case)
    'layers.linear bias=True / n=2 features=(3,) / dtype=float32 layout=contiguous values=ordinary seed=0'
    >>> Case.parse(str(case)) == case
    True
    >>> str(replace(case, given={"dy": ((1, 0.5),)})).rpartition(" / ")[2]
    'dy=((1,0.5),)'
    """

    pair: str
    options: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "float64"
    layout: str = "contiguous"
    values: str = "ordinary"
    seed: int = 0
    given: Mapping[str, Numbers] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, Any]:
        """Sizes and options together: what axis expressions and value draws may use."""
        return {**self.sizes, **self.options}

    def with_seed(self, seed: int) -> "Case":
        """The same configuration with other numbers, all of them drawn."""
        return replace(self, seed=seed, given={})

    def __str__(self) -> str:
        settings = {name: getattr(self, name) for name in SETTINGS}
        groups = [_written(group) for group in (self.options, self.sizes, settings)]
        if self.given:
            groups.append(" ".join(f"{n}={write_numbers(x)}" for n, x in self.given.items()))
        return f"{self.pair} " + " / ".join(groups)

    @classmethod
    def parse(cls, line: str) -> "Case":
        """The case that printed as ``line``.

        Raises:
            CaseError: the line is not ``PAIR options / sizes / settings``, perhaps with ``/ numbers``.
        """
        groups = line.strip().split("/")
        if len(groups) not in (3, 4):
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
        numbers = _read_given(groups[3]) if len(groups) == 4 else {}
        return cls(pair, _read(options), _read(groups[1]), **settings, given=numbers)


def _validate(settings: Mapping[str, Any]) -> None:
    for name, allowed in (("dtype", DTYPES + HALF), ("layout", LAYOUT_NAMES)):
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


def _read_given(text: str) -> dict[str, Numbers]:
    numbers = {}
    for word in text.split():
        name, _, value = word.partition("=")
        try:
            numbers[name] = read_numbers(value)
        except ValueError:
            raise CaseError(
                f"cannot read {word!r} in the case: write numbers, as in x=((1,2.5),(3,4))"
            ) from None
    return numbers


def _value(name: str, text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if re.fullmatch(r"[a-z_][a-z0-9_]*", text):
            return text
        raise CaseError(f"cannot read {name}={text} in the case: {text!r} is no value") from None
