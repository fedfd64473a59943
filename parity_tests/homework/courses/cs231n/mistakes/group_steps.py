"""Layer and group normalization in the steps of a student's text; a mistake changes one of them."""

from typing import Any, NamedTuple

import numpy as np

from parity_tests.homework.courses.cs231n import layers


class Kept(NamedTuple):
    """What goes from forward to backward; the first three lie in groups, gamma as it was given."""

    xhat: Any
    centred: Any
    std: Any
    gamma: Any
    beta: Any
    given: Any


class Steps:
    """Right, step by step; a layer says which axes a group and which a parameter's gradient runs over."""

    eps: float
    along: Any = -1
    parameters: Any = 0

    def groups(self, x: Any) -> Any:
        return x

    def groups_of_dout(self, dy: Any) -> Any:
        return self.groups(dy)

    def back(self, groups: Any, shape: tuple[int, ...]) -> Any:
        return groups.reshape(shape)

    def forward(self, x: Any, gamma: Any, beta: Any) -> Any:
        groups = self.groups(x)
        centred = groups - self.mean(groups)
        std = self.std(self.var(groups))
        xhat = centred / std
        out = self.out(self.back(xhat, x.shape), gamma, beta)
        return out, Kept(xhat, centred, std, gamma, beta, groups)

    def mean(self, groups: Any) -> Any:
        return groups.mean(axis=self.along, keepdims=True)

    def var(self, groups: Any) -> Any:
        return groups.var(axis=self.along, keepdims=True)

    def std(self, var: Any) -> Any:
        return np.sqrt(var + self.eps)

    def out(self, xhat: Any, gamma: Any, beta: Any) -> Any:
        return gamma * xhat + beta

    def backward(self, saved: Any, dy: Any) -> Any:
        dx = self.back(self.dx(saved, dy), dy.shape)
        return self.ordered(dx, self.dgamma(saved, dy), self.dbeta(dy))

    def ordered(self, dx: Any, dgamma: Any, dbeta: Any) -> Any:
        return dx, dgamma, dbeta

    def summed(self, x: Any) -> Any:
        return x.sum(axis=self.parameters, keepdims=x.ndim == 4)

    def dgamma(self, saved: Any, dy: Any) -> Any:
        return self.summed(dy * self.back(saved.xhat, dy.shape))

    def dbeta(self, dy: Any) -> Any:
        return self.summed(dy)

    def dx(self, saved: Any, dy: Any) -> Any:
        dxhat = self.groups_of_dout(self.dxhat(saved, dy))
        inner = self.direct_term(dxhat) - self.mean_term(dxhat) - self.variance_term(dxhat, saved)
        return self.over_std(inner, saved)

    def dxhat(self, saved: Any, dy: Any) -> Any:
        return dy * saved.gamma

    def direct_term(self, dxhat: Any) -> Any:
        return dxhat

    def mean_term(self, dxhat: Any) -> Any:
        return dxhat.mean(axis=self.along, keepdims=True)

    def variance_term(self, dxhat: Any, saved: Any) -> Any:
        return saved.xhat * (dxhat * saved.xhat).mean(axis=self.along, keepdims=True)

    def over_std(self, inner: Any, saved: Any) -> Any:
        return inner / saved.std


class Rows(Steps, layers.LayerNorm):
    """A group is a row."""

    forward = Steps.forward
    backward = Steps.backward

    def right(self) -> "Rows":
        """The same layer without a mistake."""
        return Rows(self.eps)


class Groups(Steps, layers.SpatialGroupNorm):
    """A group is the last three axes of (N, G, C / G, H, W)."""

    along = (2, 3, 4)
    parameters = (0, 2, 3)
    forward = Steps.forward
    backward = Steps.backward

    def right(self) -> "Groups":
        """The same layer without a mistake."""
        return Groups(self.num_groups, self.eps)

    def groups(self, x: Any) -> Any:
        n, c, h, w = x.shape
        return x.reshape(n, self.num_groups, c // self.num_groups, h, w)
