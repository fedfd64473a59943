"""What is timed is what is checked, in turn, and every pair has a case for it."""

import gc
import itertools
from functools import partial

import numpy as np
import pytest

import parity_tests
from parity_tests.benchmarks import (
    Row,
    cases,
    time_operation,
    time_witnesses,
    timing,
    total,
    witnesses,
)
from parity_tests.benchmarks.cases import case_of
from parity_tests.benchmarks.sides import passes
from parity_tests.benchmarks.timing import in_turns, interleaved
from parity_tests.benchmarks.training_step import make_sides, passes_of_links, time_step
from parity_tests.harness.checks import checks_of
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS
from parity_tests.suite import on_one_thread
from reference.networks import ThreeLayerConvNet

TINY = ThreeLayerConvNet((2, 6, 6), num_filters=3, filter_size=3, hidden_dim=5, num_classes=4)
TRAINED = [name for name, pair in PAIRS.items() if pair.kind != "optimizer"]


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One repetition of everything."""
    monkeypatch.setattr(timing, "LEAST", 1)
    monkeypatch.setattr(timing, "SAMPLE", 1)
    monkeypatch.setattr(witnesses, "REPETITIONS", 1)


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_has_cases_that_run(name: str) -> None:
    rows = list(time_operation(PAIRS[name], ["float32"], seconds=0))
    ways = ["step"] if PAIRS[name].kind == "optimizer" else ["forward", "backward"]
    assert [(r.size, r.direction) for r in rows] == list(itertools.product(cases.SIZES, ways))
    for row in rows:
        assert row.ratio > 0
        assert row.naive_ratio is None or row.naive_ratio > 0
        assert ("naive" in row.sides) <= (row.size == "small")
    assert ("naive" in rows[0].sides) == (PAIRS[name].naive is not None)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_timed_agrees(name: str) -> None:
    assert parity_tests.replay(str(case_of(PAIRS[name], "float64", "small"))).passed


@pytest.mark.parametrize("name", TRAINED)
def test_what_is_timed_is_what_is_checked(name: str) -> None:
    pair = PAIRS[name]
    case = case_of(pair, "float64", "small")
    with on_one_thread():
        trial = Trial(pair, case)
        timed = dict(passes(pair, case, with_naive=False))
        # A forward between two backward passes must not spoil the graph of the second.
        y = timed["forward"]["torch"]()
        gradients = timed["backward"]["torch"]()
        got = timed["backward"]["reference"]()
    np.testing.assert_array_equal(y.detach().numpy(), trial.twin.outputs["y"])
    np.testing.assert_array_equal(timed["forward"]["reference"]()[0], trial.outcome.outputs["y"])
    for mine, checked in zip(gradients, trial.twin.gradients.values(), strict=True):
        np.testing.assert_array_equal(mine.numpy(), checked)
    if pair.kind == "network":
        got = (got[0], *got[1].values())
    found = got if isinstance(got, tuple) else (got,)
    for mine, checked in zip(found, trial.outcome.gradients.values(), strict=True):
        np.testing.assert_array_equal(mine, checked)


def test_an_axis_without_a_size_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cases.AXES, "small", {"n": 2, "features": (3,), "d_in": 3})
    with pytest.raises(LookupError, match=r"layers\.linear has axes without a size: d_out"):
        case_of(PAIRS["layers.linear"], "float64", "small")


class Clock:
    """Goes on by a millisecond whenever somebody looks at it or works."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


def test_sides_are_timed_in_turn() -> None:
    calls: list[str] = []
    clock = Clock()

    def slow() -> None:
        calls.append("b")
        clock()

    timings = interleaved({"a": lambda: calls.append("a"), "b": slow}, 0, clock)
    assert calls == ["a", "a", "b", "b", *["a", "b"] * timing.LEAST]
    assert [t.median_ms for t in timings.values()] == [1, 2]
    assert [t.spread_ms for t in timings.values()] == [0, 0]
    assert [t.repetitions for t in timings.values()] == [timing.LEAST] * 2


def test_a_fast_call_fills_its_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "SAMPLE", 4_000_000)
    calls: list[str] = []
    found = interleaved({"a": lambda: calls.append("a")}, 0, Clock())["a"]
    assert len(calls) == 2 + 4 * timing.LEAST
    # The clock goes on once in four calls.
    assert found.median_ms == 1 / 4


def test_the_first_half_of_a_turn_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "TURN", 40_000_000)
    clock, calls = Clock(), ""

    def call(name: str) -> None:
        nonlocal calls
        if not calls.endswith(name * 2):
            clock.now += 9_000_000
        calls += name

    found = in_turns({"a": lambda: call("a"), "b": lambda: call("b")}, 0, clock)
    # Two slow calls fill the first half; a fast one takes four looks at the clock with those around it.
    assert calls == "a" * 6 + "b" * 6
    assert [(t.median_ms, t.spread_ms, t.repetitions) for t in found.values()] == [(1, 0, 4)] * 2


