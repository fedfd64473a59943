# ruff: noqa
# mypy: ignore-errors
"""Convolution and pooling by matrix products over gathered windows."""

import numpy as np


def _gathered(x, height, width, stride):
    """(N, C, H', W', height, width)"""
    rows = np.arange((x.shape[2] - height) // stride + 1)[:, None] * stride + np.arange(height)
    cols = np.arange((x.shape[3] - width) // stride + 1)[:, None] * stride + np.arange(width)
    return x[:, :, rows[:, None, :, None], cols[None, :, None, :]]


def conv_forward_fast(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    windows = _gathered(padded, w.shape[2], w.shape[3], stride)
    out = np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
    return out + b.reshape(1, -1, 1, 1), (x, w, b, conv_param, windows)


def conv_backward_fast(dout, cache):
    x, w, b, conv_param, windows = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    dw = np.tensordot(dout, windows, axes=([0, 2, 3], [0, 2, 3]))
    dwindows = np.tensordot(dout, w, axes=([1], [0]))
    dpadded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            dpadded[:, :, top : top + HH, left : left + WW] += dwindows[:, i, j]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_fast(x, pool_param):
    height, width, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    return _gathered(x, height, width, stride).max(axis=(4, 5)), (x, pool_param)


def max_pool_backward_fast(dout, cache):
    x, pool_param = cache
    height, width, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    dx = np.zeros_like(x)
    samples, channels = np.arange(x.shape[0])[:, None], np.arange(x.shape[1])
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = x[:, :, i * stride : i * stride + height, j * stride : j * stride + width]
            first = window.reshape(*window.shape[:2], -1).argmax(axis=2)
            k, l = first // width, first % width
            dx[samples, channels, i * stride + k, j * stride + l] += dout[:, :, i, j]
    return dx
