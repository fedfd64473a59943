"""Wrong models of 2017's notebook."""

from dataclasses import replace
from typing import Any

import numpy as np

from reference.networks.chain import Link
from reference.networks.model_2017 import Model2017


class Model2017NormBeforeReLU(Model2017):
    """The usual order, which the notebook does not ask for."""

    def links(self) -> tuple[Link, ...]:
        conv, relu, norm, *rest = super().links()
        return conv, norm, relu, *rest


class Model2017NormAfterPooling(Model2017):
    def links(self) -> tuple[Link, ...]:
        conv, relu, norm, pool, *rest = super().links()
        return conv, relu, pool, norm, *rest


class Model2017EvaluatesByTheBatch(Model2017):
    """Statistics of the batch in evaluation, which are left as they were."""

    def forward(self, x: Any, arrays: Any) -> Any:
        if self.training:
            return super().forward(x, arrays)
        y, new_state, saved = Model2017.forward(replace(self, training=True), x, arrays)
        return y, {name: arrays[name] for name in new_state}, saved


class Model2017NormIsFrozen(Model2017):
    """No gradient for scale and shift."""

    def backward(self, saved: Any, dy: Any) -> Any:
        dx, gradients = super().backward(saved, dy)
        frozen = {
            name: np.zeros_like(gradient)
            for name, gradient in gradients.items()
            if name.startswith("bn")
        }
        return dx, gradients | frozen


FAULTS: dict[str, tuple[type, ...]] = {
    "networks.model_2017": (
        Model2017NormBeforeReLU,
        Model2017NormAfterPooling,
        Model2017EvaluatesByTheBatch,
        Model2017NormIsFrozen,
    ),
}
