"""The layers and update rules of assignment 2, right and in the course's names, and a model for its Solver.

They need NumPy alone, and no loops over pixels.
This text goes into the confined process: it stands in the place of a submission's own functions while what
calls them is judged (``other_functions.py``).
"""

import numpy as np


def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, _ = cache
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    return dout.dot(w.T).reshape(x.shape), dw, dout.sum(axis=0)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def softmax_loss(x, y):
    rows = np.arange(len(x))
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx / len(x)


def svm_loss(x, y):
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)


def _normalized(x, eps, axes):
    centred = x - x.mean(axis=axes, keepdims=True)
    std = np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + eps)
    return centred / std, std


def _normalized_backward(dxhat, xhat, std, axes):
    mean = dxhat.mean(axis=axes, keepdims=True)
    along = (dxhat * xhat).mean(axis=axes, keepdims=True)
    return (dxhat - mean - xhat * along) / std


def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))
    if mode == "train":
        xhat, std = _normalized(x, eps, 0)
        running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
        running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)
    elif mode == "test":
        std = np.sqrt(running_var + eps)
        xhat = (x - running_mean) / std
    else:
        raise ValueError("mode of batch norm: " + str(mode))
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    return gamma * xhat + beta, (xhat, std, gamma, mode)


def batchnorm_backward(dout, cache):
    xhat, std, gamma, mode = cache
    dxhat = dout * gamma
    dx = _normalized_backward(dxhat, xhat, std, 0) if mode == "train" else dxhat / std
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)


def layernorm_forward(x, gamma, beta, ln_param):
    xhat, std = _normalized(x, ln_param.get("eps", 1e-5), 1)
    return gamma * xhat + beta, (xhat, std, gamma)


def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    dx = _normalized_backward(dout * gamma, xhat, std, 1)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    """Inverted dropout. We keep each value with probability p."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])  # noqa: NPY002 the course's way
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    p = dropout_param["p"]
    mask = (np.random.rand(*x.shape) < p) / p  # noqa: NPY002
    return (x * mask).astype(x.dtype, copy=False), (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * mask if dropout_param["mode"] == "train" else dout


def _windows(x, height, width, stride):
    """All windows of the images, along two further axes."""
    seen = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    return seen[:, :, ::stride, ::stride]


def _padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    windows = _windows(_padded(x, pad), w.shape[2], w.shape[3], stride)
    out = np.einsum("nchwij,fcij->nfhw", windows, w, optimize=True) + np.reshape(b, (-1, 1, 1))
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = _padded(x, pad)
    windows = _windows(padded, w.shape[2], w.shape[3], stride)
    dw = np.einsum("nchwij,nfhw->fcij", windows, dout, optimize=True)
    dpadded = np.zeros_like(padded)
    rows, cols = stride * dout.shape[2], stride * dout.shape[3]
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            each = np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j], optimize=True)
            dpadded[:, :, i : i + rows : stride, j : j + cols : stride] += each
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    height, width, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    return _windows(x, height, width, stride).max(axis=(4, 5)), (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    stride, width = pool_param["stride"], pool_param["pool_width"]
    windows = _windows(x, pool_param["pool_height"], width, stride)
    first = windows.reshape(windows.shape[:4] + (-1,)).argmax(axis=4)  # noqa: RUF005 Python 2 reads it
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * stride + first // width, j * stride + first % width), dout)
    return dx


def _in_rows(x):
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def _in_images(rows, shape):
    n, c, h, w = shape
    return rows.reshape(n, h, w, c).transpose(0, 3, 1, 2)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(_in_rows(x), gamma, beta, bn_param)
    return _in_images(out, x.shape), cache


def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(_in_rows(dout), cache)
    return _in_images(dx, dout.shape), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    grouped = x.reshape(x.shape[0], G, -1)
    xhat, std = _normalized(grouped, gn_param.get("eps", 1e-5), 2)
    gamma, beta = np.reshape(gamma, (1, -1, 1, 1)), np.reshape(beta, (1, -1, 1, 1))
    return gamma * xhat.reshape(x.shape) + beta, (xhat, std, gamma)


def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma = cache
    dxhat = (dout * gamma).reshape(xhat.shape)
    dx = _normalized_backward(dxhat, xhat, std, 2).reshape(dout.shape)
    dgamma = (dout * xhat.reshape(dout.shape)).sum(axis=(0, 2, 3), keepdims=True)
    return dx, dgamma, dout.sum(axis=(0, 2, 3), keepdims=True)


conv_forward_fast = conv_forward_im2col = conv_forward_strides = conv_forward_naive
conv_backward_fast = conv_backward_im2col = conv_backward_strides = conv_backward_naive
max_pool_forward_fast = max_pool_forward_im2col = max_pool_forward_reshape = max_pool_forward_naive
max_pool_backward_fast = max_pool_backward_im2col = max_pool_backward_naive
max_pool_backward_reshape = max_pool_backward_naive


def sgd(w, dw, config=None):
    """In place, as in the handout: parameters that were kept without a copy change with it."""
    config = {} if config is None else config
    w -= config.setdefault("learning_rate", 1e-2) * dw
    return w, config


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.setdefault("learning_rate", 1e-2)
    momentum = config.setdefault("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", np.zeros_like(w)) - rate * dw
    return w + config["velocity"], config


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    rate = config.setdefault("learning_rate", 1e-2)
    decay = config.setdefault("decay_rate", 0.99)
    eps = config.setdefault("epsilon", 1e-8)
    config["cache"] = decay * config.get("cache", np.zeros_like(w)) + (1 - decay) * dw * dw
    return w - rate * dw / (np.sqrt(config["cache"]) + eps), config


def adam(w, dw, config=None):
    config = {} if config is None else config
    rate = config.setdefault("learning_rate", 1e-3)
    beta1, beta2 = config.setdefault("beta1", 0.9), config.setdefault("beta2", 0.999)
    eps = config.setdefault("epsilon", 1e-8)
    config["t"] = config.get("t", 0) + 1
    config["m"] = beta1 * config.get("m", np.zeros_like(w)) + (1 - beta1) * dw
    config["v"] = beta2 * config.get("v", np.zeros_like(w)) + (1 - beta2) * dw * dw
    m, v = config["m"] / (1 - beta1 ** config["t"]), config["v"] / (1 - beta2 ** config["t"])
    return w - rate * m / (np.sqrt(v) + eps), config


class ModelToTrain(object):  # noqa: UP004 Python 2 reads it
    """Scores are x W1 + b1, under softmax. It remembers the batches that it is trained on."""

    def __init__(self, W1, b1, seed):
        self.params = {"W1": np.array(W1), "b1": np.array(b1)}
        self.batches = []
        np.random.seed(seed)  # noqa: NPY002 so that a Solver that draws with NumPy draws the same again

    def loss(self, X, y=None):
        scores, cache = affine_forward(X, self.params["W1"], self.params["b1"])
        if y is None:
            return scores
        self.batches.append((np.array(X), np.array(y)))
        loss, dscores = softmax_loss(scores, y)
        _, dW, db = affine_backward(dscores, cache)
        return loss, {"W1": dW, "b1": db}
