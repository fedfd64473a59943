"""Curves as files: every figure of a history is in them, and a browser can show them alone."""

import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from parity_tests import training
from parity_tests.training import History
from reports import training_plot
from reports.fit_history import FitHistory
from reports.plot import VARIABLES
from torch_impl.airbench import EpochRecord, StepRecord

FIT = FitHistory(
    [StepRecord(step, step // 3, 2.0 - step / 10, 0.24 - step / 25, 900.0) for step in range(6)],
    [EpochRecord(0, 0.5, None, 1.0), EpochRecord(1, 0.6, 0.75, 1.0)],
)
BOTH = History(
    [
        training.StepRecord(0, 0, 2.5, 2.5, 0.0, 1e-15, 1e-14, "linear1.weight", 0.0),
        training.StepRecord(1, 0, 2.25, 2.125, 0.125, 1e-15, 1e-13, "linear1.weight", 1e-9),
    ],
    [training.EpochRecord(0, 2, 0.25, 0.5, 0.375, 0.625)],
)


def drawn(figure):
    """Of each panel its label, and the lines in it: (label, x, y), no value as None."""
    return {
        axes.get_ylabel(): [
            (
                line.get_label(),
                list(line.get_xdata()),
                [None if math.isnan(y) else y for y in line.get_ydata()],
            )
            for line in axes.lines
        ]
        for axes in figure.axes
    }


def test_every_step_and_every_epoch_of_a_fit_is_drawn():
    panels = drawn(training_plot.fit_figure(FIT))
    assert list(panels) == ["loss", "accuracy", "learning rate"]
    ((_, steps, losses),), ((_, _, rates),) = panels["loss"], panels["learning rate"]
    assert (steps, losses) == (list(range(6)), [record.loss for record in FIT.steps])
    assert rates == [record.lr for record in FIT.steps]
    assert panels["accuracy"] == [
        ("validation", [3, 6], [0.5, 0.6]),
        ("with test-time augmentation", [3, 6], [None, 0.75]),
    ]


def test_both_sides_and_their_distance_are_drawn():
    panels = drawn(training_plot.lock_step_figure(BOTH))
    assert panels["loss"] == [("NumPy", [0, 1], [2.5, 2.25]), ("PyTorch", [0, 1], [2.5, 2.125])]
    assert panels["accuracy"] == [
        ("validation, NumPy", [2], [0.5]),
        ("validation, PyTorch", [2], [0.625]),
        ("training, NumPy", [2], [0.25]),
        ("training, PyTorch", [2], [0.375]),
    ]
    assert panels["apart by"] == [
        ("losses", [0, 1], [None, 0.125]),
        ("losses, allowed", [0, 1], [1e-14, 1e-13]),
        ("the arrays that differ most", [0, 1], [None, 1e-9]),
    ]
    assert training_plot.lock_step_figure(BOTH).axes[2].get_yscale() == "log"


HISTORIES = {
    "fit": (training_plot.of_fit, FIT),
    "fit, interrupted at once": (training_plot.of_fit, FitHistory()),
    "fit, without its first steps": (training_plot.of_fit, FitHistory(FIT.steps[4:], FIT.epochs)),
    "lock step": (training_plot.of_lock_step, BOTH),
    "lock step, equal": (
        training_plot.of_lock_step,
        History([replace(step, loss_difference=0.0, array_difference=0.0, loss_allowed=None) for step in BOTH.steps]),
    ),
    "one side": (
        training_plot.of_lock_step,
        History([training.StepRecord(0, 0, loss_torch=2.5)], [training.EpochRecord(0, 1, None, None, 0.5, 0.5)]),
    ),
    "not finite": (
        training_plot.of_lock_step,
        History([training.StepRecord(0, 0, 2.5, math.inf, math.inf, 1e-15, 1e-14, "w", math.nan)]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("drawing", "history"), HISTORIES.values(), ids=HISTORIES)
def test_the_file_stands_alone(drawing, history):
    text = drawing(history)
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    style = root.find("{http://www.w3.org/2000/svg}style").text
    assert "prefers-color-scheme: dark" in style
    used = {name for name in VARIABLES.values() if f"var(--{name})" in text}
    assert {"muted", "rule"} <= used
    assert all(style.count(f"--{name}:") == 2 for name in {*used, "paper"})
    assert text == drawing(history)


def test_a_side_that_was_not_trained_has_no_line():
    figure = training_plot.lock_step_figure(HISTORIES["one side"][1])
    assert [label for label, *_ in drawn(figure)["loss"]] == ["PyTorch"]
    assert drawn(figure)["apart by"] == []
