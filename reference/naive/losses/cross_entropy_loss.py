"""The definition of ``reference/losses/cross_entropy_loss.py`` as plain loops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


@dataclass(frozen=True, slots=True)
class CrossEntropyLoss:
    """-log p of the target, p the softmax of the scores; their mean, their sum, or all of them.

    With ``label_smoothing`` s: 1 - s times that, and s times the mean of -log p over all classes.

    >>> scores, target = np.log([[1.0, 1.0, 2.0], [1.0, 0.5, 0.5]]), np.array([0, 0])
    >>> CrossEntropyLoss(reduction="none").forward(scores, target)[0].round(4)
    array([1.3863, 0.6931])
    """

    reduction: Literal["mean", "sum", "none"] = "mean"
    label_smoothing: float = 0.0

    def forward(
        self, x: Float[Array, "n c"], target: Int[Array, " n"]
    ) -> tuple[Float[Array, ""] | Float[Array, " n"], None]:
        losses = np.empty_like(x, shape=target.shape)
        for i, t in enumerate(target):
            if t < 0:
                raise IndexError(f"target must be a class from 0 on, not {t}")
            surprise = [-value for value in logarithms_of_softmax(x[i])]
            losses[i] = surprise[t]
            if self.label_smoothing > 0:
                uniform = sum(surprise) / len(surprise)
                s = self.label_smoothing
                losses[i] = (1 - s) * surprise[t] + s * uniform
        if self.reduction == "none":
            return losses, None
        loss = np.zeros_like(x, shape=())
        for one in losses:
            loss[()] += one
        if self.reduction == "mean":
            loss[()] = loss[()] / len(losses) if len(losses) else np.nan
        return loss, None


def logarithms_of_softmax(scores: Sequence[Any]) -> list[Any]:
    """log(exp(score) / sum of exp), every score first lowered by the largest."""
    largest = max(scores)
    total = sum(np.exp(score - largest) for score in scores)
    return [(score - largest) - np.log(total) for score in scores]
