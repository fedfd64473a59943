"""Of a training that diverges: the operation that differs first, its inputs as a file, and a line that shows it."""

from pathlib import Path
from typing import Any

from parity_tests.training import LockStep
from parity_tests.training.checkpoint import write
from parity_tests.training.rewind import place_of_difference, replay_line

FILE = "difference.safetensors"
NOWHERE = (
    "no operation differs alone, nor does the optimizer in the first epoch: look at what joins them, "
    "L2 and the running statistics"
)


def look_for(training: LockStep, folder: Path) -> dict[str, Any]:
    """What is known of the difference at the step that was just taken, ready for JSON.

    The operation's inputs are left in ``difference.safetensors``, under the names of its arguments.
    """
    place = place_of_difference(training)
    if place is None:
        return {"sentence": NOWHERE}
    found, line = place.verdict, replay_line(place)
    write(folder / FILE, place.arrays, {"pair": place.pair, "case": found.case})
    return {
        "sentence": place.sentence(),
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
