"""The reference prints what the official CS231n notebooks print, on the notebooks' own inputs.

Printed numbers are compared to half a unit of their last decimal. Where the notebook only says
"close to", the exact expectation is derived, and the allowance is what rounding can do.
"""

import numpy as np
import pytest

from parity_tests.golden import cs231n as golden
from reference import cs231n
from reference.activations.relu import ReLU
from reference.layers.conv2d import Conv2d
from reference.layers.group_norm import GroupNorm
from reference.layers.layer_norm import LayerNorm
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d
from reference.losses.cross_entropy_loss import CrossEntropyLoss
from reference.networks.three_layer_conv_net import ThreeLayerConvNet
from reference.networks.two_layer_net import TwoLayerNet

EPS = np.finfo(np.float64).eps
SEED = 231
ONE_ZERO = ([1, 1, 1], [0, 0, 0])


def assert_within(actual, expected, allowed):
    expected, excess = np.asarray(expected), np.abs(np.subtract(actual, expected)) / allowed
    assert np.shape(actual) == expected.shape
    assert np.all(excess <= 1), f"off by {np.max(excess):.3g} times the allowed error"


def assert_printed(actual, *printed):
    """Each number rounds to what is printed; several entries where the decimals differ."""
    numbers = [actual] if len(printed) == 1 else actual
    for number, (decimals, expected) in zip(numbers, printed, strict=True):
        assert_within(number, expected, allowed=0.5 * 10.0**-decimals)


def linspace(low, high, *shape):
    return np.linspace(low, high, num=int(np.prod(shape))).reshape(shape)


def test_affine_forward():
    x, w, b = linspace(-0.1, 0.5, 2, 4, 5, 6), linspace(-0.2, 0.3, 120, 3), linspace(-0.3, 0.1, 3)
    y, _ = Linear().forward(x, w.T, b)
    assert_printed(y, golden.AFFINE_FORWARD)


def test_relu_forward():
    y, _ = ReLU().forward(linspace(-0.5, 0.5, 3, 4))
    assert_printed(y, golden.RELU_FORWARD)


def test_conv_forward_naive():
    x, w = linspace(-0.1, 0.5, 2, 3, 4, 4), linspace(-0.2, 0.3, 3, 3, 4, 4)
    y, _ = Conv2d(stride=(2, 2), padding=(1, 1)).forward(x, w, linspace(-0.1, 0.2, 3))
    assert_printed(y, golden.CONV_FORWARD)


def test_max_pool_forward_naive():
    pool = MaxPool2d(kernel_size=(2, 2), stride=(2, 2))
    y, _ = pool.forward(linspace(-0.3, 0.4, 2, 3, 4, 4))
    assert_printed(y, golden.MAX_POOL_FORWARD)


def course_scores():
    """Scores so small that both losses are known without computing them."""
    rng = np.random.RandomState(SEED)
    return 0.001 * rng.randn(50, 10), rng.randint(10, size=50)


def lead(x, y):
    """By how much the mean score of a sample exceeds that of its class, averaged."""
    return np.mean(x.mean(axis=1) - x[np.arange(len(y)), y])


def test_svm_loss():
    """Every margin of 1 is violated, so the loss is linear: 9 + the sum of x_j - x_y, averaged."""
    x, y = course_scores()
    loss, _ = cs231n.svm_loss(x, y)
    assert_printed(loss, golden.SVM_LOSS)
    assert_printed(loss, golden.SVM_LOSS_OBSERVED)
    assert_within(loss, 9 + 10 * lead(x, y), allowed=len(y) * 10 * EPS * 9)


def test_softmax_loss():
    """log(mean exp(x_j)) lies between mean x_j and that plus range²/8 (Jensen; Hoeffding's lemma)."""
    x, y = course_scores()
    loss, _ = cs231n.softmax_loss(x, y)
    assert_printed(loss, golden.SOFTMAX_LOSS)
    assert_printed(loss, golden.SOFTMAX_LOSS_OBSERVED)
    half_width = np.mean((x.max(axis=1) - x.min(axis=1)) ** 2) / 16
    assert_within(loss, np.log(10) + lead(x, y) + half_width, allowed=half_width)


