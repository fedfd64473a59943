"""The array type of :mod:`parity_tests.harness.bounds`: values, errors, and what sums are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array
from numpy.lib.mixins import NDArrayOperatorsMixin

from parity_tests.harness.bounds.formats import FORMATS, Format

# Unit roundoff of the arithmetic in which bounds are computed.
OWN_UNIT = FORMATS["float64"].unit
# No elementwise rule rounds more often than this on the way to its bound.
STEPS = 32

Rule = Callable[..., Any]
UFUNCS: dict[np.ufunc, Rule] = {}
"""The rule of each ufunc: called with the analysis and the operands."""
REDUCTIONS: dict[np.ufunc, Rule] = {}
"""The rule of ``ufunc.reduce``."""
FUNCTIONS: dict[Any, Rule] = {}
"""The rule of each NumPy function."""


class Unanalysed(TypeError):
    """An operation for which there is no rule: add one to a table of ``bounds``."""


@dataclass(slots=True)
class Analysis:
    """One run of the analysis in one format.

    ``undecided`` becomes True when a comparison or an argmax had operands closer than their errors:
    the two sides may take different branches there, so gradients are not comparable.
    """

    format: Format
    undecided: bool = False

    @property
    def unit(self) -> float:
        """Unit roundoff of the format."""
        return self.format.unit

    def gamma(self, roundings: Any) -> Array:
        """k u / (1 - k u), which bounds k roundings in a row; infinite from k u = 1 on.

        Higham 2002, lemma 3.1.

        >>> Analysis(FORMATS["bfloat16"]).gamma([1, 128, 256])
        array([0.00392157, 1.        ,        inf])
        """
        total = np.asarray(roundings, np.float64) * self.unit
        with np.errstate(divide="ignore"):
            return np.where(total < 1, total / np.maximum(1 - total, 0), np.inf)

    def outward(self, error: Array, steps: int = STEPS) -> Array:
        """A bound that still holds when its own computation in float64 rounded ``steps`` times."""
        return error * (1 + 2 * steps * OWN_UNIT)


class Bounded(NDArrayOperatorsMixin):
    """``value`` with ``error``, an array of absolute bounds of the same shape.

    Three more arrays are None until they say something of their own: ``expanded`` the size of the
    terms that the value has when brackets are multiplied out; of a sum, ``carried`` the error that its terms
    came with and ``terms`` their number.

    >>> from parity_tests.harness.bounds import Bounded
    >>> x = Bounded(np.array([3.0, 1.0]), Analysis(FORMATS["float32"]))
    >>> y = x * 3 + x
    >>> y.value, (y.error / 2.0**-24).round(3)
    (array([12.,  4.]), array([21.,  7.]))
    """

    __slots__ = ("analysis", "carried", "error", "expanded", "terms", "value")
    __array_priority__ = 100

    def __init__(
        self,
        value: Any,
        analysis: Analysis,
        error: Any = None,
        expanded: Any = None,
        carried: Any = None,
        terms: Any = None,
    ) -> None:
        self.value = np.asarray(value, np.float64)
        self.error = np.zeros_like(self.value) if error is None else np.asarray(error, np.float64)
        self.analysis = analysis
        rest = (None if part is None else np.asarray(part) for part in (expanded, carried, terms))
        self.expanded, self.carried, self.terms = rest

    @property
    def parts(self) -> tuple[Array | None, ...]:
        """Value, error, expanded, carried and terms."""
        return self.value, self.error, self.expanded, self.carried, self.terms

    @property
    def largest(self) -> Array:
        """At least the magnitude of the exact value and of any computed one."""
        return np.abs(self.value) + 2 * self.error

    @property
    def magnitude(self) -> Array:
        """The size of what was added, brackets multiplied out."""
        return self.largest if self.expanded is None else self.expanded

    @property
    def addends(self) -> tuple[Array, Array, Array]:
        """As terms of a sum: the error they carry, their magnitude, their number."""
        if self.terms is None or self.carried is None:
            return self.error, self.largest, np.ones_like(self.value)
        return self.carried, self.magnitude, self.terms

    def each(self, function: Callable[[Array], Array]) -> "Bounded":
        """A selection or change of shape, done to values and errors alike."""
        value, *rest = (None if part is None else function(part) for part in self.parts)
        return Bounded(value, self.analysis, *rest)

    # What NumPy finds by protocol.
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        tables = {"__call__": UFUNCS, "reduce": REDUCTIONS}
        rule = tables.get(method, {}).get(ufunc)
        if rule is None:
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise Unanalysed(f"no error rule for np.{name}")
        if method == "reduce":
            axis, keepdims = keywords.get("axis", 0), keywords.get("keepdims", False)
            return _apply(rule, self.analysis, inputs[0], axis=axis, keepdims=keepdims)
        out = keywords.get("out")
        in_place = {"in_place": True} if out and ufunc is np.add and out[0] is inputs[0] else {}
        result = _apply(rule, self.analysis, *inputs, **in_place)
        if out is None:
            return result
        out[0][...] = result
        return out[0]

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        rule = FUNCTIONS.get(function)
        if rule is None:
            raise Unanalysed(f"no error rule for np.{getattr(function, '__name__', function)}")
        return _apply(rule, self.analysis, *args, **keywords)

    def __array__(self, *args: Any, **keywords: Any) -> Array:
        raise Unanalysed(
            "an array with error bounds would lose them here: make new arrays from old ones, "
            "np.zeros_like(x, shape=...), and use NumPy's own functions"
        )

    def __getitem__(self, index: Any) -> "Bounded":
        return self.each(lambda array: array[index])

    def __setitem__(self, index: Any, new: Any) -> None:
        new = operand(new, self.analysis)
        if self.expanded is None and new.expanded is not None:
            self.expanded = np.array(self.largest)
        if self.terms is None and new.terms is not None:
            self.carried, self.terms = np.array(self.error), np.ones_like(self.value)
        if self.expanded is not None:
            self.expanded[index] = new.magnitude
        if self.carried is not None and self.terms is not None:
            self.carried[index], _, self.terms[index] = new.addends
        self.value[index] = new.value
        self.error[index] = new.error

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.value)

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(lambda self: self.each(np.transpose))

    def reshape(self, *shape: Any) -> "Bounded":
        return self.each(lambda array: array.reshape(*shape))

    def transpose(self, *axes: Any) -> "Bounded":
        return self.each(lambda array: array.transpose(*axes))

    def swapaxes(self, first: int, second: int) -> "Bounded":
        return self.each(lambda array: array.swapaxes(first, second))

    def copy(self) -> "Bounded":
        return self.each(np.copy)

    def ravel(self) -> "Bounded":
        return self.each(np.ravel)

    flatten = ravel

    def astype(self, dtype: Any, **_: Any) -> Any:
        return self.copy() if np.dtype(dtype).kind == "f" else self.value.astype(dtype)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.max(self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:
        return -np.max(-self, axis=axis, keepdims=keepdims)

    def argmax(self, axis: Any = None) -> Any:
        return np.argmax(self, axis=axis)

    def dot(self, other: Any) -> Any:
        return self @ other


def _apply(rule: Rule, analysis: Analysis, *args: Any, **keywords: Any) -> Any:
    """Where a side may overflow there is no bound; an infinity is itself exact, or a failure.

    Nor is there one where 0 met infinity in computing it, which gives nan.
    """
    with np.errstate(all="ignore"):
        result = rule(analysis, *args, **keywords)
    if isinstance(result, Bounded):
        limit = result.analysis.format.largest
        if not np.all(result.largest <= limit):
            finite = np.isfinite(result.value)
            error = np.where(result.largest <= limit, result.error, np.inf)
            result.error = np.where(finite, error, np.where(np.isinf(result.value), 0, np.nan))
    return result


def operand(x: Any, analysis: Analysis) -> Bounded:
    """Any operand with its error: a number that is not one of the format is rounded on the way in.

    >>> operand(0.5, Analysis(FORMATS["float32"])).error.item()
    0.0
    >>> operand(0.1, Analysis(FORMATS["bfloat16"])).error.item() / 2.0**-8
    0.1
    """
    if isinstance(x, Bounded):
        return x
    return Bounded(x, analysis, analysis.format.conversion_error(x))
