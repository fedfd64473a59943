"""What several seeds came to: mean, deviation, and where the true mean lies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import mpmath


@dataclass(frozen=True, slots=True)
class Spread:
    """n measurements.

    ``deviation`` is the sample's, with n - 1 in the denominator, and None for a single measurement.
    """

    mean: float
    deviation: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one measurement.

        >>> Spread.of([1.0, 2.0, 3.0])
        Spread(mean=2.0, deviation=1.0, n=3)
        """
        deviation = stdev(values) if len(values) > 1 else None
        return cls(fmean(values), deviation, len(values))

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Where the mean of ever more measurements lies, if they are normal; None for a single one.

        mean ± t·s/√n, t being the quantile of Student's distribution with n - 1 degrees of freedom.
        Source: Student 1908, *The probable error of a mean*, Biometrika 6.

        >>> low, high = Spread(mean=0.0, deviation=3**0.5, n=3).interval()
        >>> round(low, 3), round(high, 3)
        (-4.303, 4.303)
        """
        if self.deviation is None:
            return None
        reach = student_quantile(self.n - 1, level) * self.deviation / math.sqrt(self.n)
        return self.mean - reach, self.mean + reach


def student_quantile(freedom: int, level: float) -> float:
    """The t with P(|T| <= t) = level for Student's distribution.

    P(|T| > t) is the regularised incomplete beta function I_x(freedom/2, 1/2) at x = freedom/(freedom + t²).
    Source: Abramowitz and Stegun 1964, *Handbook of Mathematical Functions*, equation 26.7.1 with 26.5.27.

    >>> [round(student_quantile(freedom, 0.95), 3) for freedom in (1, 2, 4, 30)]
    [12.706, 4.303, 2.776, 2.042]
    """

    def beyond(x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.betainc(freedom / 2, 0.5, 0, x, regularized=True) - (1 - level)

    x = mpmath.findroot(beyond, (0, 1), solver="illinois")
    return math.sqrt(freedom * (1 / x - 1))
