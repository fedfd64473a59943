"""Muon: momentum whose every step is made orthogonal.

    B ← μ B + G,   M = G + μ B (Nesterov),   W ← W √n / ‖W‖_F,   W ← W - lr · O(M)

for the weight W of a convolution as an n×(c·k²) matrix, n output channels. O(M) sets the singular
values of M near 1: of all updates of spectral norm 1 the one that lowers the loss most to first
order. With batch norm behind a convolution the length of its weight is no matter to the output,
so it is kept at √n, where a learning rate always means the same turn.

O is found by iterating X ← aX + b(XXᵀ)X + c(XXᵀ)²X from X = M / ‖M‖_F. That acts on every singular
value by itself, s ← as + bs³ + cs⁵, and leaves the singular vectors alone. The coefficients make the
slope at 0 steep and let values end anywhere around 1, which three steps reach for all that matter.

All factors are polynomials in G = XXᵀ, so they commute: Q = aI + bG + cG² takes X to QX and G to QGQ. The
iteration goes on n×n matrices, and the long one is multiplied twice in all: for G, and by the product of all Q.

The iteration is in float32 or float64, never in half precision: it is 1 % of a step's arithmetic even
on a CPU, and processes that sum gradients in another order then stay together.

Source: Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein 2024, *Muon: An optimizer for hidden layers
in neural networks* (kellerjordan.github.io/posts/muon), "Definition" and "Design"; the normalized
weights from cifar10-airbench, ``airbench94_muon.py``. ``torch.optim.Muon`` has neither these nor four axes.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.optimizer import ParamsT

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalized(
    matrix: Float[Tensor, "n m"], steps: int = 3, eps: float = 1e-7
) -> Float[Tensor, "n m"]:
    """O(M): the same singular vectors, singular values near 1.

    >>> orthogonalized(torch.tensor([[0.0, 3.0], [-5.0, 0.0]]), steps=5).abs().round(decimals=1)
    tensor([[0.0000, 0.7000],
            [1.0000, 0.0000]])
    """
    a, b, c = COEFFICIENTS
    x = matrix if matrix.dtype == torch.float64 else matrix.float()
    x = x / (x.norm() + eps)
    if x.shape[0] > x.shape[1]:  # the Gram matrix of the shorter side
        return orthogonalized(matrix.T, steps, eps).T
    gram = x @ x.T
    product = one = torch.eye(len(gram), dtype=x.dtype, device=x.device)
    for _ in range(steps):
        factor = a * one + b * gram + c * gram @ gram
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ x


class Muon(torch.optim.Optimizer):
    """For weights of two or more axes, the first of them the output's.

    The state of a parameter is its ``momentum_buffer``, as in PyTorch's SGD. With
    ``normalize_weights=False`` a step is that of ``torch.optim.Muon`` without weight decay.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.17,
        momentum: float = 0.6,
        newton_schulz_steps: int = 3,
        normalize_weights: bool = True,
    ) -> None:
        if lr < 0 or not 0 <= momentum < 1:
            raise ValueError(f"Muon with lr {lr}, momentum {momentum}: lr >= 0, 0 <= momentum < 1")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "newton_schulz_steps": newton_schulz_steps,
            "normalize_weights": normalize_weights,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Every weight that has a gradient moves by a matrix of singular values near lr."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, weight.grad, group)

    def _move(self, weight: Tensor, grad: Tensor, group: dict[str, float]) -> None:
        momentum = group["momentum"]
        state = self.state[weight]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        buffer: Tensor = state["momentum_buffer"]
        buffer.mul_(momentum).add_(grad)
        ahead = grad.add(buffer, alpha=momentum)
        if group["normalize_weights"]:
            weight.mul_(len(weight) ** 0.5 / weight.norm())
        update = orthogonalized(ahead.flatten(1), int(group["newton_schulz_steps"]))
        weight.add_(update.reshape(weight.shape), alpha=-group["lr"])
