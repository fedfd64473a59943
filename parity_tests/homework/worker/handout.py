"""What the course's handouts bring along and a submission may leave out: our own, by the handouts' names and arguments.

The fast layers call the submission's naive ones; compositions call its single layers. The files of the compiled
`im2col` are never handed in, and those of PyTorch (2019) cannot run here.
"""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parity_tests.homework.worker import fast_layers
from parity_tests.homework.worker.layout import PACKAGE
from parity_tests.homework.worker.stand_ins import Placeholder

Array = NDArray[Any]


class _Later:
    """A module of the submission, imported when something of it is called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(f"{PACKAGE}.{self._name}"), name)


_layers, _fast = _Later("layers"), _Later("fast_layers")


def _chain(
    function: str, names: tuple[str, ...], *steps: tuple[Any, str, tuple[str, ...]]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Layers one after the other: (module, its name with a star, what it takes beside the input).

    Who calls it with other arguments has a function of that name in a file that is not here.
    """

    def forward(x: Any, *arguments: Any, **named: Any) -> tuple[Any, tuple[Any, ...]]:
        filled = (*names[: len(arguments)], *named)
        if len(arguments) > len(names) or sorted(filled) != sorted(names):
            raise NameError(f"name '{function}_forward' is not defined")
        given, caches = {**dict(zip(names, arguments, strict=False)), **named}, []
        for module, name, takes in steps:
            layer = getattr(module, name.replace("*", "forward"))
            x, cache = layer(x, *(given[argument] for argument in takes))
            caches.append(cache)
        return x, tuple(caches)

    def backward(dout: Any, cache: tuple[Any, ...], *others: Any) -> Any:
        if others:
            raise NameError(f"name '{function}_backward' is not defined")
        gradients: list[Any] = []
        for (module, name, _), saved in zip(reversed(steps), reversed(cache), strict=True):
            given = getattr(module, name.replace("*", "backward"))(dout, saved)
            dout, *more = given if isinstance(given, tuple) else (given,)
            gradients = [*more, *gradients]
        return (dout, *gradients)

    return forward, backward


_AFFINE, _RELU = (_layers, "affine_*", ("w", "b")), (_layers, "relu_*", ())
_CONV = (_fast, "conv_*_fast", ("w", "b", "conv_param"))
_POOL = (_fast, "max_pool_*_fast", ("pool_param",))
_NORM, _SPATIAL = (
    (_layers, f"{name}_*", ("gamma", "beta", "bn_param"))
    for name in ("batchnorm", "spatial_batchnorm")
)
_LAYER_NORM = (_layers, "layernorm_*", ("gamma", "beta", "ln_param"))
_NORMED = ("w", "b", "gamma", "beta")
# The arguments stand in the handouts' order, which is not that of the layers.
_CHAINS: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "affine_relu": (("w", "b"), (_AFFINE, _RELU)),
    "affine_bn_relu": ((*_NORMED, "bn_param"), (_AFFINE, _NORM, _RELU)),
    "affine_batchnorm_relu": ((*_NORMED, "bn_param"), (_AFFINE, _NORM, _RELU)),
    "affine_ln_relu": ((*_NORMED, "ln_param"), (_AFFINE, _LAYER_NORM, _RELU)),
    "affine_layernorm_relu": ((*_NORMED, "ln_param"), (_AFFINE, _LAYER_NORM, _RELU)),
    "conv_relu": (("w", "b", "conv_param"), (_CONV, _RELU)),
    "conv_bn_relu": ((*_NORMED, "conv_param", "bn_param"), (_CONV, _SPATIAL, _RELU)),
    "conv_relu_pool": (("w", "b", "conv_param", "pool_param"), (_CONV, _RELU, _POOL)),
}


def _layer_utils(module: ModuleType) -> None:
    for name, (names, steps) in _CHAINS.items():
        forward, backward = _chain(name, names, *steps)
        vars(module).update({f"{name}_forward": forward, f"{name}_backward": backward})


def _fast_layers(module: ModuleType) -> None:
    vars(module).update(fast_layers.PROVIDED)
    for name, own in _FAST.items():
        vars(module)[name] = _as_fast(name.replace("_fast", "_naive"), own)
    vars(module)["conv_forward_fast"] = _flattening(vars(module)["conv_forward_fast"])


_FAST: dict[str, Callable[..., Any]] = {
    "conv_forward_fast": fast_layers.conv_forward,
    "conv_backward_fast": fast_layers.conv_backward,
    "max_pool_forward_fast": fast_layers.pool_forward,
    "max_pool_backward_fast": fast_layers.pool_backward,
}


def _as_fast(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """The submission's function of that name, or ours where it has none."""

    def fast(*arguments: Any) -> Any:
        return getattr(_layers, name, own)(*arguments)

    return fast


def _flattening(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The fast convolution takes a bias of any shape, such as (1, F); a naive one need not."""

    def fast(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        return forward(x, w, np.reshape(b, -1), conv_param)

    return fast


def _im2col(module: ModuleType) -> None:
    vars(module).update(
        im2col_indices=fast_layers.im2col_indices, col2im_indices=fast_layers.col2im_indices
    )


def _im2col_cython(module: ModuleType) -> None:
    vars(module).update(
        im2col_cython=fast_layers.im2col,
        col2im_cython=fast_layers.col2im,
        col2im_6d_cython=fast_layers.col2im_6d,
    )


def _eval_numerical_gradient_array(
    f: Callable[[Array], Array], x: Array, df: Any, h: float = 1e-5
) -> Array:
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        above = np.array(f(x))
        x[index] = old - h
        gradient[index] = np.sum((above - f(x)) * df) / (2 * h)
        x[index] = old
    return gradient


def _gradient_check(module: ModuleType) -> None:
    vars(module).update(
        eval_numerical_gradient_array=_eval_numerical_gradient_array,
        eval_numerical_gradient=lambda f, x, verbose=True, h=1e-5: _eval_numerical_gradient_array(
            f, x, 1, h
        ),
        rel_error=lambda x, y: np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))),
        grad_check_sparse=Placeholder("grad_check_sparse"),
    )


_MADE: dict[str, Callable[[ModuleType], None]] = {
    "layer_utils": _layer_utils,
    "fast_layers": _fast_layers,
    "im2col": _im2col,
    "im2col_cython": _im2col_cython,
    "gradient_check": _gradient_check,
}
_UNUSED = (
    "data_utils vis_utils solver features coco_utils image_utils captioning_solver captioning_solver_transformer "
    "net_visualization_pytorch simclr notebook_images rnn_layers transformer_layers style_transfer_pytorch "
    "classifiers.linear_classifier classifiers.linear_svm classifiers.softmax classifiers.neural_net "
    "classifiers.k_nearest_neighbor classifiers.rnn classifiers.squeezenet classifiers.pretrained_cnn "
    "classifiers.convnet classifiers.fc_net classifiers.cnn"
)


def _placeholder(module: ModuleType) -> None:
    name = module.__name__

    def get(attribute: str) -> Placeholder:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Placeholder(f"{name}.{attribute}")

    vars(module).update(__getattr__=get, __all__=[])


def maker(name: str) -> Callable[[ModuleType], None] | None:
    """What fills a module of the course that was not handed in; None for what must be."""
    part = name.removeprefix(f"{PACKAGE}.")
    return _MADE.get(part) or (_placeholder if part in _UNUSED.split() else None)