def weights_and_gradient():
    return linspace(-0.4, 0.6, 4, 5), linspace(-0.6, 0.4, 4, 5)


def test_sgd_momentum():
    config = {"learning_rate": 1e-3, "velocity": linspace(0.6, 0.9, 4, 5)}
    w, config = cs231n.sgd_momentum(*weights_and_gradient(), config)
    assert_printed(w, golden.SGD_MOMENTUM_NEXT_W)
    assert_printed(config["velocity"], golden.SGD_MOMENTUM_VELOCITY)


def test_rmsprop():
    config = {"learning_rate": 1e-2, "cache": linspace(0.6, 0.9, 4, 5)}
    w, config = cs231n.rmsprop(*weights_and_gradient(), config)
    assert_printed(w, golden.RMSPROP_NEXT_W)
    assert_printed(config["cache"], golden.RMSPROP_CACHE)


def test_adam():
    moments = {"m": linspace(0.6, 0.9, 4, 5), "v": linspace(0.7, 0.5, 4, 5)}
    w, config = cs231n.adam(*weights_and_gradient(), {"learning_rate": 1e-2, "t": 5} | moments)
    assert config["t"] == 6
    assert_printed(w, golden.ADAM_NEXT_W)
    assert_printed(config["v"], golden.ADAM_V)
    assert_printed(config["m"], golden.ADAM_M)


def assert_normalised(y, x, axes, gamma, beta, eps=1e-5):
    """The mean of y is beta, its deviation gamma·sqrt(var / (var + eps)).

    Allowed are n roundings in each mean of x, carried through the division, and of y.
    """
    gamma, beta, n = np.asarray(gamma), np.asarray(beta), x.size // np.size(x.mean(axis=axes))
    var = x.var(axis=axes)
    allowed = n * EPS * (np.abs(y).max() + gamma * np.abs(x).max() / np.sqrt(var + eps))
    assert_within(y.mean(axis=axes), np.broadcast_to(beta, var.shape), allowed)
    assert_within(y.std(axis=axes), gamma * np.sqrt(var / (var + eps)), allowed)


def two_layers(x, w1, w2):
    return np.maximum(0, x @ w1) @ w2


def test_batchnorm_forward_train():
    rng = np.random.RandomState(SEED)
    a = two_layers(rng.randn(200, 50), rng.randn(50, 60), rng.randn(60, 3))
    for gamma, beta in np.array([ONE_ZERO, golden.BATCH_NORM_GAMMA_BETA]):
        y, _, _ = cs231n.batchnorm_forward(a, gamma, beta, {"mode": "train"})
        assert_normalised(y, a, 0, gamma, beta)


def test_batchnorm_forward_test():
    """Fifty batches of training, then a test batch by the running averages alone."""
    rng, bn_param = np.random.RandomState(SEED), {"mode": "train"}
    gamma, beta = np.ones(3), np.zeros(3)
    w1, w2 = rng.randn(50, 60), rng.randn(60, 3)
    for _ in range(50):
        a = two_layers(rng.randn(200, 50), w1, w2)
        _, _, bn_param = cs231n.batchnorm_forward(a, gamma, beta, bn_param)
    a = two_layers(rng.randn(200, 50), w1, w2)
    y, _, _ = cs231n.batchnorm_forward(a, gamma, beta, bn_param | {"mode": "test"})
    assert_printed(y.mean(axis=0), *golden.BATCH_NORM_TEST_MEAN_OBSERVED)
    assert_printed(y.std(axis=0), *golden.BATCH_NORM_TEST_STD_OBSERVED)


