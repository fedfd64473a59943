"""Wrong steps of layer and group normalization."""

import math
from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.group_steps import Groups, Steps


class EpsOutside(Steps):
    def std(self, var: Any) -> Any:
        return np.sqrt(var) + self.eps


class NoEps(Steps):
    def std(self, var: Any) -> Any:
        return np.sqrt(var)


class NoRoot(Steps):
    def std(self, var: Any) -> Any:
        return var + self.eps


class Unbiased(Steps):
    def var(self, groups: Any) -> Any:
        return groups.var(axis=self.along, keepdims=True, ddof=1)


class NotScaled(Steps):
    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return xhat


class NoBeta(Steps):
    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat


class OverTheBatch(Steps):
    def mean(self, groups: Any) -> Any:
        return groups.mean(axis=0, keepdims=True)

    def var(self, groups: Any) -> Any:
        return groups.var(axis=0, keepdims=True)


class MeanOverTheBatch(Steps):
    def mean(self, groups: Any) -> Any:
        return groups.mean(axis=0, keepdims=True)


class VarianceOverTheBatch(Steps):
    def var(self, groups: Any) -> Any:
        return groups.var(axis=0, keepdims=True)


class OverEverything(Steps):
    def mean(self, groups: Any) -> Any:
        return groups.mean() * np.ones((len(groups), *[1] * (groups.ndim - 1)))

    def var(self, groups: Any) -> Any:
        return groups.var() * np.ones((len(groups), *[1] * (groups.ndim - 1)))


class MeansOverTheBatch(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.mean(axis=0, keepdims=True)

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * (dxhat * saved.xhat).mean(axis=0, keepdims=True)


class MeanTermOverTheBatch(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.mean(axis=0, keepdims=True)


class VarianceTermOverTheBatch(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * (dxhat * saved.xhat).mean(axis=0, keepdims=True)


class SumsOverTheBatch(MeansOverTheBatch):
    """Summed over the batch, and divided by the length of a row."""

    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) * len(dxhat) / dxhat.shape[1]

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * len(dxhat) / dxhat.shape[1]


class MeanSumOverTheBatch(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.sum(axis=0) / dxhat.shape[1]


class VarianceSumOverTheBatch(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * (dxhat * saved.xhat).sum(axis=0) / dxhat.shape[1]


class DividesByTheBatchSize(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) * math.prod(_inside(dxhat)) / len(dxhat)

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * math.prod(_inside(dxhat)) / len(dxhat)


class CountsEverythingInASample(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) / dxhat.shape[1]

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) / dxhat.shape[1]


class CountsChannelsOnly(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) * math.prod(dxhat.shape[3:])

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * math.prod(dxhat.shape[3:])


class CountsPixelsOnly(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) * dxhat.shape[2]

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * dxhat.shape[2]


class CountsWithTheBatch(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) / len(dxhat)

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) / len(dxhat)


class NoMeanTerm(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return 0


class NoVarianceTerm(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return 0


class StatisticsAreConstants(NoMeanTerm, NoVarianceTerm):
    pass


class VarianceTermAdded(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return -super().variance_term(dxhat, saved)


class VarianceTermOfX(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        x = saved.given / saved.std
        return x * (dxhat * x).mean(axis=self.along, keepdims=True)


class GammaOutside(Steps):
    def dx(self, saved: Any, dy: Any) -> Any:
        dx = super().dx(saved._replace(gamma=1), dy)
        return self.back(dx, dy.shape) * saved.gamma


class WithoutGamma(Steps):
    def dxhat(self, saved: Any, dy: Any) -> Any:
        return dy


class NotDividedByStd(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner


class MultipliedByStd(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner * saved.std


class DgammaOfCentred(Steps):
    def dgamma(self, saved: Any, dy: Any) -> Any:
        return self.summed(dy * self.back(saved.centred, dy.shape))


class DgammaOfOut(Steps):
    def dgamma(self, saved: Any, dy: Any) -> Any:
        out = saved.gamma * self.back(saved.xhat, dy.shape) + saved.beta
        return self.summed(dy * out)


class DgammaTimesGamma(Steps):
    def dgamma(self, saved: Any, dy: Any) -> Any:
        return super().dgamma(saved, dy) * saved.gamma


class DgammaMean(Steps):
    def dgamma(self, saved: Any, dy: Any) -> Any:
        return super().dgamma(saved, dy) * np.size(saved.gamma) / dy.size


class DbetaMean(Steps):
    def dbeta(self, dy: Any) -> Any:
        return super().dbeta(dy) * dy.shape[1] / dy.size


class BothAlongTheRow(Steps):
    def summed(self, x: Any) -> Any:
        return x.sum(axis=1)


class BothOverTheBatchAlone(Steps):
    def summed(self, x: Any) -> Any:
        return x.sum(axis=0)


class Swapped(Steps):
    def ordered(self, dx: Any, dgamma: Any, dbeta: Any) -> Any:
        return dx, dbeta, dgamma


class EachChannel(Steps):
    along = (3, 4)


class EachPixel(Steps):
    along = 2


class EachGroupOverTheBatch(Steps):
    along = (0, 2, 3, 4)


class AllGroups(Steps):
    along = (1, 2, 3, 4)


class NumberForSize(Steps):
    def groups(self, x: Any) -> Any:
        n, c, h, w = x.shape
        return x.reshape(n, c // self.num_groups, self.num_groups, h, w)  # type: ignore[attr-defined]


class Interleaved(Steps):
    def groups(self, x: Any) -> Any:
        n, c, h, w = x.shape
        number: int = self.num_groups  # type: ignore[attr-defined]
        return x.reshape(n, c // number, number, h, w).swapaxes(1, 2)

    def back(self, groups: Any, shape: tuple[int, ...]) -> Any:
        return groups.swapaxes(1, 2).reshape(shape) if groups.ndim == 5 else groups.reshape(shape)


class InterleavedAndNotPutBack(Interleaved):
    def back(self, groups: Any, shape: tuple[int, ...]) -> Any:
        return groups.reshape(shape)


class InterleavedInForward(Interleaved):
    """xhat lies in the right order again, and the backward pass takes its groups from there."""

    def backward(self, saved: Any, dy: Any) -> Any:
        right = Groups(self.num_groups, self.eps)  # type: ignore[attr-defined]
        xhat, centred = (right.groups(self.back(a, dy.shape)) for a in (saved.xhat, saved.centred))
        return right.backward(saved._replace(xhat=xhat, centred=centred), dy)


class InterleavedInBackward(Steps):
    """xhat lies in the right order, and the backward pass takes other groups from there."""

    def backward(self, saved: Any, dy: Any) -> Any:
        wrong: Any = type("Wrong", (Interleaved, Groups), {})(self.num_groups, self.eps)  # type: ignore[attr-defined]
        xhat, centred = (wrong.groups(self.back(a, dy.shape)) for a in (saved.xhat, saved.centred))
        return wrong.backward(saved._replace(xhat=xhat, centred=centred), dy)


class Squeezed(Steps):
    """The statistics lose every axis of length 1 and do not fit again."""

    def std(self, var: Any) -> Any:
        return np.sqrt(var.squeeze() + self.eps)[..., None, None, None]


def _inside(groups: Any) -> tuple[int, ...]:
    """Sizes of what one mean runs over."""
    return groups.shape[1:] if groups.ndim == 2 else groups.shape[2:]  # type: ignore[no-any-return]
