"""The course's experiments on a page: a part for each, with its charts, pictures and figures."""

from collections.abc import Mapping, Sequence

from parity_tests import experiments
from parity_tests.experiments import EXPERIMENTS, Outcome
from reports import experiment_plots, pictures
from reports.experiment_tables import name_of, title_of
from reports.page import Gallery, Picture, Plot, Section
from reports.table import Table

TEXT = (
    "What CS231n's second assignment asks of a network before it is trusted, and what its layers and update rules are "
    "good for. Both sides do each experiment from the same weights, with the same batches and masks; what the course "
    "expects must hold on either side. More of them, with the course's own sizes: nnparity experiments --full"
)
MANY = 14
"""Tables with more rows than these are folded."""


def section(outcomes: Sequence[Outcome], made: Mapping[str, Table]) -> Section:
    """All experiments, the summary first."""
    parts = [part(outcome, made[name_of(outcome)]) for outcome in outcomes]
    return Section("experiments", "Experiments", TEXT, tables=[made["experiments"]], parts=parts)


def part(outcome: Outcome, table: Table) -> Section:
    """One experiment."""
    long = len(table.rows) > MANY
    return Section(
        outcome.name,
        title_of(outcome),
        EXPERIMENTS[outcome.name].about,
        plots=[drawn(chart) for chart in outcome.charts],
        tables=[] if long else [table],
        folded=[table] if long else [],
        galleries=[gallery(picture) for picture in outcome.pictures],
    )


def drawn(chart: experiments.Chart) -> Plot:
    """A chart, with how to read it."""
    return Plot(experiment_plots.draw(chart), f"{chart.caption} {experiment_plots.READING}")


def gallery(picture: experiments.Picture) -> Gallery:
    """Both sides' tiles."""
    shown = [
        Picture(pictures.data_uri(tile), f"{picture.subject}: {tile.title}", tile.title)
        for tile in picture.tiles
    ]
    return Gallery(shown, picture.caption)
