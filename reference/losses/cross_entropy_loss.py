"""Softmax and negative log-likelihood in one; twin: ``torch_impl/losses/cross_entropy_loss.py``."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    log_p: Float[Array, "n c"]
    target: Int[Array, " n"]


@dataclass(frozen=True, slots=True)
class CrossEntropyLoss:
    """loss_i = -sum over j of q_ij·log p_ij, where p = softmax(x) along the classes.

    q is 1 at the target and 0 elsewhere, mixed with the uniform distribution by s =
    ``label_smoothing``: q_ij = (1 - s)·[j = target_i] + s/c. ``reduction`` averages the losses
    over the batch, adds them up, or leaves them ("none").

    dx = (p - q)·dy per sample, divided by n under "mean".

    CS231n's softmax_loss is the mean without smoothing. PyTorch's class weights, ignore_index and
    targets that are distributions are left out; any negative target is an error, -100 too.
    As in PyTorch the mean over an empty batch is nan (no warning is given).
    Fragile: log(softmax(x)) as two steps is -inf for logits 1000 apart; here log p is x shifted
    by its maximum, less one logarithm. For a right and confident p the gradient p - q cancels,
    and the last place of the sum of exponentials decides its size.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, equations 6.30 to 6.33;
    smoothing: Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, section 7.

    >>> import numpy as np
    >>> loss, saved = CrossEntropyLoss().forward(np.log([[1.0, 1.0, 2.0]]), np.array([0]))
    >>> float(loss.round(4)), CrossEntropyLoss().backward(saved, np.array(1.0)).round(4).tolist()
    (1.3863, [[-0.75, 0.25, 0.5]])
    """

    reduction: Literal["mean", "sum", "none"] = "mean"
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {self.reduction!r}")
        if not 0 <= self.label_smoothing <= 1:
            raise ValueError(f"label_smoothing must be from 0 to 1, not {self.label_smoothing}")

    def forward(
        self, x: Float[Array, "n c"], target: Int[Array, " n"]
    ) -> tuple[Float[Array, ""] | Float[Array, " n"], Saved]:
        if (target < 0).any():
            raise IndexError(f"target must be a class from 0 on, not {target.min()}")
        n, c = x.shape
        shifted = x - x.max(axis=1, keepdims=True)
        # Classes first: they are added one after another, whatever the machine, as in the twin
        total = np.exp(shifted).T.copy().sum(axis=0)
        log_p = shifted - np.log(total)[:, None]
        loss = -log_p[np.arange(n), target]
        if self.label_smoothing > 0:  # else 0·inf would be nan for a logit of -inf
            smooth = log_p.sum(axis=1)
            loss = (1 - self.label_smoothing) * loss - self.label_smoothing / c * smooth
        saved = Saved(log_p, target)
        return (loss if self.reduction == "none" else loss.sum() / self._divisor(n)), saved

    def backward(
        self, saved: Saved, dy: Float[Array, ""] | Float[Array, " n"]
    ) -> Float[Array, "n c"]:
        log_p, target = saved
        n, c = log_p.shape
        uniform = self.label_smoothing / c
        q = np.full_like(log_p, uniform)
        q[np.arange(n), target] = 1 - self.label_smoothing + uniform
        dloss = dy[:, None] if self.reduction == "none" else dy / self._divisor(n)
        return (np.exp(log_p) - q) * dloss

    def _divisor(self, n: int) -> float:
        """The mean over nothing is 0 / nan: nan as in PyTorch, where 0 / 0 would also warn."""
        return (n or math.nan) if self.reduction == "mean" else 1
