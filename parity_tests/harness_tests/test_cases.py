"""Cases: valid by construction, one line each, read back from it; bad lines are refused in one line."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parity_tests import CaseError, UnknownPair, replay, select
from parity_tests.harness.cases import Case
from parity_tests.harness.layout import LAYOUT_NAMES
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS

GOOD = (
    "layers.linear bias=True / n=2 features=(3,) d_in=3 d_out=4 / "
    "dtype=float64 layout=strided values=ordinary seed=7"
)
LABELS = (
    "losses.cross_entropy_loss / n=1 c=2 / dtype=float64 layout=contiguous values=ordinary seed=0"
)


@pytest.mark.parametrize("name", PAIRS)
def test_drawn_cases_are_accepted_by_pytorch_and_read_back(name: str) -> None:
    pair = PAIRS[name]

    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.sampled_from(["float64", "float32"]).flatmap(pair.cases))
    def holds(case: Case) -> None:
        assert Case.parse(str(case)) == case
        trial = Trial(pair, case)
        assert trial.twin.error == ""
        assert trial.outcome.error == ""

    holds()


@pytest.mark.parametrize("name", PAIRS)
def test_every_option_layout_and_regime_is_reached(name: str) -> None:
    pair = PAIRS[name]
    options: dict[str, set[str]] = {}
    layouts, regimes = set(), set()

    @settings(
        max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(pair.cases("float64"))
    def collect(case: Case) -> None:
        layouts.add(case.layout)
        regimes.add(case.values)
        for option, value in case.options.items():
            options.setdefault(option, set()).add(repr(value))

    collect()
    # A network without dropout and batch norm is the same in both modes.
    fixed = {"training"} if pair.kind == "network" else set()
    assert set(pair.options) - fixed <= set(options)
    assert all(len(values) > 1 for values in options.values())
    assert layouts == set(LAYOUT_NAMES)
    assert regimes == {regime.name for regime in pair.regimes}


def test_replay_of_a_good_line_passes() -> None:
    findings = replay(GOOD)
    assert findings.passed
    assert {verdict.case for verdict in findings.verdicts} == {GOOD}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "cannot read the case"),
        (GOOD.replace("layers.linear", "layers.liner"), "did you mean layers.linear?"),
        (GOOD.replace("layers.linear", "layers"), "no single pair"),
        (GOOD.replace("bias=True", "bias"), "write name=value"),
        (GOOD.replace("bias=True", "bias=__import__('os')"), "is no value"),
        (GOOD.replace("bias=True", "stride=2"), "has the options"),
        (GOOD.replace("d_out=4", ""), "no size for d_out"),
        (GOOD.replace("float64", "int8"), "dtype=int8"),
        (GOOD.replace("strided", "spiral"), "layout=spiral"),
        (GOOD.replace("ordinary", "odd"), "values=odd"),
        (GOOD.replace("seed=7", "seed=-1"), "seed=-1"),
        (GOOD.replace(" seed=7", ""), "dtype=… layout=… values=… seed=…"),
        (GOOD.replace("n=2", "n=-2"), "n=-2"),
        (GOOD.replace("n=2", "n=many"), "n=many"),
        (f"{GOOD} / y=(1,)", "it has x, weight, bias, dy"),
        (f"{GOOD} / x=(1,2)", "shape (2,) where (2,3) is needed"),
        (f"{GOOD} / dy=(1,2)", "shape (2,) where (2,4) is needed"),
        (f"{GOOD} / x=((1,2,3),(4,5))", "rows of different lengths"),
        (f"{GOOD} / x=((1,2,3),(4,5,six))", "write numbers"),
        (f"{GOOD} / x=((1,2,3),(4,5,'6'))", "write numbers"),
        (f"{GOOD} / x", "write numbers"),
        (f"{GOOD} / bias=(1,2,3,{10**30})", "too many digits"),
        (f"{GOOD} / x=1 / x=2", "cannot read the case"),
        (f"{GOOD} / bias=(1,2,3,4)".replace("bias=True", "bias=False"), "it has x, weight, dy"),
        (f"{LABELS} / target=(0.5,)", "another kind than int"),
    ],
)
def test_a_bad_line_is_refused_in_one_line(line: str, says: str) -> None:
    with pytest.raises(CaseError) as refused:
        replay(line)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_prefixes_select_families() -> None:
    assert [pair.name for pair in select("layers.batch_norm")] == [
        "layers.batch_norm.BatchNorm1d",
        "layers.batch_norm.BatchNorm2d",
    ]
    assert len(select()) == len(PAIRS)
    assert select("layers.linear.Linear") == select("layers.linear")
    with pytest.raises(UnknownPair, match=r"did you mean layers\.conv2d\?"):
        select("layers.conv3d")


@pytest.mark.parametrize(
    "given",
    [
        {"x": ((1.0, -0.0, 5e-324), (math.inf, -math.inf, math.nan))},
        {"bias": (1, 2, 3, 4), "dy": ((0.1, 1 / 3, 1e300, 2**60),) * 2},
        {"x": (), "dy": ()},
        {"linear1.weight": ((1.5,),), "dropout1.mask": ((True,), (False,)), "scalar": 2},
    ],
)
def test_given_numbers_are_read_back_as_they_were(given: dict) -> None:
    case = replace(Case.parse(GOOD), given=given)
    assert Case.parse(str(case)) == case
    assert str(Case.parse(str(case))) == str(case)
    assert len(str(case).rpartition(" / ")[2].split()) == len(given)


def test_given_numbers_take_the_place_of_drawn_ones() -> None:
    case = Case.parse(f"{GOOD} / x=((1,2.5,nan),(4,5,inf)) dy=((1,0,0,0),(0,0,0,0.1))")
    case = replace(case, dtype="float32")
    trial, drawn = Trial(PAIRS[case.pair], case), Trial(PAIRS[case.pair], case.with_seed(7))
    x = trial.arguments["x"]
    assert x is not None and x.dtype == np.float32 and not x.flags.contiguous
    assert np.array_equal(
        x, np.array([[1, 2.5, np.nan], [4, 5, np.inf]], np.float32), equal_nan=True
    )
    assert trial.dy is not None and trial.dy[1, 3] == np.float32(0.1)
    weight, same = trial.arguments["weight"], drawn.arguments["weight"]
    assert weight is not None and same is not None and np.array_equal(weight, same)
    assert drawn.case.given == {}


def test_an_empty_array_keeps_its_shape() -> None:
    line = GOOD.replace("n=2", "n=0")
    findings = replay(f"{line} / x=() dy=((),)")
    assert findings.passed
