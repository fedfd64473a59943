"""The charts of the experiments: a colour for each setting, both sides one upon the other."""

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from parity_tests.experiments import Chart, Line
from reports import plot

COLOURS = (plot.FIRST, plot.SECOND, plot.THIRD, plot.FOURTH)
READING = "Broad lines are NumPy's, the dots upon them PyTorch's."


def draw(chart: Chart) -> Markup:
    """A line for each setting."""
    with mpl.rc_context(plot.STYLE):
        figure, axes = plot.new_axes(3.2, chart.x, chart.y)
        if chart.logarithmic:
            axes.set_xscale("log")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for line, colour in zip(chart.lines, COLOURS, strict=False):
            _draw_line(axes, line, colour)
        if chart.top is not None:
            axes.set_ylim(0, chart.top)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        settings = ", ".join(line.label for line in chart.lines)
        return plot.to_svg(figure, f"{chart.y} by {chart.x}: {settings}")


def _draw_line(axes: Axes, line: Line, colour: str) -> None:
    axes.plot(line.x, line.reference, color=colour, linewidth=3, alpha=0.5, label=line.label)
    axes.plot(line.x, line.torch, color=colour, linestyle="", marker=".", markersize=4)
