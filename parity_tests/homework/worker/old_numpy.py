"""Names that NumPy has removed since 2015, provided again.

From the release notes of NumPy 1.20 to 2.4 (https://numpy.org/doc/stable/release.html). They are given when they are
asked for, in every NumPy that lacks them.
"""

import ast
import collections
import inspect
import math
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

_TYPES = {
    "1.24": {
        "int": int,
        "float": float,
        "bool": bool,
        "object": object,
        "str": str,
        "complex": complex,
    }
    | {"long": int, "unicode": str},
    "2.0": {
        "float_": np.float64,
        "complex_": np.complex128,
        "cfloat": np.complex128,
        "singlecomplex": np.complex64,
        "longfloat": np.longdouble,
        "clongfloat": np.clongdouble,
        "longcomplex": np.clongdouble,
        "string_": np.bytes_,
        "unicode_": np.str_,
        "bool8": np.bool_,
        "object0": np.object_,
        "int0": np.intp,
        "uint0": np.uintp,
        "str0": np.str_,
        "bytes0": np.bytes_,
        "void0": np.void,
    },
}
_NUMBERS = {
    "2.0": {
        "Inf": np.inf,
        "Infinity": np.inf,
        "infty": np.inf,
        "PINF": np.inf,
        "NINF": -np.inf,
        "NaN": np.nan,
    }
    | {"PZERO": 0.0, "NZERO": -0.0},
}


def _asfarray(a: Any, dtype: Any = np.float64) -> Any:
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


_FUNCTIONS: dict[str, dict[str, Any]] = {
    "1.18": {"rank": np.ndim},
    "1.23": {"asscalar": lambda a: a.item(), "alen": lambda a: len(np.array(a, ndmin=1))},
    "1.25": {"math": math},
    "2.0": {
        "product": np.prod,
        "cumproduct": np.cumprod,
        "sometrue": np.any,
        "alltrue": np.all,
        "round_": np.round,
        "row_stack": np.vstack,
        "msort": lambda a: np.sort(a, axis=0),
        "mat": np.asmatrix,
        "asfarray": _asfarray,
        "cast": {
            np.dtype(c).type: (lambda x, c=c: np.asarray(x).astype(c))
            for c in np.typecodes["AllFloat"]
        },
        "find_common_type": lambda arrays, scalars: np.result_type(*arrays, *scalars),
        "issubclass_": lambda a, b: isinstance(a, type) and issubclass(a, b),
        "issubsctype": lambda a, b: issubclass(np.dtype(a).type, np.dtype(b).type),
        "issctype": lambda a: isinstance(a, type) and issubclass(a, np.generic),
        "obj2sctype": lambda a: np.dtype(a).type,
        "fastCopyAndTranspose": lambda a: np.array(a.T),
        "disp": lambda text, *rest: print(text),  # noqa: T201 as it did
        "AxisError": np.exceptions.AxisError,
        "ComplexWarning": np.exceptions.ComplexWarning,
        "VisibleDeprecationWarning": np.exceptions.VisibleDeprecationWarning,
    },
    "2.4": {
        "trapz": getattr(np, "trapezoid", None),
        "in1d": lambda a, b, **options: np.isin(np.ravel(a), b, **options),
    },
}
REMOVED: dict[str, tuple[str, Any]] = {
    name: (version, value)
    for table in (_FUNCTIONS, _NUMBERS, _TYPES)
    for version, names in table.items()
    for name, value in names.items()
}
"""By name: since which NumPy it is gone, and what stands for it."""


_public = {name: name for name in np.__all__}


def provide() -> None:
    """Makes NumPy, `numpy.lib` and some modules of the standard library answer for what they have lost."""
    _answer(np, lambda name: REMOVED[name][1])
    _answer(np.lib, lambda name: getattr(np, _public[name]))
    _answer(np.linalg, lambda name: {"linalg": np.linalg}[name])
    abstract = (
        "Callable",
        "Iterable",
        "Iterator",
        "Mapping",
        "MutableMapping",
        "Sequence",
        "Set",
        "Hashable",
        "Sized",
    )
    for name in abstract:
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))
    for module, name, value in (
        (time, "clock", time.perf_counter),
        (inspect, "getargspec", inspect.getfullargspec),
    ):
        if not hasattr(module, name):
            setattr(module, name, value)


def _answer(module: Any, old: Callable[[str], Any]) -> None:
    known = getattr(module, "__getattr__", None)

    def get(name: str) -> Any:
        try:
            return old(name)
        except (KeyError, AttributeError):
            pass
        if known is not None:
            return known(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    module.__getattr__ = get


def remarks(nodes: Collection[ast.AST]) -> Iterator[str]:
    r"""One for each removed name that a text uses.

    >>> list(remarks(list(ast.walk(ast.parse("import numpy as np\nx.astype(np.asscalar)")))))
    ['np.asscalar was removed in NumPy 1.23; it is provided']
    """
    aliases = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "numpy"
    }
    used: dict[str, None] = {}
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in aliases:
                used[name] = None
            case ast.ImportFrom(module="numpy", names=names):
                used.update((alias.name, None) for alias in names)
    for name in used:
        if name in REMOVED and name not in vars(np):
            version, value = REMOVED[name]
            stands = f"it stands for {value.__name__} here" if value in _PLAIN else "it is provided"
            yield f"np.{name} was removed in NumPy {version}; {stands}"


_PLAIN = (int, float, bool, object, str, complex)
