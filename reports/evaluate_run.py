"""``nnparity evaluate``: saved weights, asked by both sides about the same images."""

from pathlib import Path

from rich.console import Console

from parity_tests.training.evaluation import Evaluation, evaluate
from reports.datasets import load
from reports.usage import asked_for


def command(weights: Path, data: str | None, part: str) -> int:
    """Print both accuracies; 0 if every prediction is the same, else 1."""
    with asked_for():
        found = evaluate(weights, load(data), part)
    Console().print(sentence(found), highlight=False, markup=False, soft_wrap=True)
    return 0 if found.agrees else 1


def sentence(found: Evaluation) -> str:
    """What both sides say.

    >>> print(sentence(Evaluation("two_layer_net", "synthetic, val", 8, 0.5, 0.5, 0)))
    two_layer_net on synthetic, val: NumPy 50.00%, PyTorch 50.00% of 8 images right, every prediction the same
    """
    same = "every prediction the same"
    if found.different:
        same = f"another class on {found.different:,} of them"
    return (
        f"{found.net} on {found.data}: NumPy {found.reference:.2%}, PyTorch {found.torch:.2%} of "
        f"{found.images:,} images right, {same}"
    )
