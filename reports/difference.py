"""Of a training that diverges: the operation that differs first, its inputs as a file, and a line that shows it."""

from pathlib import Path
from typing import Any

from parity_tests.training.checkpoint import write
from parity_tests.training.pieces import Finding
from parity_tests.training.rewind import replay_line

FILE = "difference.safetensors"


def keep(finding: Finding, folder: Path) -> dict[str, Any]:
    """What was found, ready for JSON.

    The operation's inputs are left in ``difference.safetensors``, under the names of its arguments.
    """
    place = finding.place
    if place is None:
        return {"sentence": finding.sentence()}
    found, line = place.verdict, replay_line(place)
    write(folder / FILE, place.arrays, {"pair": place.pair, "case": found.case})
    return {
        "sentence": finding.sentence(),
        "step": place.step,
        "layer": place.layer,
        "pair": place.pair,
        "direction": place.direction,
        "quantity": found.quantity,
        "worst": found.worst,
        "allowed": found.allowed,
        "at": found.at,
        "replay": f"nnparity check --replay '{line}'" if line else "",
        "inputs": FILE,
    }
