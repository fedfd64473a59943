"""Findings made by hand: some that agree and some that do not."""

from typing import Any

from parity_tests.harness.verdict import Findings, Verdict
from parity_tests.harness.waiver import NEEDED

CASE = "layers.linear bias=True / n=2 / dtype=float64 layout=contiguous values=ordinary seed=1"


def verdict(pair: str = "layers.linear", check: str = "outputs_agree", **changes: Any) -> Verdict:
    """A verdict that used a quarter of what it was allowed."""
    fields: dict[str, Any] = {
        "worst": 1e-16,
        "allowed": 4e-16,
        "at": (0, 1),
        "case": CASE,
        "cases": 50,
    } | changes
    quantity, dtype = fields.pop("quantity", "y"), fields.pop("dtype", "float64")
    return Verdict(pair, check, quantity, dtype, fields.pop("passed", True), **fields)


def agreeing() -> Findings:
    """Two pairs; all is well."""
    verdicts = (
        verdict(),
        verdict(check="dtype_kept", worst=0.0, allowed=0.0, at=None),
        verdict(dtype="float32", worst=3e-8, allowed=4e-8, quantity="dweight"),
        verdict("layers.conv2d", cases=40),
    )
    return Findings(verdicts, seed=0, examples=50)


def disagreeing() -> Findings:
    """The same, with one wrong operation whose message holds all that can break a format."""
    message = 'a | b <script>alert("&")</script>\x00\x1b[31m\nsecond line \ud800'
    wrong = verdict(
        "layers.conv2d", "gradients_agree", quantity="dx", passed=False, cases=40, failed=12
    )
    worse = verdict(
        "layers.conv2d", "dtype_kept", passed=False, cases=40, failed=40, message=message
    )
    return Findings((*agreeing().verdicts, wrong, worse), seed=0, examples=50)


def waived(needed: bool = True) -> Findings:
    """One pair with a waiver, which covers 4 cases of one dtype and 5 of the other."""
    thread = "https://github.com/pytorch/pytorch/issues/1"
    message = (
        "PyTorch reads dy wrongly"
        if needed
        else f"PyTorch agrees now: remove the waiver ({thread})"
    )
    changes: dict[str, Any] = {"quantity": "an axis of length 1", "message": message, "why": thread}
    verdicts = [
        verdict(check=NEEDED, dtype=dtype, cases=cases, passed=passed, worst=0.0, **changes)
        for dtype, cases, passed in (("float64", 5, True), ("float32", 6, needed))
    ]
    return Findings((*agreeing().verdicts, *verdicts), seed=0, examples=50)