def test_spatial_batchnorm_forward_train():
    """The second call has integer gamma and beta, and the bn_param of the first."""
    x = 4 * np.random.RandomState(SEED).randn(2, 3, 4, 5) + 10
    bn_param = {"mode": "train"}
    for gamma, beta in np.array([ONE_ZERO, golden.SPATIAL_BATCH_NORM_GAMMA_BETA]):
        y, _, bn_param = cs231n.batchnorm_forward(x, gamma, beta, bn_param)
        assert_normalised(y, x, (0, 2, 3), gamma, beta)


def test_spatial_batchnorm_forward_test():
    rng, bn_param = np.random.RandomState(SEED), {"mode": "train"}
    gamma, beta = np.ones(4), np.zeros(4)
    for _ in range(50):
        x = 2.3 * rng.randn(10, 4, 11, 12) + 13
        _, _, bn_param = cs231n.batchnorm_forward(x, gamma, beta, bn_param)
    x = 2.3 * rng.randn(10, 4, 11, 12) + 13
    y, _, _ = cs231n.batchnorm_forward(x, gamma, beta, bn_param | {"mode": "test"})
    assert_printed(y.mean(axis=(0, 2, 3)), golden.SPATIAL_BATCH_NORM_TEST_MEAN_OBSERVED)
    assert_printed(y.std(axis=(0, 2, 3)), *golden.SPATIAL_BATCH_NORM_TEST_STD_OBSERVED)


def test_layernorm_forward():
    rng = np.random.RandomState(SEED)
    a = two_layers(rng.randn(4, 50), rng.randn(50, 60), rng.randn(60, 3))
    for gamma, beta in np.array([ONE_ZERO, golden.LAYER_NORM_GAMMA_BETA]):
        y, _ = LayerNorm().forward(a, gamma, beta)
        assert_normalised(y, a, 1, gamma[0], beta[0])


def test_spatial_groupnorm_forward():
    x = 4 * np.random.RandomState(SEED).randn(2, 6, 4, 5) + 10
    y, _ = GroupNorm(num_groups=2).forward(x, np.ones(6), np.zeros(6))
    assert_normalised(y.reshape(4, -1), x.reshape(4, -1), 1, 1, 0)


def assert_gradients(actual, expected, x, dy, gamma, inv_std, n):
    """n terms in each of the means that make up dx; |x_hat| is at most sqrt(n).

    A mean of x is off by n·eps·max|x|, and x_hat by that over the deviation.
    """
    x_hat_error = n * EPS * (1 + np.abs(x).max() * inv_std)
    largest = np.abs(dy).max() * n
    for gradient, values in zip(actual, expected, strict=True):
        scale = np.abs(gamma).max() * inv_std if gradient.shape == x.shape else 1
        assert_within(gradient, values, allowed=np.max(scale * largest * x_hat_error))


def course_batch():
    rng = np.random.RandomState(SEED)
    return 5 * rng.randn(4, 5) + 12, rng.randn(5), rng.randn(5), rng.randn(4, 5)


def test_batchnorm_backward():
    x, gamma, beta, dy = course_batch()
    _, cache, _ = cs231n.batchnorm_forward(x, gamma, beta, {"mode": "train"})
    expected = golden.BATCH_NORM_DX, golden.BATCH_NORM_DGAMMA, golden.BATCH_NORM_DBETA
    inv_std = 1 / x.std(axis=0).min()
    assert_gradients(cs231n.batchnorm_backward(dy, cache), expected, x, dy, gamma, inv_std, n=4)


def test_layernorm_backward():
    x, gamma, beta, dy = course_batch()
    _, saved = LayerNorm().forward(x, gamma, beta)
    expected = golden.LAYER_NORM_DX, golden.LAYER_NORM_DGAMMA, golden.LAYER_NORM_DBETA
    inv_std = 1 / x.std(axis=1).min()
    assert_gradients(LayerNorm().backward(saved, dy), expected, x, dy, gamma, inv_std, n=5)


