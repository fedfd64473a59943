"""The submission of one folder, called in this very process: for the project's own texts, which need no sandbox."""

import copy
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from parity_tests.homework.task import Trouble

PACKAGE = "cs231n"
SOLUTION = Path(__file__).parent / "solution"


class Kept:
    """Stands for an object that stays with the submission."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing


class Local:
    """A ``Caller`` for a folder that holds the package ``cs231n``, or for some of its files as text.

    As with a worker, what is handed over and what comes back are copies.

    >>> Local(SOLUTION).entry("affine_forward")["parameters"]
    ['x', 'w', 'b']
    """

    def __init__(self, folder: Path) -> None:
        self.names: dict[str, Any] = {}
        for module in _imported(folder):
            for name, thing in vars(module).items():
                if getattr(thing, "__module__", None) == module.__name__:
                    self.names[name] = thing

    def __call__(
        self,
        function: str,
        *arguments: Any,
        returns: str = "v",
        echo: tuple[int, ...] = (),
        **keywords: Any,
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        real = [_real(argument) for argument in arguments]
        owner, _, method = function.partition(".")
        called = getattr(real.pop(0), method) if method else self._named(owner)
        result = _attempted(lambda: called(*real, **{k: _real(v) for k, v in keywords.items()}))
        values = _unpacked(result, returns)
        return values, tuple(copy.deepcopy(real[i]) for i in echo)

    def entry(self, name: str) -> Mapping[str, Any]:
        thing = self.names.get(name)
        if thing is None:
            return {}
        signature = inspect.signature(thing)
        simple = {
            p.name: p.default
            for p in signature.parameters.values()
            if isinstance(p.default, int | float | str | None)
        }
        return {
            "doc": inspect.getdoc(thing) or "",
            "parameters": list(signature.parameters),
            "init_defaults": simple,
        }

    def get(self, attribute: str, owner: Any) -> Any:
        name = attribute.rpartition(".")[2]
        return copy.deepcopy(_attempted(lambda: getattr(owner.thing, name)))

    def set(self, attribute: str, owner: Any, value: Any) -> None:
        setattr(owner.thing, attribute.rpartition(".")[2], copy.deepcopy(value))

    def forget(self, *kept: Any) -> None:
        pass

    def _named(self, name: str) -> Any:
        if name not in self.names:
            raise Trouble("missing", f"there is no {name}")
        return self.names[name]


def _imported(folder: Path) -> list[ModuleType]:
    """Every module of the package; afterwards the next folder's may have the same names."""
    paths = sorted((folder / PACKAGE).rglob("*.py"))
    names = [".".join(path.relative_to(folder).with_suffix("").parts) for path in paths]
    sys.path.insert(0, str(folder))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return [importlib.import_module(name.removesuffix(".__init__")) for name in names]
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = written
        for name in [n for n in sys.modules if n.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def _real(value: Any) -> Any:
    return value.thing if isinstance(value, Kept) else copy.deepcopy(value)


def _attempted(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        raise Trouble("error", f"raises {type(error).__name__}: {error}") from None


def _unpacked(result: Any, returns: str) -> tuple[Any, ...]:
    if len(returns) == 1:
        values: tuple[Any, ...] = (result,)
    elif isinstance(result, tuple | list) and len(result) == len(returns):
        values = tuple(result)
    else:
        kind = "missing" if result is None else "form"
        raise Trouble(kind, f"returns {type(result).__name__}, not {len(returns)} values")
    by_value = [value for value, way in zip(values, returns, strict=True) if way == "v"]
    if by_value and all(value is None for value in by_value):
        raise Trouble("missing", "returns None: still to be written")
    pairs = zip(values, returns, strict=True)
    return tuple(Kept(value) if way == "h" else copy.deepcopy(value) for value, way in pairs)
