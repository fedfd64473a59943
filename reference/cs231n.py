"""CS231n's conventions, said once, as thin functions over the operations.

The course (assignment 2, 2016 to 2026) and PyTorch compute the same things under other names.
The operations follow PyTorch; this is the translation:

================================  =================================================================
the course                        here
================================  =================================================================
``w`` (d_in, d_out) of affine     ``weight`` (d_out, d_in), its transpose
``learning_rate``, ``epsilon``    ``lr``, ``eps``
``velocity`` v, w = w + v         ``momentum_buffer`` b with v = -lr·b; when lr changes between two
                                  steps, v keeps the old one and b does not
``decay_rate``, ``cache``         ``alpha``, ``square_avg``
``beta1, beta2``, ``m``, ``v``    ``betas``, ``exp_avg``, ``exp_avg_sq``
``t``, counted before it is used  ``step``, likewise (2017 starts from t = 1, so its first step has
                                  t = 2)
eps of rmsprop and adam           the same place: added to the root, after the bias correction
batch norm ``momentum`` 0.9       ``momentum`` 0.1: there the share that stays, here the new share
``running_var`` biased (over n)   unbiased (over n - 1)
gamma, beta of group norm         ``weight``, ``bias`` (c,); there (1, c, 1, 1)
dropout ``p``                     ``1 - p`` since 2018 (p keeps), ``p`` in 2016 and 2017 (p drops)
``conv_param`` stride, pad        ``stride``, ``padding``, one number for each of the two axes
``svm_loss``, ``softmax_loss``    ``MulticlassHingeLoss()``, ``CrossEntropyLoss()``
0.5·reg·sum of W²                 added to the loss here too; ``weight_decay=reg`` of SGD and Adam
                                  adds the same gradient (AdamW does not)
================================  =================================================================

All functions are pure: the course lets its update rules work in place, these return new arrays
and a new ``config``.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from reference.layers.batch_norm import BatchNorm1d, BatchNorm2d
from reference.layers.dropout import Dropout
from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.losses.multiclass_hinge_loss import MulticlassHingeLoss
from reference.optimizers.adam import Adam
from reference.optimizers.adam import State as AdamState
from reference.optimizers.rmsprop import RMSprop
from reference.optimizers.rmsprop import State as RMSpropState
from reference.optimizers.sgd import SGD
from reference.optimizers.sgd import State as SGDState

Update = tuple[Float[Array, "*shape"], dict[str, Any]]


def sgd(w: Array, dw: Array, config: dict[str, Any] | None = None) -> Update:
    """w - learning_rate·dw."""
    config = {"learning_rate": 1e-2} | (config or {})
    w, _ = SGD(lr=config["learning_rate"]).update(w, dw, SGDState())
    return w, config


def sgd_momentum(w: Array, dw: Array, config: dict[str, Any] | None = None) -> Update:
    """v = momentum·v - learning_rate·dw, then w + v.

    The learning rate goes into the gradient, so that b = -v: right also when it changes, or is 0.

    >>> sgd_momentum(np.array([1.0]), np.array([1.0]), {"learning_rate": 0.5, "momentum": 0.5})
    (array([0.5]), {'learning_rate': 0.5, 'momentum': 0.5, 'velocity': array([-0.5])})
    """
    defaults: dict[str, Any] = {"learning_rate": 1e-2, "momentum": 0.9}
    config = defaults | {"velocity": np.zeros_like(w)} | (config or {})
    rule, step = SGD(lr=1.0, momentum=config["momentum"]), config["learning_rate"] * dw
    before = SGDState(-config["velocity"]) if config["momentum"] else SGDState()
    w, (buffer,) = rule.update(w, step, before)  # without momentum no buffer is kept
    return w, config | {"velocity": -step if buffer is None else -buffer}


def rmsprop(w: Array, dw: Array, config: dict[str, Any] | None = None) -> Update:
    """cache = decay_rate·cache + (1-decay_rate)·dw²; w - learning_rate·dw / (sqrt(cache)+epsilon).

    >>> config = {"learning_rate": 1.0, "decay_rate": 0.75, "epsilon": 0.0}
    >>> w, config = rmsprop(np.array([5.0]), np.array([3.0]), config)
    >>> w, config["cache"]
    (array([3.]), array([2.25]))
    """
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}
    config = defaults | {"cache": np.zeros_like(w)} | (config or {})
    rule = RMSprop(config["learning_rate"], alpha=config["decay_rate"], eps=config["epsilon"])
    w, state = rule.update(w, dw, RMSpropState(0, config["cache"]))
    return w, config | {"cache": state.square_avg}


def adam(w: Array, dw: Array, config: dict[str, Any] | None = None) -> Update:
    """t = t + 1, then Adam's step number t.

    >>> w, config = adam(np.array([1.0]), np.array([4.0]), {"learning_rate": 0.5, "epsilon": 0.0})
    >>> w, config["t"]
    (array([0.5]), 1)
    """
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    config = defaults | {"m": np.zeros_like(w), "v": np.zeros_like(w)} | (config or {})
    betas = (config["beta1"], config["beta2"])
    rule = Adam(config["learning_rate"], betas=betas, eps=config["epsilon"])
    w, state = rule.update(w, dw, AdamState(config["t"], config["m"], config["v"]))
    return w, config | {"t": state.step, "m": state.exp_avg, "v": state.exp_avg_sq}


def batchnorm_forward(
    x: Float[Array, "n c *size"], gamma: Array, beta: Array, bn_param: dict[str, Any]
) -> tuple[Float[Array, "n c *size"], tuple, dict[str, Any]]:
    """out, what backward needs, and bn_param with the running averages after this batch.

    For images too: the course's spatial_batchnorm_forward is this function on (n, c, h, w).

    >>> x, one, zero = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)
    >>> out, cache, bn_param = batchnorm_forward(x, one, zero, {"mode": "train", "eps": 0.0})
    >>> out.T, bn_param["running_mean"].round(9), bn_param["running_var"].round(9)
    (array([[-1.,  1.]]), array([0.2]), array([0.1]))
    """
    if bn_param.get("mode") not in ("train", "test"):
        raise ValueError(f"mode must be train or test, not {bn_param.get('mode')!r}")
    zeros = np.zeros_like(x, shape=gamma.shape)  # not like gamma: its integers would truncate
    running = {"running_mean": zeros, "running_var": zeros}
    bn_param = {"eps": 1e-5, "momentum": 0.9} | running | bn_param
    kind = BatchNorm2d if x.ndim == 4 else BatchNorm1d
    layer = kind(eps=bn_param["eps"], training=bn_param["mode"] == "train")
    statistics = bn_param["running_mean"], bn_param["running_var"]
    out, *_, saved = layer.forward(x, gamma, beta, *statistics)
    if layer.training:
        axes, stays = (0, *range(2, x.ndim)), bn_param["momentum"]
        for name, batch in (("running_mean", x.mean(axis=axes)), ("running_var", x.var(axis=axes))):
            bn_param = bn_param | {name: stays * bn_param[name] + (1 - stays) * batch}
    return out, (layer, saved), bn_param


def batchnorm_backward(dout: Float[Array, "n c *size"], cache: tuple) -> tuple[Array, Array, Array]:
    """dx, dgamma, dbeta."""
    layer, saved = cache
    return layer.backward(saved, dout)


def dropout(p: float, year: int = 2026, mode: str = "train") -> Dropout:
    """The operation for the course's p of that year.

    >>> dropout(p=0.75).p, dropout(p=0.75, year=2017).p
    (0.25, 0.75)
    """
    return Dropout(p=1 - p if year >= 2018 else p, training=mode == "train")


def svm_loss(x: Float[Array, "n c"], y: Int[Array, " n"]) -> tuple[Array, Float[Array, "n c"]]:
    """The hinge loss with margin 1, averaged over the batch, and its gradient."""
    loss, saved = MulticlassHingeLoss().forward(x, y)
    return loss, MulticlassHingeLoss().backward(saved, np.ones_like(loss))


def softmax_loss(x: Float[Array, "n c"], y: Int[Array, " n"]) -> tuple[Array, Float[Array, "n c"]]:
    """The cross entropy averaged over the batch, and its gradient."""
    loss, saved = CrossEntropyLoss().forward(x, y)
    return loss, CrossEntropyLoss().backward(saved, np.ones_like(loss))


def regularization(weights: Iterable[Array], reg: float) -> Array | float:
    """What L2 adds to the loss: over the weights, not over biases, gammas and betas.

    >>> float(regularization([np.array([1.0, 2.0]), np.array([[3.0]])], reg=0.5))
    3.5
    """
    return sum(0.5 * reg * (w * w).sum() for w in weights)
