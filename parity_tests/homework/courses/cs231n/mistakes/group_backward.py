"""Wrong steps in the backward pass of layer and group normalization."""

import math
from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.group_steps import Steps


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


class SumsAreNotDivided(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return super().mean_term(dxhat) * math.prod(_inside(dxhat))

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * math.prod(_inside(dxhat))


class DirectTermDivided(Steps):
    def direct_term(self, dxhat: Any) -> Any:
        return dxhat / math.prod(_inside(dxhat))


class MeanTermOfAll(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.sum() / math.prod(_inside(dxhat))


class TermsOverTheGroups(Steps):
    """Summed over the groups, and divided by the size of one."""

    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.sum(axis=1, keepdims=True) / math.prod(_inside(dxhat))

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * self.mean_term(dxhat * saved.xhat)


class CentredForXhat(Steps):
    def backward(self, saved: Any, dy: Any) -> Any:
        return super().backward(saved._replace(xhat=saved.centred), dy)


class NoEps(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner / np.sqrt((saved.centred**2).mean(axis=self.along, keepdims=True))


class DgammaWithoutXhat(Steps):
    def dgamma(self, saved: Any, dy: Any) -> Any:
        return self.summed(dy)


class BothOverPixelsAlone(Steps):
    def summed(self, x: Any) -> Any:
        return x.sum(axis=(2, 3), keepdims=True)


class BothOfEachGroup(Steps):
    """As layer normalization of N G rows gives them, in one row."""

    def summed(self, x: Any) -> Any:
        return self.groups(x).sum(axis=self.along).reshape(1, -1, 1, 1)


def _inside(groups: Any) -> tuple[int, ...]:
    """Sizes of what one mean runs over."""
    return groups.shape[1:] if groups.ndim == 2 else groups.shape[2:]  # type: ignore[no-any-return]
