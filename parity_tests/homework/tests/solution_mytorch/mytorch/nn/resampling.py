# ruff: noqa
# mypy: ignore-errors
import numpy as np


class Upsample2d:
    def __init__(self, upsampling_factor):
        self.upsampling_factor = upsampling_factor

    def forward(self, A):
        k = self.upsampling_factor
        N, C, H, W = A.shape
        Z = np.zeros((N, C, k * (H - 1) + 1, k * (W - 1) + 1))
        Z[:, :, ::k, ::k] = A
        return Z

    def backward(self, dLdZ):
        k = self.upsampling_factor
        dLdA = dLdZ[:, :, ::k, ::k]
        return dLdA


class Downsample2d:
    def __init__(self, downsampling_factor):
        self.downsampling_factor = downsampling_factor

    def forward(self, A):
        k = self.downsampling_factor
        self.H, self.W = A.shape[2:]
        Z = A[:, :, ::k, ::k]
        return Z

    def backward(self, dLdZ):
        k = self.downsampling_factor
        dLdA = np.zeros((*dLdZ.shape[:2], self.H, self.W))
        dLdA[:, :, ::k, ::k] = dLdZ
        return dLdA
