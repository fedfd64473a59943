"""The error bounds hold, and follow the text of every reference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parity_tests import check
from parity_tests.harness.bounded import Analysis, Bounded, Unanalysed, parts
from parity_tests.harness.tolerance import unit_roundoff
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from reference.activations import tanh
from reference.activations.tanh import Tanh

UNIT = unit_roundoff("float32")

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
    bounded = program(Bounded(x, Analysis(UNIT)))
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
        analysis = Analysis(UNIT)
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
    analysis = Analysis(0.0)
    x: Any = Bounded(np.array([2.0]), analysis, np.array([0.5]))
    assert (x * 3).error == 1.5
    assert (x * x).error == 2 * 2 * 0.5 + 0.25
    assert (1 / x).error == pytest.approx(1 / 1.5 - 1 / 2)
    assert np.sqrt(x).error == pytest.approx(2**0.5 - 1.5**0.5)
    assert (x - x).error == 1.0


def test_a_doubtful_branch_is_noticed() -> None:
    analysis = Analysis(0.0)
    x = Bounded(np.array([0.1, 5.0]), analysis, np.array([0.5, 0.5]))
    _ = x[1:] > 0
    assert not analysis.undecided
    _ = x > 0
    assert analysis.undecided


def test_what_has_no_rule_is_refused_by_name() -> None:
    x = Bounded(np.ones((2, 2)), Analysis(UNIT))
    for program in (np.arctan, np.linalg.inv, np.asarray):
        with pytest.raises(Unanalysed):
            program(x)
    assert parts(2, Analysis(UNIT)) == (2, 0.0)


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
