"""Batch normalisation with wrong running statistics."""

from typing import Any

import numpy as np

from parity_tests.faults.layers.batch_norm.statistics import affine
from parity_tests.faults.layers.truth import truth_of
from reference.layers.batch_norm import BatchNorm1d, BatchNorm2d, spread, values_per_channel


class BatchNormBiasedRunningVariance(BatchNorm2d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        m = values_per_channel(x)
        if self.training and var is not None and m > 1:
            share = 1 / float(count) if self.momentum is None else self.momentum
            old = (1 - share) * running[1]
            var = old + (var - old) * ((m - 1) / m)
        return y, mean, var, count, saved


class BatchNormRunningStandardDeviation(BatchNorm1d):
    """``running_var`` is fed the root of the variance."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        if self.training and var is not None and len(x):
            share = 1 / float(count) if self.momentum is None else self.momentum
            var = (1 - share) * running[1] + share / saved.inv_std
        return y, mean, var, count, saved


class BatchNormMomentumReversed(BatchNorm1d):
    """running = momentum running + (1 - momentum) batch, as in CS231n."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        momentum = None if self.momentum is None else 1 - self.momentum
        return truth_of(self, momentum=momentum).forward(x, weight, bias, *running)


class BatchNormForgetsToUpdate(BatchNorm2d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        return y, (None if mean is None else running[0]), var, count, saved


class BatchNormUpdatesInPlace(BatchNorm1d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        if mean is not None:
            running[0][...] = mean
            mean = running[0]
        return y, mean, var, count, saved


class BatchNormUpdatesInEvaluation(BatchNorm1d):
    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        y, *state, saved = super().forward(x, weight, bias, *running)
        if not self.training and values_per_channel(x) > 1:
            _, *state, _ = truth_of(self, training=True).forward(x, weight, bias, *running)
        return y, *state, saved


class BatchNormTrainsOnRunningStatistics(BatchNorm2d):
    """Normalises a training batch by the statistics that it has just updated."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        if self.training and mean is not None:
            x_hat = (x - spread(mean, x)) / spread(np.sqrt(var + self.eps), x)
            y = affine(x_hat, weight, bias)
        return y, mean, var, count, saved


class BatchNormCountsNoBatches(BatchNorm2d):
    """Right but for ``num_batches_tracked``."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        return y, mean, var, (None if count is None else running[2]), saved


class BatchNormAveragesOverOneBatchTooMany(BatchNorm1d):
    """``momentum=None`` with a share of 1 / (count + 1), counted before and after."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        if self.momentum is None and self.training and count is not None:
            late = truth_of(self, momentum=1 / (float(count) + 1))
            _, mean, var, *_ = late.forward(x, weight, bias, *running)
        return y, mean, var, count, saved


class BatchNormMomentumOrDefault(BatchNorm2d):
    """``momentum or 0.1``: 0 and None become the default."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        return truth_of(self, momentum=self.momentum or 0.1).forward(x, weight, bias, *running)


class BatchNormPoisonedByAnEmptyBatch(BatchNorm1d):
    """The mean of nothing is NaN, and so are the running statistics from then on."""

    def forward(self, x: Any, weight: Any = None, bias: Any = None, *running: Any) -> Any:
        right: Any = super().forward(x, weight, bias, *running)
        y, mean, var, count, saved = right
        if self.training and mean is not None and len(x) == 0:
            mean, var = mean * np.nan, var * np.nan
        return y, mean, var, count, saved


FAULTS: dict[str, tuple[type, ...]] = {
    "BatchNorm1d": (
        BatchNormRunningStandardDeviation,
        BatchNormMomentumReversed,
        BatchNormUpdatesInPlace,
        BatchNormUpdatesInEvaluation,
        BatchNormAveragesOverOneBatchTooMany,
        BatchNormPoisonedByAnEmptyBatch,
    ),
    "BatchNorm2d": (
        BatchNormBiasedRunningVariance,
        BatchNormForgetsToUpdate,
        BatchNormTrainsOnRunningStatistics,
        BatchNormCountsNoBatches,
        BatchNormMomentumOrDefault,
    ),
}
