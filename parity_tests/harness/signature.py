"""Reads from an operation's annotations what it takes, and which gradients it gives back."""

import inspect
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any


@dataclass(frozen=True, slots=True)
class Argument:
    """One array argument: its axes as written (``"n c_in h w"``), its kind, whether it may be None."""

    name: str
    axes: str
    kind: str
    optional: bool

    def shape(self, names: Mapping[str, Any]) -> tuple[int, ...]:
        """The shape for the sizes and hyper-parameters in ``names``.

        >>> Argument("weight", "c_out c_in//groups 3", "float", False).shape(
        ...     {"c_out": 4, "c_in": 6, "groups": 2})
        (4, 3, 3)
        """
        shape: list[int] = []
        for axis in self.axes.split():
            if axis.startswith("*"):
                shape.extend(names[axis[1:]])
            else:
                # The text comes from the operation's own source, never from a user.
                shape.append(eval(axis, {"__builtins__": {}, "prod": math.prod}, dict(names)))
        return tuple(shape)


@dataclass(frozen=True, slots=True)
class Signature:
    """What forward takes; which of its arguments have a gradient; which are state that comes out again."""

    arguments: tuple[Argument, ...]
    gradients: tuple[str, ...]
    states: tuple[str, ...]

    @property
    def axes(self) -> tuple[str, ...]:
        """Every axis that needs a size, in order of appearance (``*shape`` counts as ``shape``)."""
        names: dict[str, None] = {}
        for argument in self.arguments:
            for axis in argument.axes.split():
                if axis.lstrip("*").isidentifier():
                    names[axis.lstrip("*")] = None
        return tuple(names)


def read(operation: type) -> Signature:
    """The signature of a class with ``forward`` and ``backward``.

    >>> from reference.layers.linear import Linear
    >>> signature = read(Linear)
    >>> [argument.name for argument in signature.arguments], signature.gradients
    (['x', 'weight', 'bias'], ('x', 'weight', 'bias'))
    """
    forward, backward = operation.forward, operation.backward  # type: ignore[attr-defined]
    hints = typing.get_type_hints(forward)
    if "return" not in hints:
        raise TypeError(f"{operation.__name__}.forward has no annotations to read axes from")
    returned = typing.get_args(hints.pop("return"))
    names = list(inspect.signature(forward).parameters)[1:]
    arguments = tuple(_argument(name, hints[name]) for name in names)
    states = tuple(names[len(names) - (len(returned) - 2) :])
    gradient = typing.get_type_hints(backward).get("return")
    if gradient is None:  # one for each number that is not state, then
        smooth = [a.name for a in arguments if a.kind == "float" and a.name not in states]
        return Signature(arguments, tuple(smooth), states)
    count = len(typing.get_args(gradient)) if typing.get_origin(gradient) is tuple else 1
    return Signature(arguments, tuple(names[:count]), states)


def array_axes(hints: Mapping[str, Any]) -> dict[str, str]:
    """Of some type hints, those that are arrays: name -> axes."""
    found = {}
    for name, hint in hints.items():
        array = _array(hint)
        if array is not None:
            found[name] = str(array.dim_str).strip()
    return found


def _argument(name: str, hint: Any) -> Argument:
    array = _array(hint)
    if array is None:
        raise TypeError(f'argument {name!r} is annotated {hint!r}: write Float[Array, "axes"]')
    optional = NoneType in typing.get_args(hint)
    return Argument(name, array.dim_str.strip(), _kind(array), optional)


def _array(hint: Any) -> Any:
    members = [hint, *typing.get_args(hint)]
    return next((member for member in members if hasattr(member, "dim_str")), None)


def _kind(array: Any) -> str:
    first = array.dtypes[0] if isinstance(array.dtypes, list | tuple) else str(array.dtypes)
    return next(kind for kind in ("float", "bool", "int") if kind in first)
