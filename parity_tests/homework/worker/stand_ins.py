"""Modules that old submissions import and that are not here: the same thing where it is small, else a placeholder."""

import builtins
import functools
import importlib
import itertools
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any, NoReturn

import numpy as np

_TOOLS = (
    "matplotlib seaborn IPython PIL skimage google colab ipywidgets graphviz pylab mpl_toolkits plotly ipdb "
    "pyximport Cython cython line_profiler memory_profiler termcolor psutil"
)
_LIBRARIES = (
    "torch torchvision tensorflow keras theano jax cupy numba nose autograd "
    "scipy sklearn h5py cv2 imageio pandas"
)
QUIET = frozenset(_TOOLS.split())
"""For plots, images and tools: nothing that is judged hangs on what they do."""
ABSENT = QUIET.union(_LIBRARIES.split())
_RENAMED = {
    "cPickle": "pickle",
    "StringIO": "io",
    "cStringIO": "io",
    "Queue": "queue",
    "urllib2": "urllib.request",
    "ConfigParser": "configparser",
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
    "HTMLParser": "html.parser",
    "imp": "importlib",
}


class Absent(RuntimeError):
    """Code asks for what a placeholder cannot give."""


class _State:
    loading = True


def finish_loading() -> None:
    """From now on a placeholder refuses to be called: a function that needs it cannot be judged here."""
    _State.loading = False


