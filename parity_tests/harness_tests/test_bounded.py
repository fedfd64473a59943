"""The error bounds hold, and follow the text of every reference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests import check
from parity_tests.harness.bounds import Analysis, Bounded, Unanalysed, operand
from parity_tests.harness.bounds.formats import FORMATS, Format
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.activations import tanh
from reference.activations.tanh import Tanh

SINGLE = FORMATS["float32"]
# So precise that only what an operand carries is left of a bound.
PRECISE = Format("precise", 1000, 1000)

PROGRAMS = {
    "sum": lambda x: (x + 1.5).sum(axis=0) / 3,
    "variance": lambda x: ((x - x.mean(axis=0)) ** 2).mean(axis=0),
    "root": lambda x: np.sqrt(x * x + 0.1) / (np.abs(x) + 0.3),
    "softmax": lambda x: np.exp(x - x.max(axis=0)) / np.exp(x - x.max(axis=0)).sum(axis=0),
    "logarithm": lambda x: np.log(1 + np.exp(-np.abs(x))),
    "tangent": lambda x: 1 - np.tanh(x * 0.7) ** 2,
    "product": lambda x: (x @ x.T) @ x,
    "contraction": lambda x: np.einsum("ij,kj->ik", x, x * 0.1),
    "padding": lambda x: np.where(np.pad(x, 1) > 0, np.pad(x, 1) * 0.1, 3.0),
    "assembly": lambda x: np.concatenate([x * 0.1, np.zeros_like(x)], axis=1).reshape(-1)[::2],
}


@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_float32_stays_within_the_bound(name: str, seed: int) -> None:
    program = PROGRAMS[name]
    x = np.random.default_rng(seed).standard_normal((4, 5)).astype(np.float32)
    bounded = program(Bounded(x, Analysis(SINGLE)))
    computed = program(x)
    assert computed.dtype == np.float32
    exact = program(x.astype(np.longdouble))
    assert np.all(np.abs(computed - exact) <= bounded.error)


@pytest.mark.parametrize("name", PAIRS)
def test_every_reference_can_be_analysed(name: str) -> None:
    from hypothesis import HealthCheck

    from parity_tests.harness.subject import make_subject

    pair = PAIRS[name]

    @settings(
        max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(pair.cases("float32"))
    def holds(case):  # type: ignore[no-untyped-def]
        trial = Trial(pair, case)
        analysis = Analysis(SINGLE)
        arguments = {
            key: Bounded(x, analysis) if x is not None and x.dtype.kind == "f" else x
            for key, x in trial.arguments.items()
        }
        subject = make_subject(pair, case, pair.reference)
        with np.errstate(all="ignore"):
            outputs, saved = subject.forward(arguments)
            if trial.dy is not None:
                subject.backward(saved, Bounded(trial.dy, analysis))
        assert isinstance(next(iter(outputs.values())), Bounded)

    holds()


def test_an_error_in_the_operand_is_carried_on() -> None:
    x: Any = Bounded(np.array([4.0]), Analysis(PRECISE), np.array([0.5]))
    assert (x * 3).error == pytest.approx(1.5)
    assert (x * x).error == pytest.approx((4 + 0.5) * 0.5 + 0.5 * (4 + 2 * 0.5))
    assert (x - x).error == pytest.approx(1.0)
    assert 1 / 3 - 1 / 3.5 <= (1 / x).error < 1 / 15
    assert np.sqrt(4.5) - np.sqrt(4.0) <= np.sqrt(x).error < 0.15
    assert (x.max(axis=0) - 1).error == pytest.approx(0.5)


@pytest.mark.parametrize("function", [np.exp, np.log, np.tanh, np.sqrt, np.expm1, np.log1p])
@pytest.mark.parametrize("value", [0.25, 1.0, 3.0])
def test_a_function_is_bounded_wherever_the_operands_may_be(function: Any, value: float) -> None:
    """Exact and computed operand may lie on opposite sides of the value, each E away."""
    for error in (1e-3, 0.05):
        bound = function(Bounded(np.array([value]), Analysis(PRECISE), np.array([error]))).error
        bound += 2.0**-50  # the differences are themselves rounded
        inside = np.linspace(value - error, value + error, 9)
        assert np.all(np.abs(function(inside + error) - function(inside)) <= bound)
        assert np.all(np.abs(function(inside) - function(inside - error)) <= bound)


def test_the_sum_of_many_rounds_more_than_once_per_term() -> None:
    """g(k) = k u / (1 - k u), not k u: of 128 terms in bfloat16 that is the whole sum."""
    analysis = Analysis(FORMATS["bfloat16"])
    assert Bounded(np.ones(129), analysis).sum().error == pytest.approx(129)
    assert Bounded(np.ones(257), analysis).sum().error == np.inf


def test_a_bias_is_a_term_of_the_product_it_is_added_to() -> None:
    """PyTorch begins the sum with the bias, which then takes part in every addition."""
    ones: Any = Bounded(np.ones((1, 8)), Analysis(SINGLE))
    y = ones @ ones.T + 2.0**20
    assert y.error >= 8 * SINGLE.unit * 2.0**20
    assert y.error < 9 * SINGLE.unit * (2.0**20 + 8) * 1.01


def test_terms_collected_in_place_are_one_sum() -> None:
    """1e6 - 1e6 + 1 in another order cancels last: the partial sums are as large as the terms."""
    analysis = Analysis(SINGLE)
    total: Any = np.zeros_like(Bounded(np.zeros(2), analysis))
    for term in (1e6, -1e6, 1.0):
        total[:1] += Bounded(np.array([term]), analysis)
    assert total.value.tolist() == [1.0, 0.0]
    assert total.error[0] == pytest.approx(2 * SINGLE.unit * 2e6, rel=1e-5)
    assert total.error[1] == 0


def test_brackets_are_multiplied_out() -> None:
    """x scale - mean scale rounds by the size of its terms, where (x - mean) scale has lost them."""
    x: Any = Bounded(np.array([1000.0]), Analysis(SINGLE))
    assert ((x - 999.0) * 3.0).error >= SINGLE.unit * (1000 + 999) * 3


@pytest.mark.parametrize("name", FORMATS)
def test_a_number_that_the_format_does_not_hold_is_rounded(name: str) -> None:
    analysis, p = Analysis(FORMATS[name]), FORMATS[name].precision
    assert operand(2**p - 1, analysis).error == 0
    error = operand(0.1, analysis).error * 2.0**p
    assert error == pytest.approx(0.0 if name == "float64" else 0.1)
    if name != "float64":
        assert operand(2**p + 1, analysis).error == pytest.approx(1 + 2.0**-p)
        assert operand(FORMATS[name].largest * 4, analysis).error == np.inf


def test_what_may_overflow_has_no_bound() -> None:
    half: Any = Bounded(np.array([300.0, 200.0]), Analysis(FORMATS["float16"]))
    assert np.isinf((half * half).error).tolist() == [True, False]


def test_what_has_no_bound_does_not_get_one_again() -> None:
    """0 times infinity, in the bound of a sum of one term, is no bound of zero."""
    lost: Any = Bounded(np.array([1.0]), Analysis(SINGLE), np.array([np.inf]))
    assert (lost.sum() / 3).error == np.inf
    assert (lost * 0.0 + 1).error == np.inf


def test_a_product_underflows_by_half_a_spacing_and_a_sum_does_not() -> None:
    tiny: Any = Bounded(np.array([2.0**-80, 0.0]), Analysis(SINGLE))
    assert ((tiny * tiny).error * 2.0**150).tolist() == pytest.approx([1.0, 0.0])
    smallest: Any = Bounded(np.array([2.0**-149]), Analysis(SINGLE))
    assert (smallest + smallest).error < 2.0**-170


def test_only_what_may_win_a_maximum_counts() -> None:
    x: Any = Bounded(np.array([1.0, 5.0, 5.1]), Analysis(SINGLE), np.array([9e-1, 0.2, 0.1]))
    assert x.max().error == 0.2
    assert np.maximum(x, 3.0).error.tolist() == pytest.approx([0.9 * 0, 0.2, 0.1], abs=1e-6)


def test_a_doubtful_branch_is_noticed() -> None:
    analysis = Analysis(PRECISE)
    x = Bounded(np.array([0.1, 5.0]), analysis, np.array([0.5, 0.5]))
    _ = x[1:] > 0
    assert not analysis.undecided
    _ = x > 0
    assert analysis.undecided


def test_what_has_no_rule_is_refused_by_name() -> None:
    x = Bounded(np.ones((2, 2)), Analysis(SINGLE))
    for program in (np.arctan, np.linalg.inv, np.asarray):
        with pytest.raises(Unanalysed):
            program(x)
    with pytest.raises(Unanalysed, match=r"np\.multiply\.reduce"):
        np.multiply.reduce(x)


class ForeignTanh(Tanh):
    """Right, and written in a way that no error bound survives."""

    def forward(self, x: Any) -> Any:
        y = np.zeros(x.shape, x.dtype)
        y[...] = np.tanh(np.asarray(x))
        return y, super().forward(y)[1]._replace(y=y)


class FailingTanh(Tanh):
    def backward(self, saved: Any, dy: Any) -> Any:
        raise ValueError("not today")


def test_text_that_cannot_be_analysed_is_compared_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tanh, "Tanh", ForeignTanh)
    assert check("activations.tanh", examples=30).passed


def test_a_reference_that_fails_is_a_finding_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tanh, "Tanh", FailingTanh)
    findings = check("activations.tanh", examples=5)
    assert not findings.passed
    assert "raises ValueError: not today" in findings.failures[0].message
