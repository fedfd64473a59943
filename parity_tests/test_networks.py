"""Networks as chains: names, shapes, first values, and gradients against the slope of the forward."""

from typing import Any

import numpy as np
import pytest
import torch

import torch_impl.networks.fully_connected
import torch_impl.networks.model_2017
import torch_impl.networks.sandwich
import torch_impl.networks.three_layer_conv_net
import torch_impl.networks.two_conv_net
import torch_impl.networks.two_layer_net
from parity_tests.training.handover import to_torch
from reference import networks
from reference.networks import sandwich
from reference.networks.chain import Chain

IMAGE = (2, 6, 5)
CONV = {"input_dim": IMAGE, "num_filters": 3, "filter_size": 3, "hidden_dim": 7, "num_classes": 4}
DEEP = {"hidden_dims": (7, 5), "input_dim": 6, "num_classes": 4}
WINDOW = {"c_in": 2, "c_out": 3, "kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 0)}

CASES: list[tuple[type[Chain], dict[str, Any], tuple[int, ...]]] = [
    (networks.TwoLayerNet, {"input_dim": 6, "hidden_dim": 5, "num_classes": 4}, (2, 3)),
    (networks.FullyConnectedNet, DEEP, (6,)),
    (networks.FullyConnectedNet, {**DEEP, "hidden_dims": ()}, (6,)),
    (networks.FullyConnectedNet, {**DEEP, "normalization": "batch", "dropout": 0.25}, (2, 3)),
    (networks.FullyConnectedNet, {**DEEP, "normalization": "layer", "dropout": 0.5}, (6,)),
    (networks.ThreeLayerConvNet, CONV, IMAGE),
    (networks.Model2017, CONV, IMAGE),
    (
        networks.TwoConvNet,
        {"input_dim": IMAGE, "channel_1": 3, "channel_2": 2, "num_classes": 4},
        IMAGE,
    ),
    (sandwich.LinearReLU, {"d_in": 6, "d_out": 4}, (2, 3)),
    (sandwich.LinearNormReLU, {"d_in": 6, "d_out": 4}, (6,)),
    (sandwich.LinearNormReLU, {"d_in": 6, "d_out": 4, "normalization": "layer"}, (6,)),
    (sandwich.ConvReLU, WINDOW, IMAGE),
    (sandwich.ConvNormReLU, WINDOW, IMAGE),
    (sandwich.ConvReLUPool, {**WINDOW, "pool_size": (2, 1), "pool_stride": (1, 1)}, IMAGE),
]
every_network = pytest.mark.parametrize(
    ("cls", "options", "features"), CASES, ids=lambda value: getattr(value, "__name__", "")
)


def twin_of(cls: type[Chain], options: dict[str, Any]) -> torch.nn.Module:
    module = cls.__module__.replace("reference", "torch_impl", 1)
    *_, leaf = module.split(".")
    return getattr(getattr(torch_impl.networks, leaf), cls.__name__)(**options)


def draw_arrays(network: Chain, n: int) -> dict[str, np.ndarray]:
    """Arrays far from their first values, so that no gradient is small by accident."""
    rng = np.random.default_rng(1)
    arrays = network.init(rng) | network.draw_masks(rng, n)
    for name, array in arrays.items():
        if array.dtype == np.float64:
            arrays[name] = rng.uniform(0.5, 1.5, array.shape) * rng.choice([-1, 1], array.shape)
        if name.endswith("running_var"):
            arrays[name] = np.abs(arrays[name])
    return arrays


@every_network
def test_names_and_shapes_are_those_of_the_twins_state_dict(cls, options, features):
    network, state = cls(**options), twin_of(cls, options).state_dict()
    kept = {name: shape for name, shape in network.shapes(3).items() if "mask" not in name}
    assert kept == {name: tuple(tensor.shape) for name, tensor in state.items()}
    assert list(kept) == list(state)


@every_network
def test_first_values_load_into_the_twin(cls, options, features):
    network, twin = cls(**options), twin_of(cls, options).double()
    twin.load_state_dict(to_torch(network.init(np.random.default_rng(0))), strict=True)
    biases = [tensor for name, tensor in twin.state_dict().items() if name.endswith("bias")]
    assert all((bias == 0).all() for bias in biases)
    decayed = {
        name for name, p in twin.named_parameters() if name.endswith("weight") and p.ndim > 1
    }
    assert set(network.decayed) == decayed


@every_network
@pytest.mark.parametrize("training", [True, False])
def test_gradients_are_the_slope_of_the_forward(cls, options, features, training):
    """Along one random direction for x and one for each parameter, in long double."""
    network, rng = cls(**options, training=training), np.random.default_rng(2)
    arrays = draw_arrays(network, 4) | {"x": rng.standard_normal((4, *features))}
    y, _, saved = forward(network, arrays)
    dy = rng.standard_normal(y.shape)
    dx, gradients = network.backward(saved, dy)
    parameters = [name for name, _ in twin_of(cls, options).named_parameters()]
    assert sorted(gradients) == sorted(parameters)
    for name, gradient in {**gradients, "x": dx}.items():
        direction = rng.standard_normal(gradient.shape)
        slope = slope_along(network, arrays, name, direction, dy)
        scale = float(np.abs(gradient * direction).sum()) + 1.0
        assert abs(float((gradient * direction).sum()) - slope) < 1e-9 * scale, name


def forward(network: Chain, arrays: dict[str, np.ndarray]) -> Any:
    return network.forward(arrays["x"], arrays)


def slope_along(
    network: Chain, arrays: dict[str, np.ndarray], name: str, direction: np.ndarray, dy: np.ndarray
) -> float:
    step = np.longdouble(2) ** -20
    exact = {
        key: array.astype(np.longdouble) if array.dtype == np.float64 else array
        for key, array in arrays.items()
    }
    ahead, _, _ = forward(network, exact | {name: exact[name] + step * direction})
    behind, _, _ = forward(network, exact | {name: exact[name] - step * direction})
    return float((dy * (ahead - behind)).sum() / (2 * step))


@every_network
def test_the_gradients_alone_are_those_of_backward(cls, options, features):
    network = cls(**options)
    arrays = draw_arrays(network, n=4)
    y, _, saved = network.forward(np.random.default_rng(2).standard_normal((4, *features)), arrays)
    dy = np.random.default_rng(3).standard_normal(y.shape)
    _, both = network.backward(saved, dy)
    alone = network.gradients(saved, dy)
    assert alone.keys() == both.keys()
    assert all(alone[name].tobytes() == both[name].tobytes() for name in both)


@pytest.mark.parametrize(("given", "gain"), [({}, 2**0.5), ({"gain": 0.25}, 0.25)])
def test_without_a_scale_the_deviation_is_the_gain_by_the_root_of_the_fan_in(given, gain):
    arrays = networks.TwoConvNet().init(np.random.default_rng(0), None, **given)
    for name, fan_in in (("conv1.weight", 75), ("conv2.weight", 288), ("linear3.weight", 16384)):
        assert abs(arrays[name].std() * fan_in**0.5 / gain - 1) < 5 / arrays[name].size ** 0.5
    assert not arrays["conv1.bias"].any()


def test_running_statistics_go_out_under_their_names():
    network = networks.Model2017(**CONV)
    arrays = draw_arrays(network, 3)
    x = np.random.default_rng(0).standard_normal((3, *IMAGE))
    _, new_state, _ = network.forward(x, arrays)
    assert list(new_state) == ["bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"]
    assert new_state["bn1.num_batches_tracked"] == arrays["bn1.num_batches_tracked"] + 1


def test_weights_are_drawn_layer_by_layer_for_every_dtype():
    network = networks.TwoLayerNet(input_dim=3, hidden_dim=2, num_classes=2)
    drawn = np.random.default_rng(5).standard_normal(10) * 0.5
    for dtype in (np.float32, np.float64):
        arrays = network.init(np.random.default_rng(5), weight_scale=0.5, dtype=dtype)
        weights = np.concatenate([arrays[name].ravel() for name in network.decayed])
        np.testing.assert_array_equal(weights, drawn.astype(dtype))
        assert weights.dtype == dtype


def test_a_missing_parameter_is_named():
    network = networks.TwoLayerNet(input_dim=3, hidden_dim=2, num_classes=2)
    with pytest.raises(KeyError, match=r"linear1\.weight"):
        network.forward(np.ones((1, 3)), {})
