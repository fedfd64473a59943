"""Floating-point formats, and what is documented about the functions computed in them.

The four formats are IEEE 754-2019's binary64, binary32 and binary16 (table 3.5) and bfloat16 (Muller et
al. 2018, *Handbook of Floating-Point Arithmetic*, 2nd ed., section 3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray as Array

# NumPy's SVML kernels: "maximum ULP error across all the implementations is 4" (numpy/numpy#19478).
# Every other source stays below: the C library 2 (glibc manual, "Errors in Math Functions"),
# PyTorch's SLEEF functions 1.0 (their names end in _u10), its MKL functions, called with VML_HA, 1.
VECTOR_ULPS = 4.0
# NumPy's own float32 kernels, documented with numpy/numpy#13134.
SINGLE_ULPS = {"exp": 2.52, "log": 3.83}
# PyTorch computes half precision in float32 and rounds once: less than the 1.0 ulp of SLEEF.
HALF_ULPS = 1.0


# Without slots, so that what every rule asks for is computed once.
@dataclass(frozen=True)
class Format:
    """A binary format by its precision p and largest exponent.

    >>> single = FORMATS["float32"]
    >>> single.unit == 2.0**-24, single.largest
    (True, 3.4028234663852886e+38)
    """

    name: str
    precision: int
    max_exponent: int
    library_ulps: float = VECTOR_ULPS
    function_ulps: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def storage(self) -> str:
        """The NumPy dtype that holds its numbers: half precision is held in float64, and so computed."""
        return self.name if self.name in NATIVE else "float64"

    @cached_property
    def unit(self) -> float:
        """Unit roundoff u: half the distance from 1 to the next number."""
        return 2.0**-self.precision

    @cached_property
    def smallest_normal(self) -> float:
        """Below it numbers lose digits."""
        return 2.0 ** (1 - self.max_exponent)

    @cached_property
    def spacing_below(self) -> float:
        """The distance of neighbours below the smallest normal number."""
        return 2 * self.unit * self.smallest_normal

    @cached_property
    def largest(self) -> float:
        """The largest finite number."""
        return (2 - 2 * self.unit) * 2.0**self.max_exponent

    def roundings_of(self, function: str) -> float:
        """How many u of its result a library function may be off: twice its documented ulps.

        One ulp of y is at most 2 u |y| (Muller et al. 2018, section 2.3.2).

        >>> FORMATS["float32"].roundings_of("exp"), FORMATS["float64"].roundings_of("exp")
        (5.04, 8.0)
        """
        return 2 * self.function_ulps.get(function, self.library_ulps)

    def nearest(self, x: Any) -> Array:
        """Numbers rounded to the format, in float64: to nearest, ties to even, too large ones to infinity.

        >>> FORMATS["bfloat16"].nearest([1.0, 1.005, 1e39])
        array([1.      , 1.0078125,       inf])
        """
        x = np.asarray(x, np.float64)
        # Below the smallest normal number the spacing no longer shrinks.
        exponent = np.maximum(np.frexp(x)[1], 2 - self.max_exponent) - self.precision
        rounded = np.where(np.isfinite(x), np.ldexp(np.rint(np.ldexp(x, -exponent)), exponent), x)
        within: Array = np.where(np.abs(rounded) > self.largest, np.copysign(np.inf, x), rounded)
        return within

    def conversion_error(self, x: Any) -> Array:
        """What is lost when numbers become numbers of this format; 0 for those that are in it.

        >>> FORMATS["float32"].conversion_error([0.5, 2.0**24 + 1]).tolist()
        [0.0, 1.0000000596046448]
        """
        x = np.abs(np.asarray(x, np.float64))
        whole = np.ldexp(np.frexp(x)[0], self.precision)
        fits = (whole == np.floor(whole)) & (x <= self.largest)
        fits &= (x >= self.smallest_normal) | (x == 0)
        error = np.maximum(self.unit * x, self.spacing_below / 2)
        error = np.where(x <= self.largest, error, np.inf)
        return np.where(fits | ~np.isfinite(x), 0.0, error)

    def spacing(self, x: Any) -> Array:
        """One unit in the last place of each number: the distance to the next one.

        Goldberg 1991, *What every computer scientist should know about floating-point arithmetic*,
        section 1.2; constant below the smallest normal number.

        >>> FORMATS["float32"].spacing([1.0, 1.5, 4.0]) * 2.0**23
        array([1., 1., 4.])
        """
        size = np.abs(np.asarray(x, np.float64))
        size = np.clip(np.nan_to_num(size), self.smallest_normal, self.largest)
        spacing: Array = np.ldexp(1.0, np.frexp(size)[1] - self.precision)
        return spacing


NATIVE = ("float64", "float32")
FORMATS = {
    one.name: one
    for one in (
        Format("float64", 53, 1023),
        Format("float32", 24, 127, function_ulps=SINGLE_ULPS),
        Format("float16", 11, 15, HALF_ULPS),
        Format("bfloat16", 8, 127, HALF_ULPS),
    )
}
