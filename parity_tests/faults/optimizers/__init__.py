"""Wrong optimizers."""

from parity_tests.faults.optimizers import adagrad, adam, adamw, rmsprop, sgd

FAULTS: dict[str, tuple[type, ...]] = {
    pair: implementations
    for module in (sgd, adagrad, rmsprop, adam, adamw)
    for pair, implementations in module.FAULTS.items()
}
