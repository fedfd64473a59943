"""Update rules as they go wrong; each step of a rule is a method that a mistake changes."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import update_rules
from parity_tests.homework.courses.cs231n.mistakes.hyper_parameters import of_hyper_parameters
from parity_tests.homework.task import Mistake


class GoesUphill(update_rules.SGD):
    def _step(self, w: Any, dw: Any, config: Any) -> Any:
        return super()._step(w, -dw, config)


class NoRate(update_rules.SGD):
    def _step(self, w: Any, dw: Any, config: Any) -> Any:
        return w - dw, config


def _ready(config: Any, w: Any, **defaults: Any) -> Any:
    zeros = {name: np.zeros_like(w) for name in ("velocity", "cache", "m", "v")}
    return zeros | defaults | config


class Momentum(update_rules.SGDMomentum):
    """Right, step by step."""

    def _step(self, w: Any, dw: Any, config: Any) -> Any:
        config = _ready(config, w, learning_rate=1e-2, momentum=0.9)
        v = self.velocity(config["velocity"], dw, config["learning_rate"], config["momentum"])
        w = self.moved(w, v, dw, config)
        return w, config | {"velocity": self.stored(config["velocity"], v)}

    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v - rate * dw

    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w + v

    def stored(self, old: Any, new: Any) -> Any:
        return new


class VelocityNotStored(Momentum):
    def stored(self, old: Any, new: Any) -> Any:
        return old


class VelocityOfTheOtherSign(Momentum):
    """v = mu v + rate dw, w - v: the same steps, and another velocity."""

    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v + rate * dw

    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w - v


class RateOutside(Momentum):
    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v + dw

    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w - config["learning_rate"] * v


class RateOutsideAndMinus(Momentum):
    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v - dw

    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w + config["learning_rate"] * v


class Averaged(Momentum):
    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v - (1 - momentum) * rate * dw


class Uphill(Momentum):
    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return momentum * v + rate * dw


class Backwards(Momentum):
    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w - v


class Nesterov(Momentum):
    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w + config["momentum"] * v - config["learning_rate"] * dw


class RateTwice(Momentum):
    def moved(self, w: Any, v: Any, dw: Any, config: Any) -> Any:
        return w + config["learning_rate"] * v


class Exchanged(Momentum):
    def velocity(self, v: Any, dw: Any, rate: float, momentum: float) -> Any:
        return rate * v - momentum * dw


class Squares(update_rules.RMSProp):
    """rmsprop, step by step."""

    def _step(self, w: Any, dw: Any, config: Any) -> Any:
        config = _ready(config, w, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
        cache = self.cache(config["cache"], dw, config["decay_rate"])
        used = self.used(config["cache"], cache)
        w = w - config["learning_rate"] * self.direction(dw) / self.root(used, config["epsilon"])
        return w, config | {"cache": self.stored(config["cache"], cache)}

    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return decay * cache + (1 - decay) * dw**2

    def direction(self, dw: Any) -> Any:
        return dw

    def used(self, old: Any, new: Any) -> Any:
        return new

    def root(self, cache: Any, eps: float) -> Any:
        return np.sqrt(cache) + eps

    def stored(self, old: Any, new: Any) -> Any:
        return new


class NoRoot(Squares):
    def root(self, cache: Any, eps: float) -> Any:
        return cache + eps


class NoEps(Squares):
    def root(self, cache: Any, eps: float) -> Any:
        return np.sqrt(cache)


class EpsInside(Squares):
    def root(self, cache: Any, eps: float) -> Any:
        return np.sqrt(cache + eps)


class DecayExchanged(Squares):
    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return (1 - decay) * cache + decay * dw**2


class NotDecayed(Squares):
    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return cache + dw**2


class NotWeighted(Squares):
    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return decay * cache + dw**2


class NotSquared(Squares):
    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return decay * cache + (1 - decay) * dw


class Doubled(Squares):
    def cache(self, cache: Any, dw: Any, decay: float) -> Any:
        return decay * cache + (1 - decay) * 2 * dw


class GradientForgotten(Squares):
    def direction(self, dw: Any) -> Any:
        return 1


class CacheNotStored(Squares):
    def stored(self, old: Any, new: Any) -> Any:
        return old


class CacheOfTheStepBefore(Squares):
    def used(self, old: Any, new: Any) -> Any:
        return old


_SIGN = (
    "Does the loss rise or fall along dw?",
    "dw points where the loss grows; the step goes the other way: w - learning_rate * dw.",
)
_VELOCITY = (
    "Follow two steps with the same gradient by hand and write v down after each.",
    "v = momentum * v - learning_rate * dw, and then w + v: the velocity holds the learning rate and the minus sign.",
)
_STORED = (
    "What does the second call find in config?",
    "The new value has to be written back into config, or every step starts from zero again.",
)
_CACHE = (
    "With decay_rate 0.99: how much of the old cache is left after one step?",
    "cache = decay_rate * cache + (1 - decay_rate) * dw**2: a moving average of the squared gradient.",
)
_ROOT = (
    "If all gradients are 10 times as large, how does the step change?",
    "The step is divided by the root of the averaged squares: w - learning_rate * dw / (sqrt(cache) + epsilon).",
)

SGD = (
    Mistake("goes uphill", GoesUphill, *_SIGN),
    Mistake("forgets the learning rate", NoRate, *_SIGN),
    *of_hyper_parameters(update_rules.SGD, {"learning_rate": 1e-2}),
)
SGD_MOMENTUM = (
    Mistake("the velocity is never stored", VelocityNotStored, *_STORED),
    Mistake(
        "the velocity has the other sign, and is subtracted", VelocityOfTheOtherSign, *_VELOCITY
    ),
    Mistake("the learning rate stands outside the velocity", RateOutside, *_VELOCITY),
    Mistake("the learning rate stands outside the velocity", RateOutsideAndMinus, *_VELOCITY),
    Mistake("weights the gradient by 1 - momentum", Averaged, *_VELOCITY),
    Mistake("goes uphill", Uphill, *_SIGN),
    Mistake("subtracts the velocity", Backwards, *_VELOCITY),
    Mistake("takes Nesterov's step", Nesterov, *_VELOCITY),
    Mistake("multiplies by the learning rate twice", RateTwice, *_VELOCITY),
    Mistake("learning rate and momentum exchanged", Exchanged, *_VELOCITY),
    *of_hyper_parameters(Momentum, {"learning_rate": 1e-2, "momentum": 0.9}),
)
RMSPROP = (
    Mistake("epsilon inside the root", EpsInside, harmless=True),
    Mistake("divides by the cache, without the root", NoRoot, *_ROOT),
    Mistake("epsilon missing", NoEps, *_ROOT),
    Mistake("decay_rate the other way round", DecayExchanged, *_CACHE),
    Mistake("the cache is a sum, without decay", NotDecayed, *_CACHE),
    Mistake("the new square enters the cache unweighted", NotWeighted, *_CACHE),
    Mistake("the gradient is not squared", NotSquared, *_CACHE),
    Mistake("doubles the gradient where it squares", Doubled, *_CACHE),
    Mistake("the step forgets the gradient", GradientForgotten, *_ROOT),
    *of_hyper_parameters(
        Squares, {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}, (1e-8, 1e-7)
    ),
    Mistake("the cache is never stored", CacheNotStored, *_STORED),
    Mistake("divides by the cache of the step before", CacheOfTheStepBefore, *_CACHE),
)
