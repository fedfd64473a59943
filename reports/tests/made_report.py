"""A report made by hand, of which every part can be bad."""

import numpy as np

from parity_tests.experiments import Chart, Line, Outcome, Picture, Row, Sides, Tile
from parity_tests.experiments.conv_net import NET
from parity_tests.harness.sensitivity import ALL, Sensitivity
from parity_tests.strength import Judged, JudgedFault, Strength
from parity_tests.strength.measurement import mutants_in
from parity_tests.training import EpochRecord, History, StepRecord
from reports import trials
from reports.report import Report
from reports.sensitivity_run import Found
from reports.tests.made_findings import CASE
from reports.training_tables import Training

DATA = "synthetic <b>not CIFAR-10</b>"


def history(dtype, beyond=None):
    made = History()
    for step in range(20):
        loss, apart = 2.3 / (1 + step), 0.0 if step % 4 == 0 else 1e-15 * step
        made.add(
            StepRecord(
                step, 0, loss, loss + apart, apart, 1e-14, 1e-13, "conv1.weight", apart, beyond
            )
        )
    made.add(EpochRecord(0, 20, 0.5, 0.4, 0.5, 0.4))
    return Training(NET, dtype, DATA, made)


def strength(survivors=0, missed=0):
    """Three mutants and two faults of tanh, of which so many go unseen."""
    mutants = mutants_in("activations.tanh")[:3]
    return Strength(
        ("activations.tanh",),
        tuple(Judged(m, "" if i < survivors else "seen", "") for i, m in enumerate(mutants)),
        tuple(
            JudgedFault("activations.tanh", f"Fault{i}", "" if i < missed else "seen")
            for i in range(2)
        ),
        (),
        (),
        0,
        200,
    )


def record(regime="ordinary", quantity=ALL, seen=98, worst=3e-9, **changes):
    """A hundred elements of which so many show a small error."""
    fields = {"pair": "layers.linear", "dtype": "float64", "elements": 100, "median": 2e-15}
    fields |= {"worst_quantity": "dx", "case": CASE} | changes
    return Sensitivity(regime=regime, quantity=quantity, seen=seen, worst=worst, **fields)


def sensitivity():
    """One pair on ordinary numbers and on others, where one error is hidden whatever its size."""
    regimes = [record(), record("far", seen=3, worst=float("inf"))]
    quantities = [record(quantity="dx"), record("far", "dx", seen=3, worst=float("inf"))]
    return Found(regimes, quantities, 0, 20)


def outcomes(accuracy=1.0, agrees=True):
    """Two experiments, with a chart and a picture."""
    known = Row(
        "100 images",
        "training accuracy",
        Sides(accuracy, 1.0),
        "at least 95%",
        accuracy >= 0.95,
        1e-15,
        agrees,
    )
    line = Line("100 images", (1.0, 2.0), (0.5, accuracy), (0.5, 1.0))
    chart = Chart(f"Accuracy on {DATA}.", "epoch", "training accuracy", (line,))
    tile = Tile("NumPy", np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    picture = Picture("filters", "filters", f"Filters, {DATA}.", (tile,))
    guess = Row("ConvNet, reg 0", "loss", Sides(2.3, 2.3), "log 10", apart=0.0)
    return (
        Outcome("overfitting", DATA, (known,), (chart,), (picture,)),
        Outcome("initial-loss", DATA, (guess,)),
    )


def report(findings, beyond=None, accuracy=1.0, planted=None, sides_agree=True):
    results = [
        trials.Result((history("float64", beyond),)),
        trials.Result((history("float32"),)),
        trials.Result((), outcomes(accuracy, sides_agree)),
    ]
    return Report(findings, planted or strength(), sensitivity(), results, DATA)
