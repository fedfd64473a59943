"""Plots as inline SVG, in the colours of the page: light or dark, as the reader has it."""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from parity_tests.harness.verdict import DECADES, Findings, Verdict
from reports.check_tables import groups, spread, used, worst

INK, MUTED, RULE, FIRST, SECOND, THIRD, FOURTH, BAD = (
    "#101011", "#707071", "#c0c0c1", "#2060d1", "#d07011", "#108041", "#9040a1", "#c01031"
)  # fmt: skip
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    FIRST: "first",
    SECOND: "second",
    THIRD: "third",
    FOURTH: "fourth",
    BAD: "bad",
}
"""Each stands in the SVG for a colour that the page's style sheet gives."""

STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
}
WIDTH = 5.0
MARKS = {"float64": (FIRST, "o"), "float32": (SECOND, "D")}
SMALLEST = 1e-3
"""Where the axis of used shares begins; what used less, or nothing, stands there."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line over the steps."""

    label: str
    values: Sequence[float]


def losses(reference: Curve, twin: Curve) -> Markup:
    """Both losses over the steps: one broad line, the other thin upon it."""
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(3.0, "step", "loss")
        steps = _steps(reference)
        axes.plot(
            steps, reference.values, color=FIRST, linewidth=4, alpha=0.45, label=reference.label
        )
        axes.plot(steps, twin.values, color=SECOND, linewidth=1, label=twin.label)
        axes.legend(loc="upper right")
        return to_svg(figure, "losses of both sides over the training steps")


def differences(curves: Sequence[Curve], allowed: Sequence[Curve]) -> Markup:
    """What the sides differ by, on a logarithmic axis, under what rounding allows."""
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(3.0, "step", "difference of the losses")
        axes.set_yscale("log")
        for curve, bound, color in zip(curves, allowed, (FIRST, SECOND), strict=False):
            _points(axes, curve, color)
            axes.plot(_steps(bound), bound.values, color=color, linestyle="--", linewidth=1)
        axes.legend(loc="best")
        return to_svg(figure, "difference between the sides per training step, logarithmic")


def _points(axes: Axes, curve: Curve, color: str) -> None:
    """A logarithmic axis has no zero: equal values leave a gap."""
    values = [value if value > 0 else math.nan for value in curve.values]
    axes.plot(
        _steps(curve),
        values,
        color=color,
        linewidth=0.8,
        marker=".",
        markersize=2.5,
        label=curve.label,
    )


def _steps(curve: Curve) -> range:
    """Counted from 0, as in every table."""
    return range(len(curve.values))


def used_shares(findings: Findings) -> Markup:
    """A dot per operation and dtype: the largest share of the allowed error that was needed."""
    grouped = groups(findings)
    names = list(dict.fromkeys(pair for pair, _ in grouped))
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(0.8 + 0.2 * len(names), "worst error / allowed error", "")
        axes.set_xscale("log")
        axes.axvline(1, color=BAD, linewidth=1, linestyle="--")
        for dtype, (color, marker) in MARKS.items():
            shares = [_share(grouped.get((name, dtype), [])) for name in names]
            rows = range(len(names))
            axes.plot(shares, rows, marker, color=color, markersize=4.5, alpha=0.85, label=dtype)
        axes.set_yticks(range(len(names)), names, color=INK)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(SMALLEST / 1.5, _right_end(axes))
        axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1), ncols=2)
        return to_svg(figure, "share of the allowed error that each operation used")


def used_spread(findings: Findings) -> Markup:
    """Bars: in how many comparisons which share of the allowed error was needed, for each dtype."""
    with mpl.rc_context(STYLE):
        figure, axes = new_axes(2.2, "share of the allowed error", "comparisons")
        width = 0.8 / len(MARKS)
        for place, (dtype, (color, _)) in enumerate(MARKS.items()):
            counts = spread(v for v in findings.verdicts if v.dtype == dtype)
            columns = [
                column + (place - (len(MARKS) - 1) / 2) * width for column in range(len(counts))
            ]
            axes.bar(columns, counts, width, color=color, alpha=0.85, label=dtype)
        axes.set_xticks(range(len(DECADES)), DECADES)
        axes.legend(loc="upper right")
        return to_svg(figure, "comparisons by the share of the allowed error that they used")


def _share(verdicts: Sequence[Verdict]) -> float:
    if not verdicts:
        return math.nan
    share = used(worst(verdicts))
    return min(max(share, SMALLEST), 1e3)


def _right_end(axes: Axes) -> float:
    return max(3.0, 2 * axes.get_xlim()[1]) if axes.get_xlim()[1] > 3 else 3.0


def new_axes(height: float, x: str, y: str) -> tuple[Figure, Axes]:
    """A figure of the page's width, and its one pair of axes with their names."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def to_svg(figure: Figure, description: str) -> Markup:
    """The figure as an element of the page, its colours taken from the style sheet."""
    text = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": description}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' width="[\d.]+pt"| height="[\d.]+pt"', "", svg, count=2)
    for color, variable in VARIABLES.items():
        svg = svg.replace(color, f"var(--{variable})")
    label = f'<svg role="img" aria-label="{description}"'
    return Markup(svg.replace("<svg", label, 1))
