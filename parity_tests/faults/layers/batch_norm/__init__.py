"""Wrong batch normalisation, by what is wrong with it; each for one of the two classes, which share their text."""

from parity_tests.faults.layers.batch_norm import gradients, running_statistics, statistics

FAULTS: dict[str, tuple[type, ...]] = {
    f"layers.batch_norm.{name}": tuple(
        fault
        for module in (statistics, running_statistics, gradients)
        for fault in module.FAULTS[name]
    )
    for name in ("BatchNorm1d", "BatchNorm2d")
}
