"""Wrong steps in the forward pass of batch normalization: statistics, scale, running averages."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.batch_steps import Steps


class EpsOutsideInTraining(Steps):
    def std(self, var: Any) -> Any:
        return np.sqrt(var) + self.eps


class EpsOutsideInTest(Steps):
    def std_in_test(self, var: Any) -> Any:
        return np.sqrt(var) + self.eps


class EpsOutside(EpsOutsideInTraining, EpsOutsideInTest):
    pass


class NoEpsInTraining(Steps):
    def std(self, var: Any) -> Any:
        return np.sqrt(var)


class NoEpsInTest(Steps):
    def std_in_test(self, var: Any) -> Any:
        return np.sqrt(var)


class NoEps(NoEpsInTraining, NoEpsInTest):
    pass


class NoRootInTraining(Steps):
    def std(self, var: Any) -> Any:
        return var + self.eps


class NoRootInTest(Steps):
    def std_in_test(self, var: Any) -> Any:
        return var + self.eps


class NoRoot(NoRootInTraining, NoRootInTest):
    pass


class NotScaledInTest(Steps):
    def out_in_test(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return xhat


class NoGammaInTest(Steps):
    def out_in_test(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return xhat + beta


class NoBetaInTest(Steps):
    def out_in_test(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat


class NotScaledInTraining(Steps):
    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return xhat


class NoBetaInTraining(Steps):
    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat


class NotCentredInTest(Steps):
    def centred_in_test(self, rows: Any, mean: Any) -> Any:
        return rows


class NotNormalizedInTest(Steps):
    def centred_in_test(self, rows: Any, mean: Any) -> Any:
        return rows

    def std_in_test(self, var: Any) -> Any:
        return 1


class PassesXInTest(NotNormalizedInTest, NotScaledInTest):
    pass


class RunningAveragesInTraining(Steps):
    def statistics(self, state: Any, mean: Any, var: Any) -> Any:
        return state


class BatchStatisticsInTest(Steps):
    def statistics_in_test(self, state: Any, mean: Any, var: Any) -> Any:
        return mean, var


class UpdatesInTest(Steps):
    def tracked_in_test(self, state: Any, rows: Any) -> Any:
        return self.tracked(state, rows, self.mean(rows), self.var(rows))


class TracksTheDeviation(Steps):
    def tracked_var(self, var: Any, m: int) -> Any:
        return np.sqrt(var)


class TracksTheDeviationWithEps(Steps):
    def tracked_var(self, var: Any, m: int) -> Any:
        return np.sqrt(var + self.eps)


class TracksVarianceAndEps(Steps):
    def tracked_var(self, var: Any, m: int) -> Any:
        return var + self.eps


class EpsTwice(TracksVarianceAndEps):
    def std(self, var: Any) -> Any:
        return np.sqrt(var + 2 * self.eps)


class TracksUnbiased(Steps):
    def tracked_var(self, var: Any, m: int) -> Any:
        return var * m / (m - 1)


class Unbiased(Steps):
    def var(self, rows: Any) -> Any:
        return rows.var(axis=0) * len(rows) / (len(rows) - 1)  # ddof=1 warns of a single row


class TracksTheMeanTwice(Steps):
    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        return super().tracked(state, rows, mean, mean)


class MomentumReversed(Steps):
    def moved(self, old: Any, new: Any) -> Any:
        return (1 - self.momentum) * old + self.momentum * new


class KeepsTheLastBatch(Steps):
    def moved(self, old: Any, new: Any) -> Any:
        return new


class NewNotWeighted(Steps):
    def moved(self, old: Any, new: Any) -> Any:
        return self.momentum * old + new


class NeverStored(Steps):
    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        return state


class MeanNeverStored(Steps):
    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        return state[0], super().tracked(state, rows, mean, var)[1]


class VarianceNeverStored(Steps):
    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        return super().tracked(state, rows, mean, var)[0], state[1]


class StoredTheOtherWayRound(Steps):
    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        return super().tracked(state, rows, mean, var)[::-1]


class OfEachRow(Steps):
    def mean(self, rows: Any) -> Any:
        return rows.mean(axis=1, keepdims=True)

    def var(self, rows: Any) -> Any:
        return rows.var(axis=1, keepdims=True)


class SquaresNotCentred(Steps):
    def var(self, rows: Any) -> Any:
        return (rows**2).mean(axis=0)


class MeanOfAll(Steps):
    def mean(self, rows: Any) -> Any:
        return np.full(rows.shape[1], rows.mean())


class VarianceOfAll(Steps):
    def var(self, rows: Any) -> Any:
        return np.full(rows.shape[1], rows.var())


class StatisticsOfAll(MeanOfAll, VarianceOfAll):
    pass


def with_own_eps(eps: float) -> type[Steps]:
    """Whatever stands in bn_param."""

    def std(self: Steps, var: Any) -> Any:
        return np.sqrt(var + eps)

    return type("WithOwnEps", (Steps,), {"std": std, "std_in_test": std})


def with_own_momentum(momentum: float) -> type[Steps]:
    """Whatever stands in bn_param."""

    def moved(self: Steps, old: Any, new: Any) -> Any:
        return momentum * old + (1 - momentum) * new

    return type("WithOwnMomentum", (Steps,), {"moved": moved})
