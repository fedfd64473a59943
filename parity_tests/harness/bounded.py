r"""An array type that carries, for each element, a bound on what rounding can do to it.

Running error analysis: the reference's own text is run once more on :class:`Bounded` arrays.
Each operation computes its value in float64 and, beside it, a bound on the absolute error
that the same operation makes in a format with unit roundoff u, given the errors of its
operands. In the standard model fl(a op b) = (a op b)(1 + δ), |δ| <= u (Higham 2002,
*Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 2.2 and, for running
error analysis, section 3.3):

==============  ==============================================================
a + b, a - b    E_a + E_b + u (|a| + |b|)
a b             |a| E_b + E_a |b| + E_a E_b + u |a b|
a / b           (E_a + |a/b| E_b) / (|b| - E_b) + u |a/b|
sum of n        sum of E + (n - 1) u · sum of |a|, in whatever order it is summed
a @ b           |a| @ E_b + E_a @ |b| + E_a @ E_b + (K + 1) u · |a| @ |b|, K terms each
f(a)            what f makes of a change of E_a, + LIBRARY_ULPS · u |f(a)|
==============  ==============================================================

Sums are charged with the magnitude of what is added (|a| + |b|, not |a + b|), because the other
side may add the same terms in another order or multiply a bracket out: the bound then
holds for either. Copies, selections, sign changes and products with a power of two are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray as Array
from numpy.lib.mixins import NDArrayOperatorsMixin

# The vector libraries behind NumPy and PyTorch (SVML, SLEEF) document at most 4 ulp = 8 u.
LIBRARY_ULPS = 8.0


@dataclass(slots=True)
class Analysis:
    """One run of the analysis: the format's unit roundoff and smallest normal number.

    Below that number the model gains an absolute term: results there are charged with it.
    ``undecided`` becomes True when a comparison or an argmax had operands closer than their errors,
    the two sides may take different branches there, so gradients are not comparable.
    """

    unit: float
    tiny: float = 0.0
    undecided: bool = False


class Unanalysed(TypeError):
    """An operation for which there is no rule: add one to ``bounded.py`` or ``bounded_functions.py``."""


class Bounded(NDArrayOperatorsMixin):
    """``value`` with ``error``, an array of absolute bounds of the same shape.

    >>> x = Bounded(np.array([3.0, 1.0]), Analysis(unit=2.0**-24))
    >>> y = x * 3 + x
    >>> y.value, y.error / 2.0**-24
    (array([12.,  4.]), array([21.,  7.]))
    """

    __slots__ = ("analysis", "error", "value")
    __array_priority__ = 100

    def __init__(self, value: Array, analysis: Analysis, error: Array | None = None) -> None:
        self.value = np.asarray(value, np.float64)
        self.error = np.zeros_like(self.value) if error is None else np.asarray(error)
        self.analysis = analysis

    def like(self, value: Array, error: Array | None = None) -> "Bounded":
        """A new array of the same analysis."""
        return Bounded(value, self.analysis, error)

    def each(self, function: Callable[[Array], Array]) -> "Bounded":
        """A selection or change of shape, done to values and errors alike."""
        return self.like(function(self.value), function(self.error))

    # What NumPy finds by protocol; the rules are tables in the two rule modules.
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        from parity_tests.harness.bounded_ufuncs import apply_ufunc

        return apply_ufunc(self.analysis, ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        from parity_tests.harness.bounded_functions import apply_function

        return apply_function(self.analysis, function, args, keywords)

    def __array__(self, *args: Any, **keywords: Any) -> Array:
        raise Unanalysed(
            "an array with error bounds would lose them here: make new arrays from old ones, "
            "np.zeros_like(x, shape=...), and use NumPy's own functions"
        )

    def __getitem__(self, index: Any) -> "Bounded":
        return self.each(lambda array: array[index])

    def __setitem__(self, index: Any, new: Any) -> None:
        value, error = parts(new, self.analysis)
        self.value[index] = value
        self.error[index] = error

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


def parts(x: Any, analysis: Analysis) -> tuple[Any, Any]:
    """Value and error of any operand. A Python float may itself need rounding; arrays are exact.

    >>> parts(0.5, Analysis(2.0**-24)), parts(0.1, Analysis(0.125))
    ((0.5, 0.0), (0.1, 0.0125))
    """
    if isinstance(x, Bounded):
        return x.value, x.error
    if isinstance(x, float) and np.isfinite(x) and float(np.float32(x)) != x:
        return x, analysis.unit * abs(x)
    return x, np.zeros(np.shape(x)) if np.ndim(x) else 0.0
