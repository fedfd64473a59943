"""Wrong layers, one module or package for each operation."""

from parity_tests.faults.layers import (
    avg_pool2d,
    batch_norm,
    conv2d,
    dropout,
    flatten,
    group_norm,
    layer_norm,
    linear,
    max_pool2d,
)

FAULTS: dict[str, tuple[type, ...]] = {
    pair: implementations
    for module in (
        linear,
        conv2d,
        max_pool2d,
        avg_pool2d,
        batch_norm,
        layer_norm,
        group_norm,
        dropout,
        flatten,
    )
    for pair, implementations in module.FAULTS.items()
}
