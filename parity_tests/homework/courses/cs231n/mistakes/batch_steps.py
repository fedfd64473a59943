"""Batch normalization in the steps of a student's text; a mistake changes one of them."""

from typing import Any, NamedTuple

import numpy as np

from parity_tests.homework.courses.cs231n import layers


class Kept(NamedTuple):
    """What goes from forward to backward, all of it in rows of one value per channel."""

    xhat: Any
    centred: Any
    std: Any
    gamma: Any
    beta: Any
    given: Any


class Steps:
    """Right, step by step, on rows of one value per channel; a layer says how x becomes such rows."""

    eps: float
    momentum: float
    training: bool

    def rows(self, x: Any) -> Any:
        return x

    def rows_of_dout(self, dy: Any) -> Any:
        return self.rows(dy)

    def back(self, rows: Any, shape: tuple[int, ...]) -> Any:
        return rows.reshape(shape)

    def back_to_out(self, rows: Any, shape: tuple[int, ...]) -> Any:
        return self.back(rows, shape)

    def forward(self, x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any) -> Any:
        rows = self.rows(x)
        state = running_mean, running_var
        mean, var = self.mean(rows), self.var(rows)
        if self.training:
            state = self.tracked(state, rows, mean, var)
            mean, var = self.statistics(state, mean, var)
            centred, std = rows - mean, self.std(var)
        else:
            mean, var = self.statistics_in_test(state, mean, var)
            centred, std = self.centred_in_test(rows, mean), self.std_in_test(var)
            state = self.tracked_in_test(state, rows)
        xhat = centred / std
        out = self.out(xhat, gamma, beta) if self.training else self.out_in_test(xhat, gamma, beta)
        saved = Kept(xhat, centred, std, gamma, beta, rows)
        return self.back_to_out(out, x.shape), *state, saved

    def mean(self, rows: Any) -> Any:
        return rows.mean(axis=0)

    def var(self, rows: Any) -> Any:
        return rows.var(axis=0)

    def std(self, var: Any) -> Any:
        return np.sqrt(var + self.eps)

    def statistics(self, state: Any, mean: Any, var: Any) -> Any:
        return mean, var

    def statistics_in_test(self, state: Any, mean: Any, var: Any) -> Any:
        return state

    def centred_in_test(self, rows: Any, mean: Any) -> Any:
        return rows - mean

    def std_in_test(self, var: Any) -> Any:
        return np.sqrt(var + self.eps)

    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat + beta

    def out_in_test(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat + beta

    def tracked(self, state: Any, rows: Any, mean: Any, var: Any) -> Any:
        old_mean, old_var = state
        return self.moved(old_mean, mean), self.moved(old_var, self.tracked_var(var, len(rows)))

    def tracked_var(self, var: Any, m: int) -> Any:
        return var

    def moved(self, old: Any, new: Any) -> Any:
        return self.momentum * old + (1 - self.momentum) * new

    def tracked_in_test(self, state: Any, rows: Any) -> Any:
        return state

    def backward(self, saved: Any, dy: Any) -> Any:
        rows = self.rows_of_dout(dy)
        dx = self.back(self.dx(saved, rows), dy.shape)
        return self.ordered(dx, self.dgamma(saved, rows), self.dbeta(rows))

    def ordered(self, dx: Any, dgamma: Any, dbeta: Any) -> Any:
        return dx, dgamma, dbeta

    def dgamma(self, saved: Any, rows: Any) -> Any:
        return (rows * saved.xhat).sum(axis=0)

    def dbeta(self, rows: Any) -> Any:
        return rows.sum(axis=0)

    def dx(self, saved: Any, rows: Any) -> Any:
        dxhat = self.dxhat(saved, rows)
        if not self.training:
            return dxhat / saved.std
        inner = self.direct_term(dxhat) - self.mean_term(dxhat) - self.variance_term(dxhat, saved)
        return self.over_std(inner, saved)

    def dxhat(self, saved: Any, rows: Any) -> Any:
        return rows * saved.gamma

    def direct_term(self, dxhat: Any) -> Any:
        return dxhat

    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.mean(axis=0)

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * (dxhat * saved.xhat).mean(axis=0)

    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner / saved.std


class Vectors(Steps, layers.BatchNorm):
    """The rows are x itself."""

    forward = Steps.forward
    backward = Steps.backward

    def right(self) -> "Vectors":
        """The same layer without a mistake."""
        return Vectors(self.eps, self.momentum, self.training)


class Images(Steps, layers.SpatialBatchNorm):
    """A row for every pixel of every sample."""

    forward = Steps.forward
    backward = Steps.backward

    def right(self) -> "Images":
        """The same layer without a mistake."""
        return Images(self.eps, self.momentum, self.training)

    def rows(self, x: Any) -> Any:
        return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])

    def back(self, rows: Any, shape: tuple[int, ...]) -> Any:
        n, c, h, w = shape
        return rows.reshape(n, h, w, c).transpose(0, 3, 1, 2)


class Short(Vectors):
    """dx by the short formula, from dgamma and dbeta: it passes on what is wrong with them."""

    def dx(self, saved: Any, rows: Any) -> Any:
        _, dgamma, dbeta = self.ordered(None, self.dgamma(saved, rows), self.dbeta(rows))
        if not self.training:
            return rows * saved.gamma / saved.std
        n = len(rows)
        return saved.gamma / (n * saved.std) * (n * rows - dbeta - saved.xhat * dgamma)
