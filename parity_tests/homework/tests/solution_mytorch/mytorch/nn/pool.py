# ruff: noqa
# mypy: ignore-errors
import numpy as np

from .resampling import *


class MaxPool2d_stride1:
    def __init__(self, kernel):
        self.kernel = kernel

    def forward(self, A):
        self.A = A
        N, C, H, W = A.shape
        K = self.kernel
        Z = np.zeros((N, C, H - K + 1, W - K + 1))
        for i in range(Z.shape[2]):
            for j in range(Z.shape[3]):
                Z[:, :, i, j] = np.max(A[:, :, i : i + K, j : j + K], axis=(2, 3))
        return Z

    def backward(self, dLdZ):
        K = self.kernel
        dLdA = np.zeros(self.A.shape)
        for n, c, i, j in np.ndindex(*dLdZ.shape):
            window = self.A[n, c, i : i + K, j : j + K]
            k, l = np.unravel_index(np.argmax(window), window.shape)
            dLdA[n, c, i + k, j + l] += dLdZ[n, c, i, j]
        return dLdA


class MeanPool2d_stride1:
    def __init__(self, kernel):
        self.kernel = kernel

    def forward(self, A):
        self.A = A
        N, C, H, W = A.shape
        K = self.kernel
        Z = np.zeros((N, C, H - K + 1, W - K + 1))
        for i in range(Z.shape[2]):
            for j in range(Z.shape[3]):
                Z[:, :, i, j] = np.mean(A[:, :, i : i + K, j : j + K], axis=(2, 3))
        return Z

    def backward(self, dLdZ):
        K = self.kernel
        dLdA = np.zeros(self.A.shape)
        for n, c, i, j in np.ndindex(*dLdZ.shape):
            dLdA[n, c, i : i + K, j : j + K] += dLdZ[n, c, i, j] / K**2
        return dLdA


class MaxPool2d:
    def __init__(self, kernel, stride):
        self.kernel = kernel
        self.stride = stride
        self.maxpool2d_stride1 = MaxPool2d_stride1(kernel)
        self.downsample2d = Downsample2d(stride)

    def forward(self, A):
        Z = self.downsample2d.forward(self.maxpool2d_stride1.forward(A))
        return Z

    def backward(self, dLdZ):
        dLdA = self.maxpool2d_stride1.backward(self.downsample2d.backward(dLdZ))
        return dLdA


class MeanPool2d:
    def __init__(self, kernel, stride):
        self.kernel = kernel
        self.stride = stride
        self.meanpool2d_stride1 = MeanPool2d_stride1(kernel)
        self.downsample2d = Downsample2d(stride)

    def forward(self, A):
        Z = self.downsample2d.forward(self.meanpool2d_stride1.forward(A))
        return Z

    def backward(self, dLdZ):
        dLdA = self.meanpool2d_stride1.backward(self.downsample2d.backward(dLdZ))
        return dLdA
