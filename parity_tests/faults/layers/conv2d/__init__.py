"""Wrong convolutions, by what is wrong with them."""

from parity_tests.faults.layers.conv2d import geometry, weights

FAULTS: dict[str, tuple[type, ...]] = {"layers.conv2d": (*geometry.FAULTS, *weights.FAULTS)}
