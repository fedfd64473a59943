"""Wrong steps in the forward pass of layer and group normalization, and wrong ways of making groups."""

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
        var = groups.var(axis=self.along, keepdims=True)
        size = groups.size // var.size
        return var * size / (size - 1)  # ddof=1 warns of a group of one value


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


class MeanOverEverything(Steps):
    def mean(self, groups: Any) -> Any:
        return groups.mean()


class VarianceOverEverything(Steps):
    def var(self, groups: Any) -> Any:
        return groups.var()


class MeanSharedInTheBatch(Steps):
    def mean(self, groups: Any) -> Any:
        return groups.mean(axis=(0, 2, 3, 4), keepdims=True)


def with_own_eps(eps: float) -> type[Steps]:
    """Whatever stands in ln_param or gn_param."""

    def std(self: Steps, var: Any) -> Any:
        return np.sqrt(var + eps)

    return type("WithOwnEps", (Steps,), {"std": std})
