"""Wrong activations."""

from parity_tests.faults.activations import (
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from parity_tests.faults.activations.sigmoid import SigmoidSignFlipped as SigmoidSignFlipped
from parity_tests.faults.activations.softmax import SoftmaxZeroGradient as SoftmaxZeroGradient
from parity_tests.faults.activations.tanh import TanhReturnsFloat64 as TanhReturnsFloat64
from parity_tests.faults.activations.tanh import TanhWritesIntoDy as TanhWritesIntoDy

FAULTS: dict[str, tuple[type, ...]] = {
    pair: implementations
    for module in (relu, leaky_relu, sigmoid, tanh, softmax, log_softmax)
    for pair, implementations in module.FAULTS.items()
}
