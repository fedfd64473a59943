"""A small submission, in files and in words of its own."""

LAYERS = '''import numpy as np

def affine_forward(x, w, b):
    """We keep it short.

    Inputs: x
    """
    return x @ w + b, (x, w, b)

def affine_backward(dout, cache): return dout

def relu_forward(x): return np.maximum(x, 0), x
def relu_backward(dout, cache): return dout * (cache > 0)
def _private(): pass
'''
FC_NET = '''
import numpy as np
from {layers} import *
from {layer_utils} import *

class TwoLayerNet(object):
    """A net."""
    def __init__(self, input_dim=3, reg=0.0, dtype=np.float32, hidden=(1, 2)): self.params = {{}}
    def loss(self, X, y=None): return affine_relu_forward(X, np.eye(2), np.zeros(2))[0]
'''
PACKAGE = {
    "cs231n/layers.py": LAYERS,
    "cs231n/classifiers/fc_net.py": FC_NET.format(
        layers="cs231n.layers", layer_utils="cs231n.layer_utils"
    ),
}
RELATIVE = {
    **PACKAGE,
    "cs231n/classifiers/fc_net.py": FC_NET.format(layers="..layers", layer_utils="..layer_utils"),
}
FUNCTIONS = [
    f"cs231n.layers:{layer}_{way}"
    for layer in ("affine", "relu")
    for way in ("forward", "backward")
]
NET = "cs231n.classifiers.fc_net:TwoLayerNet"


def moved(files: dict[str, str], folder: str) -> dict[str, str]:
    """The same files below a folder."""
    return {f"{folder}/{name}": text for name, text in files.items()}
