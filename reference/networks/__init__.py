"""NumPy networks: chains of the operations of this package."""

from reference.networks.fully_connected import FullyConnectedNet
from reference.networks.model_2017 import Model2017
from reference.networks.three_layer_conv_net import ThreeLayerConvNet
from reference.networks.two_conv_net import TwoConvNet
from reference.networks.two_layer_net import TwoLayerNet

BY_NAME = {
    "two_layer_net": TwoLayerNet,
    "fully_connected": FullyConnectedNet,
    "three_layer_conv_net": ThreeLayerConvNet,
    "model_2017": Model2017,
    "two_conv_net": TwoConvNet,
}
