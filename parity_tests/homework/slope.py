"""Whether a backward gives the gradient of its own forward, whatever that computes."""

from typing import Any

import numpy as np

from parity_tests.harness.tolerance import unit_roundoff
from parity_tests.homework.task import Trouble
from parity_tests.homework.trial import PRECISION, HomeworkTrial

STEP = 2.0**-14
"""About the fourth root of the unit roundoff: what the second difference loses, rounding gains."""


def follows(trial: HomeworkTrial, function: str) -> bool | None:
    """Whether the gradients of a case are the slope of the submission's forward, in a random direction.

    The slope s is (f(x + h v) - f(x - h v)) / 2h, times dout. Its error is told by a second one with twice the
    step: an error of c h^2 makes the two differ by 3 c h^2 (Richardson 1911, "The approximate arithmetical
    solution by finite differences", section 1.1). Beside it half of the digits are allowed, as everywhere here.

    Returns:
        None where nothing can be told: at a tie, or where one of the two functions has no answer of the right form.
    """
    gradients = trial.answers[function].values
    names = [name for name in trial.twin.gradients if name.removeprefix("d") in trial.arguments]
    if trial.dy is None or trial.case.values == "ties" or not names:
        return None
    given = {name: gradients.get(name) for name in names}
    wanted = {name: trial.twin.gradients[name] for name in names}
    if any(x is None or np.shape(x) != np.shape(wanted[name]) for name, x in given.items()):
        return None
    rng = np.random.default_rng(trial.case.seed)
    along = {name[1:]: rng.standard_normal(np.shape(gradients[name])) for name in names}
    terms = [np.asarray(gradients[name], float) * along[name[1:]] for name in names]
    try:
        near, size = _slope(trial, along, STEP)
        far, _ = _slope(trial, along, 2 * STEP)
    except (Trouble, ValueError, TypeError):
        return None
    allowed = abs(near - far) + unit_roundoff(PRECISION) * (
        size + sum(float(np.abs(t).sum()) for t in terms)
    )
    return bool(abs(sum(float(t.sum()) for t in terms) - near) <= allowed)


def _slope(trial: HomeworkTrial, along: dict[str, Any], step: float) -> tuple[float, float]:
    """The slope, and how large its terms are."""
    outputs = []
    for sign in (1, -1):
        moved = {
            name: None
            if x is None
            else x + sign * step * along[name]
            if name in along
            else x.copy()
            for name, x in trial.arguments.items()
        }
        values, _ = trial.student.forward(moved)
        outputs.append(np.asarray(values["y"], float))
    assert trial.dy is not None
    change = (outputs[0] - outputs[1]) / (2 * step) * trial.dy
    if change.shape != trial.dy.shape or not np.all(np.isfinite(change)):
        raise ValueError("the outputs have another shape than dout, or are not finite")
    return float(change.sum()), float(np.abs(change).sum())