def test_turns_are_taken_until_the_time_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "TURN", 2_000_000)
    calls: list[str] = []
    in_turns({name: partial(calls.append, name) for name in "ab"}, 0.02, Clock())
    turns = [name for name, _ in itertools.groupby(calls)]
    assert turns == ["a", "b"] * (len(turns) // 2)
    assert len(turns) > 2


def test_the_time_is_used_up_and_no_more() -> None:
    # A round takes two looks at the clock, and the question whether there is time left a third.
    (found,) = interleaved({"a": lambda: None}, 0.06, Clock()).values()
    assert timing.LEAST < found.repetitions < 30


def test_the_spread_is_between_the_quartiles() -> None:
    clock, took = Clock(), itertools.chain([0, 0], itertools.count())

    def slower_each_time() -> None:
        clock.now += next(took) * 1_000_000

    found = interleaved({"a": slower_each_time}, 0, clock)["a"]
    assert (found.median_ms, found.spread_ms) == (3, 2)


@pytest.mark.parametrize(("spread", "unsteady"), [(0.5, False), (0.51, True)])
def test_a_wide_spread_is_unsteady(spread: float, unsteady: bool) -> None:
    sides = {"reference": timing.Timing(2.0, 0.1, 9), "torch": timing.Timing(1.0, spread, 9)}
    assert Row("a", "case", "small", "float64", "forward", sides).unsteady == unsteady


def test_no_garbage_is_collected_meanwhile() -> None:
    seen: set[bool] = set()
    interleaved({"a": lambda: seen.add(gc.isenabled())}, 0, Clock())
    assert seen == {True, False}  # True while it warms up
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), timing.no_garbage_collection():
        _ = 1 / 0
    assert gc.isenabled()


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("name", ["layers.dropout", "optimizers.sgd", "networks.two_layer_net"])
def test_every_part_of_checking_is_timed(name: str) -> None:
    pair = PAIRS[name]
    cost = time_witnesses(pair, "float32", examples=4)
    parts = ["configuration", "arrays", "twin", *witnesses.SHARED, *checks_of(pair)]
    assert list(cost.seconds) == parts
    assert (cost.pair, cost.dtype, cost.cases) == (name, "float32", 4)
    assert all(seconds > 0 for seconds in cost.seconds.values())
    assert sum(map(cost.share, parts)) == pytest.approx(1)
    assert cost.multiple(*witnesses.UNIT) == 1 < cost.overall
    assert cost.arbitration is not None
    assert cost.arbitration > 0


@pytest.mark.usefixtures("once")
def test_what_no_check_asks_for_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pair, "naive", None)
    cost = time_witnesses(PAIRS["layers.linear"], "float64", examples=3)
    assert "definition" not in cost.seconds
    assert cost.share("definition") == cost.multiple("definition") == 0
    assert cost.arbitration is None


def test_shared_parts_are_not_charged_to_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    real = Trial.allowed_for

    def allowed_for(self: Trial, arguments: object) -> object:
        computed.append("allowed")
        return real(self, arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Trial, "allowed_for", allowed_for)
    monkeypatch.setattr(witnesses, "judge", lambda trial, check=None: computed.append(str(check)))
    pair = PAIRS["layers.linear"]
    witnesses._once(pair, case_of(pair, "float64", "small"), {"allowed_errors": "allowed"})
    assert computed == ["allowed", *checks_of(pair)]


def test_costs_of_pairs_are_added() -> None:
    first = witnesses.Cost("a", "float64", 2, {"twin": 1.0, "subject": 1.0}, 6.0, 2.0)
    second = witnesses.Cost("b", "float64", 3, {"twin": 3.0, "subject": 1.0, "slopes_agree": 3.0})
    both = total([first, second])
    assert (both.pair, both.dtype, both.cases) == ("all", "all", 5)
    assert (both.unit, both.overall, both.share("slopes_agree")) == (6, 1.5, 1 / 3)
    assert both.arbitration == 3


def test_a_step_is_timed_with_its_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "TURN", 1)
    step, *parts = time_step(TINY, n=2, seconds=0)
    links = [link.name for link in TINY.links()]
    assert step.name == "step"
    assert [part.name for part in parts] == [
        f"{link} {way}" for link in links for way in ("forward", "backward")
    ]
    assert all(part.ratio > 0 for part in (step, *parts))


def test_both_sides_of_a_step_begin_alike_and_do_the_same() -> None:
    solver, trainer, batch = make_sides(TINY, 2)
    twins = {name: tensor.numpy() for name, tensor in trainer.network.state_dict().items()}
    for name, array in solver.arrays.items():
        np.testing.assert_array_equal(array, twins.pop(name))
    assert not twins
    calls = dict(passes_of_links(solver, trainer, batch.x))
    for name, both in calls.items():
        ours, theirs = both["reference"](), both["torch"]()
        if name.endswith("forward"):
            ours, theirs = ours[:1], (theirs,)
        ours = ours if isinstance(ours, tuple) else (ours,)
        assert [x.shape for x in ours] == [x.shape for x in theirs], name
