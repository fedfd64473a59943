"""A network with one kind of normalization or another, and what the kinds are called."""

from dataclasses import replace
from typing import Literal, TypeAlias

from parity_tests.training import TrainSettings

Normalization: TypeAlias = Literal["batch", "layer"] | None
NAMES = {"batch": "batch norm", "layer": "layer norm", None: "no norm"}


def normalized(settings: TrainSettings, normalization: Normalization) -> TrainSettings:
    """The same training of the same network, normalized in that way.

    >>> normalized(TrainSettings(net="fully_connected"), "layer").net_options
    {'normalization': 'layer'}
    """
    options = {**settings.net_options, "normalization": normalization}
    return replace(settings, net_options=options)
