"""A counterexample fits on a page, names the place that differs, and says both numbers."""

import numpy as np
import pytest

from parity_tests.faults import FAULTS, Fault
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import judge
from parity_tests.harness.counterexamples.counterexample import LINES, describe
from parity_tests.harness.counterexamples.drawing import WIDTH, picture
from parity_tests.harness.counterexamples.sides import differs
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.harness_tests.failures import FAILURES, Failure, told, verdict_of
from parity_tests.pairs import PAIRS


def fits(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) <= LINES and all(len(line) <= WIDTH for line in lines)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_every_kind_of_failure_fits_on_a_page(failure: Failure) -> None:
    trial, verdict = told(failure)
    told_of = describe(trial, verdict)
    text = told_of.text()
    assert fits(text)
    assert failure.check in text and failure.sin in text
    assert told_of.difference in " ".join(text.split())


def test_the_whole_text_of_a_small_one() -> None:
    line = (
        "layers.linear bias=False / n=1 features=(2,) d_in=2 d_out=2 / dtype=float64 "
        "layout=contiguous values=ordinary seed=0 / x=((1,0),) weight=((0,0),(0,0)) dy=((0,2),)"
    )
    fault = next(f for f in FAULTS if f.implementation.__name__ == "LinearUntransposedGradient")
    trial = Trial(PAIRS[fault.pair], Case.parse(line), fault.implementation)
    text = describe(trial, verdict_of(trial, "gradients_agree", "dweight")).text()
    assert text.splitlines() == [
        "layers.linear: gradients_agree does not hold for dweight",
        "  bias=False n=1 features=(2,) d_in=2 d_out=2 float64 contiguous ordinary",
        "x (1, 2): 1 0",
        "weight (d_out=2, d_in=2)",
        "   0 0",
        "   0 0",
        "dy (1, 2): 0 2",
        "expected dweight (2, 2), by PyTorch",
        "     0 >0<",
        "     2   0",
        "got dweight (2, 2) from LinearUntransposedGradient",
        "     0 >2<",
        "     0   0",
        "At [0, 1]: expected 0, got 2; off by 2, of which rounding explains nothing.",
    ]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("slope", "by the slope of its own forward"),
        ("definition", "by the definition"),
        ("twice", "by the first run"),
        ("input", "by the caller"),
        ("dtype", "expected y, by the input: float32"),
        ("dtype", "from TanhReturnsFloat64: float64"),
        ("optimizer", "After step 2 at ["),
        ("shape", "(1, 1, 1, 1) from ConvOutputOneColumnShort"),
        ("error", "raises ValueError"),
        ("none", "expected dbias, by PyTorch: None"),
        ("fair", "by the probability"),
        ("derivation", "by PyTorch"),
    ],
)
def test_who_expects_what_is_named(kind: str, says: str) -> None:
    assert says in describe(*told(FAILURES[kind])).text().replace("\n  ", " ")


def test_an_input_that_was_written_to_is_shown_as_it_was() -> None:
    trial, verdict = told(FAILURES["input"])
    found = describe(trial, verdict)
    before = dict(found.inputs)["dy (2)"]
    assert np.array_equal(before, found.expected[1])
    assert not np.array_equal(before, found.got[1])


def test_numbers_that_look_alike_are_written_in_full() -> None:
    case = Case("activations.tanh", sizes={"shape": (1,)}, given={"x": (1,), "dy": (1,)})
    pair = PAIRS[case.pair]
    nearly = type(
        "Nearly",
        (pair.reference,),
        {"forward": lambda self, x: (pair.reference().forward(x)[0] * (1 + 1e-10), x)},
    )
    trial = Trial(pair, case, nearly)
    trial.outcome.error = ""
    difference = describe(trial, verdict_of(trial, "outputs_agree", "y")).difference
    assert "expected 0.7615941559557649, got 0.761594156" in difference


def test_large_arrays_are_cut_around_the_place() -> None:
    x = np.arange(6000.0).reshape(2, 3, 10, 100)
    lines = picture("x", x, (1, 2, 5, 77), lines=4)
    assert len(lines) == 4
    assert all(len(line) <= WIDTH for line in lines)
    assert any(">5577<" in line and line.strip().startswith("[1, 2, 5]") for line in lines)
    assert "60 rows" in lines[-1] and "… 100" in lines[-1]


def test_a_large_case_and_a_network_fit_too() -> None:
    for name in ("layers.conv2d", "networks.fully_connected", "optimizers.adamw"):
        run = Run(PAIRS[name], "float64", 5, 1)
        _, seen = run.collect()
        largest = max(seen, key=lambda one: len(str(one.case))).case
        trial = run.trial(largest)
        assert all(fits(describe(trial, verdict).text()) for verdict in judge(trial))


def test_places_that_differ_are_those_of_the_comparison() -> None:
    nan, inf = np.nan, np.inf
    expected, got = np.array([1, nan, inf, inf, 1, 2]), np.array([1, nan, inf, 1, nan, 2.5])
    assert list(differs(expected, got, None)) == [False, False, False, True, True, True]
    assert list(differs(expected, got, np.full(6, 0.5)))[5] is np.False_


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_of_the_zoo_fits_on_a_page(fault: Fault) -> None:
    examples = 30 if PAIRS[fault.pair].kind == "optimizer" else 300
    run = Run(PAIRS[fault.pair], fault.dtypes[0], examples, 0, fault.implementation)
    first = run.first_failure()
    assert first is not None
    trial = run.trial(Case.parse(first.case))
    assert fits(describe(trial, verdict_of(trial, first.check, first.quantity)).text())
