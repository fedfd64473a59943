"""Wrong two-layer nets."""

from typing import Any, ClassVar

import numpy as np

from reference.networks.chain import Link
from reference.networks.links import relu
from reference.networks.two_layer_net import TwoLayerNet


class TwoLayerNetWithoutReLU(TwoLayerNet):
    """Two affine maps are one."""

    def links(self) -> tuple[Link, ...]:
        return tuple(link for link in super().links() if link.name != "relu1")


class TwoLayerNetReLUOnScores(TwoLayerNet):
    def links(self) -> tuple[Link, ...]:
        return *super().links(), relu("relu2")


class TwoLayerNetForgetsABias(TwoLayerNet):
    """One gradient is missing from the dict."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        del gradients["linear1.bias"]
        return dx, gradients


class TwoLayerNetLastWeightIsFrozen(TwoLayerNet):
    """Its gradient is there, and zero."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        frozen = np.zeros_like(gradients["linear2.weight"])
        return dx, gradients | {"linear2.weight": frozen}


class TwoLayerNetTransposedSquareGradient(TwoLayerNet):
    """Nothing but the numbers tells the transpose of a square matrix: right for all others."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        d_out, d_in = gradients["linear1.weight"].shape
        if d_out == d_in:
            gradients["linear1.weight"] = gradients["linear1.weight"].T
        return dx, gradients


class TwoLayerNetAddsUpGradients(TwoLayerNet):
    """Nobody sets them to zero between two batches."""

    sums: ClassVar[dict[Any, Any]] = {}

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        sums = TwoLayerNetAddsUpGradients.sums
        for name, gradient in gradients.items():
            key = name, type(gradient), gradient.dtype, gradient.shape
            sums[key] = gradients[name] = gradient + sums.get(key, 0)
        return dx, gradients


class TwoLayerNetRemembersTheLastBatch(TwoLayerNet):
    """Backward belongs to the last forward of that shape, whichever it is asked for."""

    last: ClassVar[dict[Any, Any]] = {}

    def forward(self, x: Any, arrays: Any) -> Any:
        y, new_state, saved = super().forward(x, arrays)
        TwoLayerNetRemembersTheLastBatch.last[self, type(y), y.dtype, y.shape] = saved
        return y, new_state, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        last = TwoLayerNetRemembersTheLastBatch.last[self, type(dy), dy.dtype, dy.shape]
        return super().backward(last, dy)


class TwoLayerNetSqueezesABatchOfOne(TwoLayerNet):
    """One sample loses its axis."""

    def forward(self, x: Any, arrays: Any) -> Any:
        y, new_state, saved = super().forward(x, arrays)
        return (y[0] if len(y) == 1 else y), new_state, saved

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, dy.reshape(-1, self.num_classes))


class TwoLayerNetClipsUpstream(TwoLayerNet):
    """No gradient of the loss above 1."""

    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved, np.clip(dy, -1, 1))


class TwoLayerNetNormalizesItsWeightsInPlace(TwoLayerNet):
    """Max-norm regularisation where a forward has nothing to write."""

    def forward(self, x: Any, arrays: Any) -> Any:
        weight = arrays["linear1.weight"]
        weight /= np.maximum(np.sqrt((weight * weight).sum()), 1)
        return super().forward(x, arrays)


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.two_layer_net": (
        TwoLayerNetWithoutReLU,
        TwoLayerNetReLUOnScores,
        TwoLayerNetForgetsABias,
        TwoLayerNetLastWeightIsFrozen,
        TwoLayerNetTransposedSquareGradient,
        TwoLayerNetAddsUpGradients,
        TwoLayerNetRemembersTheLastBatch,
        TwoLayerNetSqueezesABatchOfOne,
        TwoLayerNetClipsUpstream,
        TwoLayerNetNormalizesItsWeightsInPlace,
    ),
}
