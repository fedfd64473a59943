"""Two arrays and an allowed error in, one :class:`Verdict` out."""

from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.cases import HALF, Case
from parity_tests.harness.verdict import Verdict, counted

UNBOUNDED = "rounding may do anything here"
NUMBERS = "fiub"
"""The kinds of NumPy's dtypes that hold real numbers."""


def compare(
    case: Case, check: str, quantity: str, got: Any, expected: Any, allowed: Array | None
) -> Verdict:
    """Whether every element of ``got`` is within ``allowed`` of ``expected``.

    ``allowed`` None means exactly equal. Shapes must be equal. The same infinity, or nan on both
    sides, is agreement; nan or infinity on one side is a failure whatever is allowed. An infinite allowance says that
    rounding may do anything there (the case is ill-conditioned): any finite number passes, and the
    message says so. In half precision, where ordinary numbers overflow, an infinite allowance
    says also that: there any number passes. The verdict shows the element that used the largest share of its allowance.
    """
    complaint = _unlike(got, expected)
    if complaint:
        return fail(case, check, quantity, complaint)
    # No np.size(got) here: a tensor has a method of that name.
    error = np.zeros(0) if got is None else _error(got, expected)
    if error.size == 0:
        return Verdict(case.pair, check, quantity, case.dtype, True, case=str(case))
    limit = _limit(allowed, error.shape)
    if case.dtype in HALF:
        error = np.where(np.isinf(limit), 0, error)
    limit = np.where(np.isinf(error) | np.isnan(limit), 0, limit)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(error == 0, 0, error / limit)
    share = np.where(np.isnan(share), np.inf, share)
    at = np.unravel_index(int(np.argmax(share)), share.shape)
    passed = bool(np.all(error <= limit))
    unbounded = bool(np.any(np.isinf(limit) & ((error > 0) | (case.dtype in HALF))))
    return Verdict(
        case.pair, check, quantity, case.dtype, passed,
        float(error[at]), float(limit[at]), tuple(int(i) for i in at), str(case),
        message=_said(got, expected, *at) if not passed else UNBOUNDED if unbounded else "",
        ulps=_ulps(float(error[at]), np.asarray(expected)[at], case.dtype),
        used_counts=() if unbounded else counted(float(share[at])),
    )  # fmt: skip


def _said(got: Any, expected: Any, *at: Any) -> str:
    """Where no number says how far apart two values are, the values themselves."""
    own, other = (float(np.asarray(x)[at]) for x in (got, expected))
    if np.isfinite(own) and np.isfinite(other):
        return ""
    return f"is {own:.6g} at {[int(i) for i in at]}, where {other:.6g} is expected"


def _ulps(error: float, expected: Any, dtype: str) -> float:
    """An error in units of the last place of the expected number; 0 has no last place."""
    if error == 0:
        return 0.0
    return error / float(FORMATS[dtype].spacing(expected)) if expected != 0 else float("inf")


def fail(case: Case, check: str, quantity: str, message: str) -> Verdict:
    """A verdict without numbers."""
    return Verdict(
        case.pair,
        check,
        quantity,
        case.dtype,
        False,
        float("inf"),
        0.0,
        None,
        str(case),
        message=message,
    )


def _limit(allowed: Array | None, shape: tuple[int, ...]) -> Array:
    """The allowance of each element; one of another shape belongs to something else and allows nothing."""
    if allowed is None or (np.ndim(allowed) and np.shape(allowed) != shape):
        return np.zeros(shape)
    return np.broadcast_to(allowed, shape)


def unfit(x: Any) -> str:
    """What x is instead of a plain array of real numbers, or one number; nothing where it is that.

    Other arrays have arithmetic of their own (a matrix, a masked array), other sequences have none.

    >>> unfit([1.0]), unfit(np.zeros(2) + 1j), unfit(np.zeros(2)), unfit(1.0)
    ('a list, not an array', 'an array of complex128, not of real numbers', '', '')
    """
    if type(x) is not np.ndarray and not isinstance(x, np.generic | int | float):
        return f"{named(x)}, not {'a plain' if isinstance(x, np.ndarray) else 'an'} array"
    if np.asarray(x).dtype.kind not in NUMBERS:
        return f"an array of {np.asarray(x).dtype}, not of real numbers"
    return ""


def named(x: Any) -> str:
    """What x is, by its type.

    >>> named(np.zeros(2)), named(()), named(None)
    ('an array', 'a tuple', 'None')
    """
    name = "array" if type(x) is np.ndarray else type(x).__name__
    return "None" if x is None else f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _unlike(got: Any, expected: Any) -> str:
    if (got is None) != (expected is None):
        return f"is {_described(got)}, the twin gives {_described(expected)}"
    if got is not None and np.asarray(got).dtype.kind not in NUMBERS:
        return f"is {unfit(got)}"  # to convert it would drop what is imaginary
    if got is not None and np.shape(got) != np.shape(expected):
        return f"has shape {np.shape(got)}, the twin's is {np.shape(expected)}"
    return ""


def _described(x: Any) -> str:
    return "None" if x is None else f"an array of shape {np.shape(x)}"


def _error(got: Any, expected: Any) -> Array:
    got, expected = np.asarray(got), np.asarray(expected)
    wide = np.longdouble if got.dtype.kind == "f" else np.float64
    got, expected = got.astype(wide), expected.astype(wide)
    with np.errstate(invalid="ignore"):
        error = np.abs(got - expected)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    result: Array = np.where(same, 0, np.where(np.isnan(error), np.inf, error)).astype(np.float64)
    return result
