"""Half precision: the twin computes in it, the reference in float64 on the same numbers."""

from typing import Any

import numpy as np
import pytest
import torch

from parity_tests import check, replay
from parity_tests.harness.arrays import arguments_of
from parity_tests.harness.bounds.formats import FORMATS
from parity_tests.harness.cases import HALF, Case
from parity_tests.harness.checks import IN_HALF, REFUSED
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.layers.linear import Linear

SQUARES = (
    "losses.mse_loss reduction=none / shape=(2,) / "
    "dtype=float16 layout=contiguous values=ordinary seed=0 / x=(300,3) target=(0,1)"
)


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("name", PAIRS)
def test_the_twin_agrees_in_half_precision(name: str, dtype: str) -> None:
    findings = check(name, dtypes=[dtype], examples=5, shrink=False)
    assert findings.passed, [verdict.sentence() for verdict in findings.failures]
    assert {verdict.check for verdict in findings.verdicts} <= {*IN_HALF, REFUSED}


@pytest.mark.parametrize("dtype", HALF)
def test_the_numbers_of_a_case_are_held_by_the_format(dtype: str) -> None:
    case = Case.parse(SQUARES.replace("float16", dtype).rpartition(" / ")[0])
    x = arguments_of(PAIRS[case.pair], case)["x"]
    assert x is not None
    assert x.dtype == np.float64
    assert not np.any(FORMATS[dtype].conversion_error(x))
    assert Trial(PAIRS[case.pair], case).twin.outputs["y"].dtype == np.float64


@pytest.mark.parametrize("dtype", HALF)
def test_numbers_are_rounded_as_pytorch_rounds_them(dtype: str) -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [rng.standard_normal(999), np.ldexp(rng.uniform(1, 2, 999), rng.integers(-30, 20, 999))]
    )
    x = x.astype(np.float32)  # through which PyTorch converts
    theirs = torch.tensor(x).to(getattr(torch, dtype)).double().numpy()
    assert np.array_equal(FORMATS[dtype].nearest(x), theirs)


class OffByTwoRoundings(Linear):
    """Each y too large by a thousandth: far more than float64 allows, and two roundings in float16."""

    def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
        y, saved = super().forward(x, weight, bias)
        return y * (1 + 2.0**-10), saved


@pytest.mark.parametrize(("dtype", "found"), [("float16", True), ("bfloat16", False)])
def test_an_error_is_seen_that_the_format_can_show(dtype: str, found: bool) -> None:
    line = (
        "layers.linear bias=False / n=1 features=(1,) d_in=1 d_out=4 / "
        f"dtype={dtype} layout=contiguous values=ordinary seed=1"
    )
    findings = replay(line, OffByTwoRoundings)
    failed = {(verdict.check, verdict.quantity) for verdict in findings.failures}
    assert failed == ({("outputs_agree", "y")} if found else set())


def test_what_overflows_is_not_compared() -> None:
    """300 squared is no number of float16: the twin says infinity, the reference 90000."""
    trial = Trial(PAIRS["losses.mse_loss"], Case.parse(SQUARES))
    assert trial.twin.outputs["y"][0] == np.inf
    (y, *_) = replay(SQUARES).verdicts
    assert (y.passed, y.quantity, y.message) == (True, "y", "rounding may do anything here")


def test_what_pytorch_refuses_is_said_and_no_failure() -> None:
    findings = check("losses.multiclass_hinge_loss", dtypes=["float16"], examples=3)
    (said,) = findings.verdicts
    assert (said.passed, said.check, said.cases) == (True, REFUSED, 3)
    assert "not implemented for 'Half'" in said.message
