"""Wrong steps in the backward pass of batch normalization."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.batch_steps import Steps


class NoMeanTerm(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return 0


class NoVarianceTerm(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return 0


class DirectTermDivided(Steps):
    def direct_term(self, dxhat: Any) -> Any:
        return dxhat / len(dxhat)


class StatisticsAreConstants(NoMeanTerm, NoVarianceTerm):
    pass


class MeanTermIsASum(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.sum(axis=0)


class VarianceTermIsASum(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * len(dxhat)


class SumsAreNotDivided(MeanTermIsASum, VarianceTermIsASum):
    pass


class MeanTermOfAll(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.sum() / len(dxhat)


class VarianceTermOfAll(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        total = (dxhat * saved.centred / saved.std**3).sum()
        return saved.xhat * saved.std**2 * total / len(dxhat)


class SumsOfAll(Steps):
    def dx(self, saved: Any, rows: Any) -> Any:
        if not self.training:
            return super().dx(saved, rows)
        dxhat = self.dxhat(saved, rows)
        dvar = -0.5 * (dxhat * saved.centred / saved.std**3).sum()
        dmean = -(dxhat / saved.std).sum()
        return dxhat / saved.std + (2 * saved.centred * dvar + dmean) / len(dxhat)


class VarianceTermHalved(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) / 2


class VarianceTermDoubled(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return super().variance_term(dxhat, saved) * 2


class VarianceTermOfX(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        x = saved.given / saved.std
        return x * (dxhat * x).mean(axis=0)


class VarianceTermAdded(Steps):
    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return -super().variance_term(dxhat, saved)


class MeanTermAdded(Steps):
    def mean_term(self, dxhat: Any) -> Any:
        return -super().mean_term(dxhat)


class NotDividedByStd(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner


class MultipliedByStd(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner * saved.std


class NoEps(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner / np.sqrt((saved.centred**2).mean(axis=0))


class DividedByTheVariance(Steps):
    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner / saved.std**2


class WithoutGamma(Steps):
    def dxhat(self, saved: Any, rows: Any) -> Any:
        return rows


class DgammaWithoutXhat(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return rows.sum(axis=0)


class DgammaAlongTheRow(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * saved.xhat).sum(axis=1)


class DbetaAlongTheRow(Steps):
    def dbeta(self, rows: Any) -> Any:
        return rows.sum(axis=1)


class BothAlongTheRow(DgammaAlongTheRow, DbetaAlongTheRow):
    pass


class DgammaOfCentred(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * saved.centred).sum(axis=0)


class DgammaOfOut(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * (saved.gamma * saved.xhat + saved.beta)).sum(axis=0)


class DgammaTimesGamma(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * saved.xhat).sum(axis=0) * saved.gamma


class DgammaOfAll(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return np.sum(rows * saved.xhat) * np.ones(rows.shape[1])


class DgammaMean(Steps):
    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * saved.xhat).mean(axis=0)


class DbetaMean(Steps):
    def dbeta(self, rows: Any) -> Any:
        return rows.mean(axis=0)


class DbetaOfAll(Steps):
    def dbeta(self, rows: Any) -> Any:
        return rows.sum() * np.ones(rows.shape[1])


class Swapped(Steps):
    def ordered(self, dx: Any, dgamma: Any, dbeta: Any) -> Any:
        return dx, dbeta, dgamma