class Placeholder:
    """Stands for an absent package or anything in it. It can be named, called while imports run, and subclassed."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> "Placeholder":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Placeholder(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        pass

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if not _State.loading and self._name.partition(".")[0] not in QUIET:
            self._refuse()
        decorates = len(arguments) == 1 and isinstance(arguments[0], type | FunctionType)
        return arguments[0] if decorates else self

    def _refuse(self, *_: object) -> NoReturn:
        raise Absent(f"{self._name} is not available here")

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        return ()

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __getitem__(self, key: object) -> "Placeholder":
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __enter__(self) -> "Placeholder":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<{self._name} is not available here>"

    __iter__ = __len__ = __float__ = __int__ = __index__ = __array__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        _refuse
    )
    __matmul__ = __rmatmul__ = __pow__ = __neg__ = __lt__ = __gt__ = __le__ = __ge__ = _refuse


def placeholder(module: ModuleType) -> None:
    """Fills a module with whatever is asked of it."""
    name = module.__name__

    def get(attribute: str) -> Placeholder:
        if attribute.startswith("__") and attribute != "__version__":
            raise AttributeError(attribute)
        return Placeholder(f"{name}.{attribute}")

    vars(module).update(__getattr__=get, __all__=[])


def _bars(module: ModuleType) -> None:
    def tqdm(iterable: Iterable[Any] = (), *_: object, **__: object) -> Iterable[Any]:
        return iterable

    def trange(*limits: int, **_: object) -> range:
        return range(*limits)

    vars(module).update(tqdm=tqdm, trange=trange, tqdm_notebook=tqdm, tnrange=trange)


def _past(module: ModuleType) -> None:
    names = {
        "xrange": range,
        "basestring": str,
        "unicode": str,
        "long": int,
        "raw_input": input,
        "unichr": chr,
    }
    more = {"reduce": functools.reduce, "old_div": _old_div, "str": str, "dict": dict}
    vars(module).update(names | more, __all__=[*names, "reduce"])


def _old_div(a: Any, b: Any) -> Any:
    whole = isinstance(a, int | np.integer) and isinstance(b, int | np.integer)
    return a // b if whole else a / b


def _six(module: ModuleType) -> None:
    vars(module).update(
        PY2=False,
        PY3=True,
        string_types=(str,),
        integer_types=(int,),
        text_type=str,
        binary_type=bytes,
        iteritems=lambda d: iter(d.items()),
        iterkeys=lambda d: iter(d.keys()),
        itervalues=lambda d: iter(d.values()),
        viewitems=lambda d: d.items(),
        lrange=lambda *a: list(range(*a)),
        with_metaclass=lambda meta, *bases: meta("with_metaclass", bases, {}),
        add_metaclass=lambda meta: lambda cls: meta(cls.__name__, cls.__bases__, dict(vars(cls))),
        print_=print,
        u=str,
        b=lambda text: text.encode("latin-1"),
    )


def _moves(module: ModuleType) -> None:
    names = {
        "range": range,
        "xrange": range,
        "zip": zip,
        "map": map,
        "filter": filter,
        "input": input,
    }
    more = {"reduce": functools.reduce, "zip_longest": itertools.zip_longest, "intern": str}
    modules = {"cPickle": "pickle", "queue": "queue", "urllib": "urllib", "builtins": "builtins"}
    vars(module).update(
        names | more | {name: importlib.import_module(real) for name, real in modules.items()}
    )


def _future(module: ModuleType) -> None:
    """`future` has the names of Python 3, and functions that do nothing under it."""
    _six(module)
    nothing: Callable[..., None] = lambda *_, **__: None  # noqa: E731
    names = {
        name: getattr(builtins, name)
        for name in ("range", "object", "int", "str", "zip", "map", "super")
    }
    vars(module).update(names, standard_library=module, old_div=_old_div)
    vars(module).update(install_aliases=nothing, install_hooks=nothing)


def _expit(x: Any) -> Any:
    return np.exp(-np.logaddexp(0, -np.asarray(x)))


def _logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    most = np.max(a, axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(a - most), axis=axis, keepdims=True)) + most
    return total if keepdims else np.squeeze(total, axis=axis)[()]


def _special(module: ModuleType) -> None:
    placeholder(module)
    vars(module).update(
        expit=_expit,
        logsumexp=_logsumexp,
        softmax=lambda x, axis=None: np.exp(x - _logsumexp(x, axis, True)),
        log_softmax=lambda x, axis=None: x - _logsumexp(x, axis, True),
    )


def _correlate2d(a: Any, v: Any, mode: str = "full", **_: object) -> Any:
    (h, w), (p, q) = np.shape(a), np.shape(v)
    before = {"full": (p - 1, q - 1), "valid": (0, 0), "same": (p // 2, q // 2)}[mode]
    shape = {"full": (h + p - 1, w + q - 1), "valid": (h - p + 1, w - q + 1), "same": (h, w)}[mode]
    padded = np.pad(a, ((before[0], p - 1), (before[1], q - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (p, q))[: shape[0], : shape[1]]
    return np.einsum("ijpq,pq->ij", windows, np.conj(v))


def _convolve2d(a: Any, v: Any, mode: str = "full", **_: object) -> Any:
    flipped = np.conj(v[::-1, ::-1])
    if mode != "same":
        return _correlate2d(a, flipped, mode)
    (h, w), (p, q) = np.shape(a), np.shape(v)
    top, left = (p - 1) // 2, (q - 1) // 2
    return _correlate2d(a, flipped, "full")[top : top + h, left : left + w]


def _signal(module: ModuleType) -> None:
    placeholder(module)
    vars(module).update(correlate2d=_correlate2d, convolve2d=_convolve2d)


def _numba(module: ModuleType) -> None:
    """Its decorators give the function itself."""
    placeholder(module)

    def same(*arguments: Any, **_: object) -> Any:
        return arguments[0] if arguments and callable(arguments[0]) else lambda function: function

    vars(module).update(jit=same, njit=same, vectorize=same, guvectorize=same, prange=range)


_MADE: dict[str, Callable[[ModuleType], None]] = {
    "tqdm": _bars,
    "past": _past,
    "future": _future,
    "six": _six,
    "six.moves": _moves,
    "scipy.special": _special,
    "scipy.signal": _signal,
    "numba": _numba,
}
_FAMILIES = {"tqdm": _bars, "past": _past, "future": _future, "six": _moves, "libfuturize": _future}


def maker(name: str) -> Callable[[ModuleType], None] | None:
    """What fills a module of this name; None if there is no stand-in for it."""
    top = name.partition(".")[0]
    if name in _RENAMED:
        real = importlib.import_module(_RENAMED[name])
        return lambda module: vars(module).update(
            {n: v for n, v in vars(real).items() if not n.startswith("__")}
        )
    return _MADE.get(name) or _FAMILIES.get(top) or (placeholder if top in ABSENT else None)


def is_exact(name: str) -> bool:
    """Whether a stand-in does what the module does, so that nobody needs to be told of it."""
    return name.partition(".")[0] not in ABSENT
