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
    names: tuple[str, ...], *steps: tuple[Any, str, tuple[str, ...]]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Layers one after the other: (module, its name with a star, what it takes beside the input)."""

    def forward(x: Any, *arguments: Any, **named: Any) -> tuple[Any, tuple[Any, ...]]:
        given, caches = {**dict(zip(names, arguments, strict=False)), **named}, []
        for module, name, takes in steps:
            layer = getattr(module, name.replace("*", "forward"))
            x, cache = layer(x, *(given[argument] for argument in takes))
            caches.append(cache)
        return x, tuple(caches)

    def backward(dout: Any, cache: tuple[Any, ...]) -> Any:
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
_NORMED = ("w", "b", "gamma", "beta")
# The arguments stand in the handouts' order, which is not that of the layers.
_CHAINS: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "affine_relu": (("w", "b"), (_AFFINE, _RELU)),
    "affine_bn_relu": ((*_NORMED, "bn_param"), (_AFFINE, _NORM, _RELU)),
    "affine_batchnorm_relu": ((*_NORMED, "bn_param"), (_AFFINE, _NORM, _RELU)),
    "conv_relu": (("w", "b", "conv_param"), (_CONV, _RELU)),
    "conv_bn_relu": ((*_NORMED, "conv_param", "bn_param"), (_CONV, _SPATIAL, _RELU)),
    "conv_relu_pool": (("w", "b", "conv_param", "pool_param"), (_CONV, _RELU, _POOL)),
}


def _layer_utils(module: ModuleType) -> None:
    for name, (names, steps) in _CHAINS.items():
        forward, backward = _chain(names, *steps)
        vars(module).update({f"{name}_forward": forward, f"{name}_backward": backward})


def _fast_layers(module: ModuleType) -> None:
    for kind in ("conv", "max_pool"):
        for way in ("forward", "backward"):
            vars(module)[f"{kind}_{way}_fast"] = _as_fast(f"{kind}_{way}_naive", _OWN[kind, way])


def _as_fast(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """The submission's function of that name, or ours where it has none."""

    def fast(*arguments: Any) -> Any:
        return getattr(_layers, name, own)(*arguments)

    return fast


def _windows(x: Array, size: tuple[int, ...], stride: int) -> Array:
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    return views[:, :, ::stride, ::stride]


def _conv_forward(x: Array, w: Array, b: Array, conv_param: dict[str, int]) -> tuple[Array, Any]:
    pad = conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = _windows(padded, w.shape[2:], conv_param["stride"])
    return np.einsum("ncijpq,fcpq->nfij", seen, w) + b[:, None, None], (x, w, b, conv_param)


def _conv_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    x, w, _, conv_param = cache
    pad, stride = conv_param["pad"], conv_param["stride"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = _windows(padded, w.shape[2:], stride)
    columns = np.einsum("nfij,fcpq->cpqnij", dout, w)
    dx = _scattered(columns, padded.shape, stride)[
        :, :, pad : pad + x.shape[2], pad : pad + x.shape[3]
    ]
    return dx, np.einsum("nfij,ncijpq->fcpq", dout, seen), dout.sum((0, 2, 3))


def _scattered(columns: Array, shape: tuple[int, ...], stride: int) -> Array:
    """Windows (C, HH, WW, N, H', W') added up where they were taken from."""
    total = np.zeros_like(columns, shape=shape)
    height, width = columns.shape[4:]
    for p in range(columns.shape[1]):
        for q in range(columns.shape[2]):
            rows = slice(p, p + stride * (height - 1) + 1, stride)
            total[:, :, rows, q : q + stride * (width - 1) + 1 : stride] += columns[
                :, p, q
            ].swapaxes(0, 1)
    return total


def _pool_forward(x: Array, pool_param: dict[str, int]) -> tuple[Array, Any]:
    size = pool_param["pool_height"], pool_param["pool_width"]
    seen = _windows(x, size, pool_param["stride"])
    return seen.max((4, 5)), (x, pool_param)


def _pool_backward(dout: Array, cache: Any) -> Array:
    x, pool_param = cache
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    seen = _windows(x, (height, width), stride)
    first = seen.reshape(*seen.shape[:4], -1).argmax(-1)[..., None] == np.arange(height * width)
    columns = (dout[..., None] * first).reshape(seen.shape).transpose(1, 4, 5, 0, 2, 3)
    return _scattered(columns, x.shape, stride)


_OWN: dict[tuple[str, str], Callable[..., Any]] = {
    ("conv", "forward"): _conv_forward,
    ("conv", "backward"): _conv_backward,
    ("max_pool", "forward"): _pool_forward,
    ("max_pool", "backward"): _pool_backward,
}


def _im2col(x: Array, height: int, width: int, padding: int = 1, stride: int = 1) -> Array:
    """Columns (C·HH·WW, H'·W'·N), as the handout orders them."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    seen = _windows(padded, (height, width), stride)
    return seen.transpose(1, 4, 5, 2, 3, 0).reshape(x.shape[1] * height * width, -1)


def _col2im(
    columns: Array,
    n: int,
    c: int,
    h: int,
    w: int,
    height: int,
    width: int,
    padding: int,
    stride: int,
) -> Array:
    rows, across = (
        (size + 2 * padding - of) // stride + 1 for size, of in ((h, height), (w, width))
    )
    seen = columns.reshape(c, height, width, rows, across, n).transpose(0, 1, 2, 5, 3, 4)
    return _col2im_6d(seen, n, c, h, w, height, width, padding, stride)


def _col2im_6d(
    columns: Array,
    n: int,
    c: int,
    h: int,
    w: int,
    height: int,
    width: int,
    padding: int,
    stride: int,
) -> Array:
    total = _scattered(columns, (n, c, h + 2 * padding, w + 2 * padding), stride)
    return total[:, :, padding : padding + h, padding : padding + w]


def _col2im_indices(
    columns: Array,
    x_shape: tuple[int, ...],
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> Array:
    n, c, h, w = x_shape
    return _col2im(columns, n, c, h, w, field_height, field_width, padding, stride)


def _im2col_indices(
    x: Array, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> Array:
    return _im2col(x, field_height, field_width, padding, stride)


def _im2col_module(module: ModuleType) -> None:
    vars(module).update(im2col_indices=_im2col_indices, col2im_indices=_col2im_indices)


def _im2col_compiled(module: ModuleType) -> None:
    vars(module).update(im2col_cython=_im2col, col2im_cython=_col2im, col2im_6d_cython=_col2im_6d)


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
    "im2col": _im2col_module,
    "im2col_cython": _im2col_compiled,
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
