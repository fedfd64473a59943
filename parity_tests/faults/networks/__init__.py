"""Wrong networks: the operations are right, what is made of them is not."""

from parity_tests.faults.networks import (
    fully_connected,
    model_2017,
    sandwich,
    three_layer_conv_net,
    two_conv_net,
    two_layer_net,
)

FAULTS: dict[str, tuple[type, ...]] = {
    pair: implementations
    for module in (
        two_layer_net,
        fully_connected,
        three_layer_conv_net,
        model_2017,
        two_conv_net,
        sandwich,
    )
    for pair, implementations in module.FAULTS.items()
}
