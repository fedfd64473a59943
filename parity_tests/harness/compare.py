"""Two arrays and an allowed error in, one :class:`Verdict` out."""

from typing import Any

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.cases import HALF, Case
from parity_tests.harness.verdict import Verdict, counted


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
    if got is None or np.size(got) == 0:
        return Verdict(case.pair, check, quantity, case.dtype, True, case=str(case))
    error = _error(got, expected)
    limit = _limit(allowed, error.shape)
    if case.dtype in HALF:
        error = np.where(np.isinf(limit), 0, error)
    limit = np.where(np.isinf(error) | np.isnan(limit), 0, limit)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(error == 0, 0, error / limit)
    share = np.where(np.isnan(share), np.inf, share)
    at = np.unravel_index(int(np.argmax(share)), share.shape)
    unbounded = bool(np.any(np.isinf(limit) & ((error > 0) | (case.dtype in HALF))))
    return Verdict(
        case.pair, check, quantity, case.dtype, bool(np.all(error <= limit)),
        float(error[at]), float(limit[at]), tuple(int(i) for i in at), str(case),
        message="rounding may do anything here" if unbounded else "",
        ulps=_ulps(float(error[at]), np.asarray(expected)[at], case.dtype),
        used_counts=() if unbounded else counted(float(share[at])),
    )  # fmt: skip


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


def _unlike(got: Any, expected: Any) -> str:
    if (got is None) != (expected is None):
        return f"is {_described(got)}, the twin gives {_described(expected)}"
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
