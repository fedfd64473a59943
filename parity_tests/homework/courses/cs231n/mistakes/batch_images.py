"""Wrong ways of making images rows of one value per channel, and rows images."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n.mistakes.batch_steps import Steps


class Untransposed(Steps):
    def rows(self, x: Any) -> Any:
        return x.reshape(-1, x.shape[1])

    def back(self, rows: Any, shape: tuple[int, ...]) -> Any:
        return rows.reshape(shape)


class UntransposedOnTheWayIn(Steps):
    """Forward, and put back with a transpose that does not undo it."""

    def rows(self, x: Any) -> Any:
        return x.reshape(-1, x.shape[1])

    def rows_of_dout(self, dy: Any) -> Any:
        return super().rows(dy)


class UntransposedDout(Steps):
    def rows_of_dout(self, dy: Any) -> Any:
        return dy.reshape(-1, dy.shape[1])


class UntransposedDoutAndDx(UntransposedDout):
    def backward(self, saved: Any, dy: Any) -> Any:
        _, dgamma, dbeta = super().backward(saved, dy)
        return self.dx(saved, self.rows_of_dout(dy)).reshape(dy.shape), dgamma, dbeta


class ChannelsFirst(Steps):
    def rows(self, x: Any) -> Any:
        return x.swapaxes(0, 1).reshape(-1, x.shape[1])


class OutByColumns(Steps):
    def back_to_out(self, rows: Any, shape: tuple[int, ...]) -> Any:
        return _by_columns(rows, shape)


class DxByColumns(Steps):
    def backward(self, saved: Any, dy: Any) -> Any:
        _, dgamma, dbeta = super().backward(saved, dy)
        return _by_columns(self.dx(saved, self.rows_of_dout(dy)), dy.shape), dgamma, dbeta


def _by_columns(rows: Any, shape: tuple[int, ...]) -> Any:
    n, c, h, w = shape
    return rows.reshape(n, w, h, c).transpose(0, 3, 2, 1)


class OutNotTransposedBack(Steps):
    def back_to_out(self, rows: Any, shape: tuple[int, ...]) -> Any:
        return rows.reshape(shape)


class DxNotTransposedBack(Steps):
    def backward(self, saved: Any, dy: Any) -> Any:
        _, dgamma, dbeta = super().backward(saved, dy)
        return self.dx(saved, self.rows(dy)).reshape(dy.shape), dgamma, dbeta


class DividesByTheBatchSize(Steps):
    def backward(self, saved: Any, dy: Any) -> Any:
        self_n = len(dy)
        _, dgamma, dbeta = super().backward(saved, dy)
        rows = self.rows_of_dout(dy)
        dxhat, share = self.dxhat(saved, rows), len(rows) / self_n
        inner = dxhat - (self.mean_term(dxhat) + self.variance_term(dxhat, saved)) * share
        return self.back(self.over_std(inner, saved), dy.shape), dgamma, dbeta


class StatisticsOfEachPixel(Steps):
    def forward(self, x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any) -> Any:
        out, mean, var, saved = super().forward(x, gamma, beta, running_mean, running_var)
        if self.training:
            xhat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + self.eps)
            out = gamma[:, None, None] * xhat + beta[:, None, None]
        return out, mean, var, saved