def test_spatial_groupnorm_backward():
    rng = np.random.RandomState(SEED)
    x = 5 * rng.randn(2, 6, 4, 5) + 12
    gamma, beta, dy = rng.randn(6), rng.randn(6), rng.randn(2, 6, 4, 5)
    norm = GroupNorm(num_groups=2)
    _, saved = norm.forward(x, gamma, beta)
    dx, dgamma, dbeta = norm.backward(saved, dy)
    actual = np.abs(dx).sum(), dgamma, dbeta
    expected = golden.GROUP_NORM_DX_SUM_ABS, golden.GROUP_NORM_DGAMMA, golden.GROUP_NORM_DBETA
    inv_std = 1 / x.reshape(4, -1).std(axis=1).min()
    assert_gradients(actual, expected, x, dy, gamma, inv_std, n=60)


@pytest.mark.parametrize(("year", "p", "zeros"), golden.DROPOUT_ZERO_FRACTION)
def test_dropout_forward(year, p, zeros):
    """The mask is random: the allowance is Hoeffding's inequality at odds of 1e-9."""
    x = np.random.RandomState(SEED).randn(500, 500) + 10
    layer = cs231n.dropout(p, year)
    mask = layer.draw_mask(np.random.default_rng(SEED), x.shape)
    y, _ = layer.forward(x, mask)
    odds = np.log(2 / 1e-9) / 2
    assert_within(np.mean(y == 0), zeros, allowed=np.sqrt(odds / x.size))
    spread = np.sum((x / (1 - zeros)) ** 2)  # each y lies between 0 and x / (1 - zeros)
    assert_within(y.mean(), x.mean(), allowed=np.sqrt(odds * spread) / x.size)
    assert np.array_equal(cs231n.dropout(p, year, mode="test").forward(x)[0], x)


def test_two_layer_net():
    """The weights are the transposes of the course's."""
    arrays = {
        "linear1.weight": linspace(-0.7, 0.3, 5, 50).T,
        "linear1.bias": linspace(-0.1, 0.9, 50),
        "linear2.weight": linspace(-0.3, 0.4, 50, 7).T,
        "linear2.bias": linspace(-0.9, 0.1, 7),
    }
    network = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7)
    scores, _, _ = network.forward(linspace(-5.5, 4.5, 5, 3).T, arrays)
    loss, _ = CrossEntropyLoss().forward(scores, np.array([0, 5, 1]))
    assert_printed(scores, golden.TWO_LAYER_NET_SCORES)
    assert_printed(loss, golden.TWO_LAYER_NET_LOSS)
    penalty = cs231n.regularization([arrays[name] for name in network.decayed], reg=1.0)
    assert_printed(loss + penalty, golden.TWO_LAYER_NET_LOSS_REG_1)


def test_three_layer_conv_net_loss():
    """The cell has no seed, so this one draws its own weights and images.

    Without regularisation the loss is off log(10) by at most the range of a sample's scores. With
    reg = 0.5 it goes up by 0.25·1e-6 times chi-squared of the number of weights, W1, W2 and W3
    together; allowed are six of its standard deviations.
    """
    rng, network = np.random.default_rng(SEED), ThreeLayerConvNet()
    arrays = network.init(rng, weight_scale=1e-3)
    x, y = rng.standard_normal((50, 3, 32, 32)), rng.integers(10, size=50)
    scores, _, _ = network.forward(x, arrays)
    loss, _ = CrossEntropyLoss().forward(scores, y)
    assert_within(loss, golden.THREE_LAYER_CONV_NET_LOSS, np.ptp(scores, axis=1).max() + 0.5e-6)
    assert_printed(loss, golden.THREE_LAYER_CONV_NET_LOSS_OBSERVED)
    penalty = cs231n.regularization([arrays[name] for name in network.decayed], reg=0.5)
    count = 32 * 3 * 7 * 7 + 100 * 32 * 16 * 16 + 10 * 100
    assert_within(penalty, 0.25e-6 * count, 6 * 0.25e-6 * np.sqrt(2 * count))
    assert_printed(loss + penalty, golden.THREE_LAYER_CONV_NET_LOSS_REG_OBSERVED)
