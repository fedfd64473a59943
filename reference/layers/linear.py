"""An affine map of the flattened features; twin: ``torch_impl/layers/linear.py``."""

from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float
from numpy import ndarray as Array


class Saved(NamedTuple):
    """What backward needs."""

    x: Float[Array, "n *features"]
    weight: Float[Array, "d_out d_in"]
    has_bias: bool


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x W^T + b, every sample flattened to one row of d_in features.

    With dy the gradient of the loss by y: dx = dy W, dW = dy^T x, db = sum over n of dy.

    ``torch.nn.Linear`` acts on the last axis only; here, as in CS231n's affine layer, all
    axes after the first are features. CS231n stores the transpose of ``weight``.
    Source: Goodfellow, Bengio and Courville 2016, *Deep Learning*, section 6.5.4.

    >>> import numpy as np
    >>> x, weight, bias = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0])
    >>> y, saved = Linear().forward(x, weight, bias)
    >>> y
    array([[16.]])
    >>> Linear().backward(saved, np.array([[10.0]]))
    (array([[30., 40.]]), array([[10., 20.]]), array([10.]))
    """

    def forward(
        self,
        x: Float[Array, "n *features"],
        weight: Float[Array, "d_out d_in"],
        bias: Float[Array, " d_out"] | None = None,
    ) -> tuple[Float[Array, "n d_out"], Saved]:
        y = x.reshape(x.shape[0], weight.shape[1]) @ weight.T
        if bias is not None:
            y = y + bias
        return y, Saved(x, weight, bias is not None)

    def backward(
        self, saved: Saved, dy: Float[Array, "n d_out"]
    ) -> tuple[
        Float[Array, "n *features"],
        Float[Array, "d_out d_in"],
        Float[Array, " d_out"] | None,
    ]:
        x, weight, _ = saved
        dx = (dy @ weight).reshape(x.shape)
        return dx, *self.parameter_gradients(saved, dy)

    def parameter_gradients(
        self, saved: Saved, dy: Float[Array, "n d_out"]
    ) -> tuple[Float[Array, "d_out d_in"], Float[Array, " d_out"] | None]:
        """dweight and dbias alone: nobody asks for the gradient of a network's images."""
        x, weight, has_bias = saved
        dweight = dy.T @ x.reshape(x.shape[0], weight.shape[1])
        return dweight, dy.sum(axis=0) if has_bias else None
