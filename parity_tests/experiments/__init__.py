"""The course's experiments, each done by both sides: what a network must show before and after training.

>>> EXPERIMENTS["dropout"].title
'Dropout against none'
"""

from parity_tests.experiments.catalogue import EXPERIMENTS, Experiment
from parity_tests.experiments.outcome import Chart, Line, Outcome, Picture, Row, Sides, Tile

__all__ = [
    "EXPERIMENTS",
    "Chart",
    "Experiment",
    "Line",
    "Outcome",
    "Picture",
    "Row",
    "Sides",
    "Tile",
]
