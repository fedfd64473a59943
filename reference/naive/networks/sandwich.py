"""The definitions of ``reference/networks/sandwich.py``, written out call by call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jaxtyping import Float
from numpy import ndarray as Array

from reference.naive.activations.relu import ReLU
from reference.naive.layers.batch_norm import BatchNorm1d, BatchNorm2d
from reference.naive.layers.conv2d import Conv2d
from reference.naive.layers.layer_norm import LayerNorm
from reference.naive.layers.linear import Linear
from reference.naive.layers.max_pool2d import MaxPool2d


@dataclass(frozen=True, slots=True)
class LinearReLU:
    """Affine, ReLU."""

    d_in: int
    d_out: int
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        x, _ = Linear().forward(x, arrays["linear.weight"], arrays["linear.bias"])
        x, _ = ReLU().forward(x)
        return x, {}, None


@dataclass(frozen=True, slots=True)
class LinearNormReLU:
    """Affine, normalised over the batch or over the features, ReLU."""

    d_in: int
    d_out: int
    normalization: Literal["batch", "layer"] = "batch"
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        x, _ = Linear().forward(x, arrays["linear.weight"], arrays["linear.bias"])
        state: dict[str, Any] = {}
        if self.normalization == "layer":
            x, _ = LayerNorm().forward(x, arrays["norm.weight"], arrays["norm.bias"])
        else:
            x, mean, var, tracked, _ = BatchNorm1d(training=self.training).forward(
                x,
                arrays["norm.weight"],
                arrays["norm.bias"],
                arrays["norm.running_mean"],
                arrays["norm.running_var"],
                arrays["norm.num_batches_tracked"],
            )
            state = {
                "norm.running_mean": mean,
                "norm.running_var": var,
                "norm.num_batches_tracked": tracked,
            }
        x, _ = ReLU().forward(x)
        return x, state, None


@dataclass(frozen=True, slots=True)
class ConvReLU:
    """Convolution, ReLU."""

    c_in: int
    c_out: int
    kernel_size: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        convolution = Conv2d(stride=self.stride, padding=self.padding)
        x, _ = convolution.forward(x, arrays["conv.weight"], arrays["conv.bias"])
        x, _ = ReLU().forward(x)
        return x, {}, None


@dataclass(frozen=True, slots=True)
class ConvNormReLU:
    """Convolution, batch norm over batch and image, ReLU."""

    c_in: int
    c_out: int
    kernel_size: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        convolution = Conv2d(stride=self.stride, padding=self.padding)
        x, _ = convolution.forward(x, arrays["conv.weight"], arrays["conv.bias"])
        x, mean, var, tracked, _ = BatchNorm2d(training=self.training).forward(
            x,
            arrays["norm.weight"],
            arrays["norm.bias"],
            arrays["norm.running_mean"],
            arrays["norm.running_var"],
            arrays["norm.num_batches_tracked"],
        )
        state: dict[str, Any] = {
            "norm.running_mean": mean,
            "norm.running_var": var,
            "norm.num_batches_tracked": tracked,
        }
        x, _ = ReLU().forward(x)
        return x, state, None


@dataclass(frozen=True, slots=True)
class ConvReLUPool:
    """Convolution, ReLU, max pool."""

    c_in: int
    c_out: int
    kernel_size: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    pool_size: tuple[int, int] = (2, 2)
    pool_stride: tuple[int, int] = (2, 2)
    training: bool = field(default=True, kw_only=True)

    def forward(
        self, x: Float[Array, "n *features"], arrays: Mapping[str, Array]
    ) -> tuple[Float[Array, "n d_out"], dict[str, Array], None]:
        convolution = Conv2d(stride=self.stride, padding=self.padding)
        x, _ = convolution.forward(x, arrays["conv.weight"], arrays["conv.bias"])
        x, _ = ReLU().forward(x)
        x, _ = MaxPool2d(kernel_size=self.pool_size, stride=self.pool_stride).forward(x)
        return x, {}, None
