"""Right classes of the mytorch library, in its own style, for the place of a submission's that others call."""

from typing import Any

import numpy as np


class Linear:
    """Z = A W^T + 1 b^T."""

    def __init__(self, in_features: int, out_features: int, debug: bool = False) -> None:
        self.W: Any = np.zeros((out_features, in_features))
        self.b: Any = np.zeros((out_features, 1))
        self.dLdW: Any = np.zeros_like(self.W)
        self.dLdb: Any = np.zeros_like(self.b)

    def forward(self, A: Any) -> Any:
        self.A = A
        return A @ self.W.T + self.b.T

    def backward(self, dLdZ: Any) -> Any:
        self.dLdW = dLdZ.T @ self.A
        self.dLdb = dLdZ.sum(axis=0)[:, None]
        return dLdZ @ self.W


class Conv2d_stride1:
    """Cross-correlation, one pixel at a time."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        weight_init_fn: Any = None,
        bias_init_fn: Any = None,
    ) -> None:
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = kernel_size
        self.W: Any = np.zeros((out_channels, in_channels, kernel_size, kernel_size))
        self.b: Any = np.zeros(out_channels)

    def forward(self, A: Any) -> Any:
        self.A = A
        return (
            np.einsum("nchwkl,fckl->nfhw", _windows(A, self.kernel_size), self.W)
            + (self.b[:, None, None])
        )

    def backward(self, dLdZ: Any) -> Any:
        k = self.kernel_size
        self.dLdW = np.einsum("nfhw,nchwkl->fckl", dLdZ, _windows(self.A, k))
        self.dLdb = dLdZ.sum(axis=(0, 2, 3))
        dLdA = np.zeros(self.A.shape)
        for i, j in np.ndindex(*dLdZ.shape[2:]):
            share = np.einsum("nf,fckl->nckl", dLdZ[:, :, i, j], self.W)
            dLdA[:, :, i : i + k, j : j + k] += share
        return dLdA


class MaxPool2d_stride1:
    """The largest value of every window; the first of equals gets the gradient."""

    def __init__(self, kernel: int) -> None:
        self.kernel = kernel

    def forward(self, A: Any) -> Any:
        self.A = A
        return _windows(A, self.kernel).max(axis=(4, 5))

    def backward(self, dLdZ: Any) -> Any:
        dLdA = np.zeros(self.A.shape)
        for n, c, i, j in np.ndindex(*dLdZ.shape):
            window = self.A[n, c, i : i + self.kernel, j : j + self.kernel]
            k, l = np.unravel_index(window.argmax(), window.shape)
            dLdA[n, c, i + k, j + l] += dLdZ[n, c, i, j]
        return dLdA


class MeanPool2d_stride1:
    """The mean of every window."""

    def __init__(self, kernel: int) -> None:
        self.kernel = kernel

    def forward(self, A: Any) -> Any:
        self.A = A
        return _windows(A, self.kernel).mean(axis=(4, 5))

    def backward(self, dLdZ: Any) -> Any:
        k = self.kernel
        dLdA = np.zeros(self.A.shape)
        for i, j in np.ndindex(*dLdZ.shape[2:]):
            dLdA[:, :, i : i + k, j : j + k] += dLdZ[:, :, i, j, None, None] / k**2
        return dLdA


class Downsample2d:
    """Every k-th row and column."""

    def __init__(self, downsampling_factor: int) -> None:
        self.downsampling_factor = downsampling_factor

    def forward(self, A: Any) -> Any:
        self.shape = A.shape
        return A[:, :, :: self.downsampling_factor, :: self.downsampling_factor]

    def backward(self, dLdZ: Any) -> Any:
        dLdA = np.zeros(self.shape)
        dLdA[:, :, :: self.downsampling_factor, :: self.downsampling_factor] = dLdZ
        return dLdA


def _windows(A: Any, kernel: int) -> Any:
    return np.lib.stride_tricks.sliding_window_view(A, (kernel, kernel), axis=(2, 3))
