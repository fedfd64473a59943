"""PyTorch twins of ``reference.networks``."""

from torch_impl.networks.fully_connected import FullyConnectedNet
from torch_impl.networks.model_2017 import Model2017
from torch_impl.networks.three_layer_conv_net import ThreeLayerConvNet
from torch_impl.networks.two_conv_net import TwoConvNet
from torch_impl.networks.two_layer_net import TwoLayerNet

BY_NAME = {
    "two_layer_net": TwoLayerNet,
    "fully_connected": FullyConnectedNet,
    "three_layer_conv_net": ThreeLayerConvNet,
    "model_2017": Model2017,
    "two_conv_net": TwoConvNet,
}
