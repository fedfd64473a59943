"""Tables about the networks of the course."""

from collections.abc import Mapping, Sequence
from typing import Any

from parity_tests.training.course import Milestone, Outcome
from parity_tests.training.spread import Spread
from reports.check_tables import verdict_tone
from reports.experiment_tables import MISSED, REACHED
from reports.table import Column, Table, count, percent, short

CIFAR10 = "CIFAR-10"
"""How the names of the images begin that the course's figures are about."""


def row(name: str, milestone: Milestone, data: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What the seeds of a milestone came to; the mean of every side must reach what is stated."""
    told: dict[str, Any] = {
        "name": name,
        "title": milestone.title,
        "epochs": milestone.settings.epochs,
        "of": milestone.of,
        "stated": milestone.stated,
        "published": milestone.published,
        "seeds": len(outcomes),
        "data": data,
    }
    if not outcomes:
        return told
    sides = {"torch": [outcome.torch for outcome in outcomes]}
    pairs = [(each.reference, each.torch) for each in outcomes if each.reference is not None]
    if pairs:
        sides["reference"] = [first for first, _ in pairs]
        apart = Spread.of([first - second for first, second in pairs])
        low, high = apart.interval() or (None, None)
        told |= {"apart": apart.mean, "apart_low": low, "apart_high": high}
    for side, accuracies in sides.items():
        spread = Spread.of(accuracies)
        told |= {side: spread.mean, f"{side}_deviation": spread.deviation}
    reached = all(told[side] >= milestone.stated for side in sides)
    verdict = (REACHED if reached else MISSED) if data.startswith(CIFAR10) else ""
    parted = [each.parted_at for each in outcomes if each.parted_at is not None]
    growth = [each.growth for each in outcomes if each.growth is not None]
    return told | {
        "parted_at": min(parted, default=None),
        "growth": Spread.of(growth).mean if growth else None,
        "seconds": Spread.of([each.seconds for each in outcomes]).mean,
        "verdict": verdict,
    }


def course(rows: Sequence[Mapping[str, Any]], data: str) -> Table:
    """One row per network."""
    columns = (
        Column("name", "network", whole=True),
        Column("title", "which", detail=True),
        Column("epochs", "epochs", count, detail=True),
        Column("of", "of", detail=True),
        Column("stated", "stated", percent),
        Column("published", "published", percent),
        Column("reference", "NumPy", percent),
        Column("reference_deviation", "±", points),
        Column("torch", "PyTorch", percent),
        Column("torch_deviation", "±", points),
        Column("apart", "NumPy - PyTorch", points, detail=True),
        Column("apart_low", "95 % from", points, detail=True),
        Column("apart_high", "to", points, detail=True),
        Column("verdict", "verdict", tone=verdict_tone, whole=True),
        Column("seeds", "seeds", count, detail=True),
        Column("parted_at", "parted at", count, detail=True),
        Column("growth", "growth per step", short, detail=True),
        Column("seconds", "seconds", short, detail=True),
        Column("data", "data", detail=True),
    )
    note = (
        f"Data: {data}. NumPy, PyTorch: the mean accuracy over the seeds, ±: its standard deviation, in points; of "
        "1,000 validation images, conv_net's of 1,000 training images. NumPy - PyTorch: the mean difference, and "
        "its 95 % interval by Student's t, which holds 0 in 19 of 20 cases if the sides are the same."
    )
    return Table("course", "The course's networks", columns, rows, note)


def listing(milestones: Mapping[str, Milestone]) -> Table:
    """What there is, before any training."""
    columns = (
        Column("name", "network", whole=True),
        Column("title", "which"),
        Column("epochs", "epochs", count),
        Column("of", "accuracy of"),
        Column("stated", "stated", percent),
        Column("published", "published", percent),
    )
    rows = [row(name, milestone, "", ()) for name, milestone in milestones.items()]
    return Table("milestones", "The course's networks", columns, rows)


def points(share: float | None) -> str:
    """A difference of accuracies, in points.

    >>> points(0.00612), points(-0.02), points(None)
    ('0.6', '-2.0', '')
    """
    return "" if share is None else f"{100 * share:.1f}"
