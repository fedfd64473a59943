"""The filters that make the patches of images uncorrelated, and of equal variance.

A patch of k×k pixels is a row p of 3k² numbers, and over many patches Σ = E[pᵀp] (the images are
standardized, so the mean is left alone). With Σ = V diag(λ) Vᵀ the rows of

    W = diag(λ + eps)^(-1/2) Vᵀ        give        E[(W pᵀ)(W pᵀ)ᵀ] = W Σ Wᵀ = diag(λ / (λ + eps)),

the identity but for eps, which keeps directions that hold nothing but noise from being blown up.
The network gets W and -W, since the activation behind them lets through one sign only.

Source: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, section 3.2, after Page 2019
(*How to Train Your ResNet*, part 8) and Coates and Ng 2012 (*Learning Feature Representations with
K-Means*).
"""

import torch
from jaxtyping import Float
from torch import Tensor

KERNEL_SIZE = 2


def patches(images: Float[Tensor, "n c h w"], kernel_size: int = KERNEL_SIZE) -> Tensor:
    """Every patch as a row, channel by channel: (n·(h-k+1)·(w-k+1), c·k²).

    >>> patches(torch.arange(9.0).reshape(1, 1, 3, 3))[:2]
    tensor([[0., 1., 3., 4.],
            [1., 2., 4., 5.]])
    """
    windows = images.unfold(2, kernel_size, 1).unfold(3, kernel_size, 1)
    return windows.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(0, 2)


def covariance(images: Float[Tensor, "n c h w"], kernel_size: int = KERNEL_SIZE) -> Tensor:
    """Σ in float64, (c·k², c·k²); a block of images at a time, so that the rows stay in memory."""
    size = images.shape[1] * kernel_size**2
    total, count = images.new_zeros(size, size, dtype=torch.float64), 0
    for block in images.split(500):
        rows = patches(block, kernel_size).to(torch.float64)
        total, count = total + rows.T @ rows, count + len(rows)
    return total / count


def whitening_matrix(sigma: Float[Tensor, "d d"], eps: float) -> Float[Tensor, "d d"]:
    """W of the formula above, the strongest direction first.

    An eigenvector has no sign of its own, so its largest component is made positive: the same
    filters on every machine.

    >>> whitening_matrix(torch.tensor([[4.0, 0.0], [0.0, 16.0]]), eps=0.0)
    tensor([[0.0000, 0.2500],
            [0.5000, 0.0000]])
    """
    values, vectors = torch.linalg.eigh(sigma)
    rows = vectors.T.flip(0)
    largest = rows.gather(1, rows.abs().argmax(dim=1, keepdim=True))
    return rows * largest.sign() / (values.flip(0)[:, None] + eps).sqrt()


def whitening_filters(
    images: Float[Tensor, "n c h w"], eps: float = 5e-4, kernel_size: int = KERNEL_SIZE
) -> Float[Tensor, "filters c k k"]:
    """The weight of the first convolution: W and -W, 2·c·k² filters, from standardized images."""
    matrix = whitening_matrix(covariance(images, kernel_size), eps)
    both = torch.cat((matrix, -matrix))
    return both.reshape(-1, images.shape[1], kernel_size, kernel_size)
