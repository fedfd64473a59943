"""Wrong losses."""

from parity_tests.faults.losses import cross_entropy_loss, mse_loss, multiclass_hinge_loss

FAULTS: dict[str, tuple[type, ...]] = {
    pair: implementations
    for module in (cross_entropy_loss, multiclass_hinge_loss, mse_loss)
    for pair, implementations in module.FAULTS.items()
}
INACCURATE = mse_loss.INACCURATE
"""Right but for rounding. In the reference's place such a text allows itself its own errors."""
