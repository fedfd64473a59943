"""The curves of a training as an SVG file that a browser shows by itself, light or dark as the reader has it."""

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from parity_tests.training import EpochRecord, History
from reports.fit_history import FitHistory
from reports.plot import FIRST, MUTED, SECOND, STYLE, to_svg

WIDTH, HEIGHT = 6.4, 2.1
"""Of a panel, in inches; a browser scales the whole."""
NUMPY = {"color": FIRST, "linewidth": 3.5, "markersize": 9, "alpha": 0.45}
PYTORCH = {"color": SECOND, "linewidth": 1, "markersize": 4}
"""Its line lies thin upon NumPy's, so that both are seen where they agree."""
DISTANCES = (
    ("loss_difference", "losses", FIRST, "-"),
    ("loss_allowed", "losses, allowed", FIRST, "--"),
    ("array_difference", "the arrays that differ most", SECOND, "-"),
)
LAYOUT = "svg { display: block; max-width: 60rem; margin: auto; background: var(--paper); }"


def of_fit(history: FitHistory) -> str:
    """Loss and learning rate of every step, accuracy after every epoch."""
    with mpl.rc_context(STYLE):
        return _alone(fit_figure(history), "loss, accuracy and learning rate of a training")


def of_lock_step(history: History) -> str:
    """Both losses and their distance at every step, the accuracies after every epoch."""
    with mpl.rc_context(STYLE):
        return _alone(lock_step_figure(history), "losses, accuracies and distance of both sides")


def fit_figure(history: FitHistory) -> Figure:
    """Three panels over the steps, in matplotlib's present style."""
    figure, (loss, accuracy, rate) = _panels("loss", "accuracy", "learning rate")
    records = history.steps
    steps = [record.step for record in records]
    _line(loss, steps, [record.loss for record in records], color=FIRST)
    _line(rate, steps, [record.lr for record in records], color=MUTED)
    ends = {record.epoch: record.step + 1 for record in records}
    ended = [record for record in history.epochs if record.epoch in ends]
    at = [ends[record.epoch] for record in ended]
    plain = [record.val_accuracy for record in ended]
    _line(accuracy, at, plain, color=FIRST, marker="o", label="validation")
    augmented = [record.val_accuracy_tta for record in ended]
    label = "with test-time augmentation"
    _line(accuracy, at, augmented, color=SECOND, marker="D", linestyle="", label=label)
    return figure


def lock_step_figure(history: History) -> Figure:
    """The same of both sides, with their distance in place of the rate; a side that is not trained has no line."""
    figure, (loss, accuracy, distance) = _panels("loss", "accuracy", "apart by")
    records = history.steps
    steps = [record.step for record in records]
    _line(loss, steps, [record.loss_reference for record in records], label="NumPy", **NUMPY)
    _line(loss, steps, [record.loss_torch for record in records], label="PyTorch", **PYTORCH)
    _accuracies(accuracy, history.epochs)
    distance.set_yscale("log")  # which has no zero: equal sides leave a gap
    for name, label, color, dashes in DISTANCES:
        values = [getattr(record, name) or None for record in records]
        _line(distance, steps, values, color=color, label=label, linestyle=dashes, linewidth=1)
    return figure


def _accuracies(axes: Axes, epochs: Sequence[EpochRecord]) -> None:
    at = [record.step for record in epochs]
    for part, of, marker, dashes in (
        ("validation", "val", "o", "-"),
        ("training", "train", "^", ":"),
    ):
        for side, name, style in (("reference", "NumPy", NUMPY), ("torch", "PyTorch", PYTORCH)):
            values = [getattr(record, f"{of}_accuracy_{side}") for record in epochs]
            label = f"{part}, {name}"
            _line(axes, at, values, marker=marker, linestyle=dashes, label=label, **style)


def _panels(*names: str) -> tuple[Figure, Sequence[Axes]]:
    """One above the other, over the same steps."""
    figure = Figure(figsize=(WIDTH, HEIGHT * len(names)), layout="constrained")
    panels: Sequence[Axes] = figure.subplots(len(names), sharex=True)
    for axes, name in zip(panels, names, strict=True):
        axes.set_ylabel(name)
    panels[-1].set_xlabel("step")
    return figure, panels


def _line(axes: Axes, at: Sequence[int], values: Sequence[float | None], **style: Any) -> None:
    """Gaps where there is no value; nothing at all where there is none, not even in the legend."""
    numbers = [math.nan if value is None else value for value in values]
    if all(math.isnan(number) for number in numbers):
        return
    axes.plot(at, numbers, **style)
    if "label" in style:
        axes.legend()


def _alone(figure: Figure, description: str) -> str:
    """The figure with the page's colours in it, as a file of its own."""
    head, _, rest = str(to_svg(figure, description)).partition(">")
    return f"{head}>\n<style>\n{_palette()}{LAYOUT}\n</style>{rest}"


@cache
def _palette() -> str:
    """What the page's style sheet begins with: a value for each variable, and others for the dark."""
    style_sheet = files("reports").joinpath("templates/style.css").read_text(encoding="utf-8")
    return style_sheet.partition("* {")[0]
