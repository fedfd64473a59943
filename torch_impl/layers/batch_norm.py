"""Twin of ``reference/layers/batch_norm.py``; PyTorch's modules call ``F.batch_norm``."""

from jaxtyping import Float, Int
from torch import Tensor, nn


class BatchNorm1d(nn.BatchNorm1d):
    """``nn.BatchNorm1d`` under the reference's names; ``module.training`` chooses the mode."""

    weight: Float[Tensor, " c"] | None  # type: ignore[assignment]
    bias: Float[Tensor, " c"] | None  # type: ignore[assignment]
    running_mean: Float[Tensor, " c"] | None
    running_var: Float[Tensor, " c"] | None
    num_batches_tracked: Int[Tensor, ""] | None

    def __init__(
        self,
        c: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__(c, eps, momentum, affine, track_running_stats)

    def forward(self, x: Float[Tensor, "n c *t"]) -> Float[Tensor, "n c *t"]:
        return super().forward(x)


class BatchNorm2d(nn.BatchNorm2d):
    """``nn.BatchNorm2d`` under the reference's names; ``module.training`` chooses the mode."""

    weight: Float[Tensor, " c"] | None  # type: ignore[assignment]
    bias: Float[Tensor, " c"] | None  # type: ignore[assignment]
    running_mean: Float[Tensor, " c"] | None
    running_var: Float[Tensor, " c"] | None
    num_batches_tracked: Int[Tensor, ""] | None

    def __init__(
        self,
        c: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__(c, eps, momentum, affine, track_running_stats)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        return super().forward(x)
