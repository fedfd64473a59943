"""What there is in an imported submission: its functions and classes, as data."""

import ast
import inspect
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from parity_tests.homework.worker.source import Source

LONGEST_DOC = 4_000
MOST_NAMES = 2_000
_SIMPLE = (bool, int, float, str, type(None))


def of_module(
    module: ModuleType, source: Source, folder: str, submitted: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The objects by qualified name, and what there is to say of functions and of classes.

    `submitted`: names of all modules of the submission: what comes from another one is told of there.
    """
    namespace: dict[str, Any] = {}
    functions: dict[str, Any] = {}
    classes: dict[str, Any] = {}
    places = _places(source, folder)
    for name, value in list(vars(module).items())[:MOST_NAMES]:
        try:
            if name.startswith("_") or not _is_own(name, value, module.__name__, places, submitted):
                continue
            file, line = places.get(name, (source.path, None))
            entry = {"file": file, "line": line} | _described(value)
        except BaseException:  # an object that answers no question is none to be called
            continue
        qualified = f"{module.__name__}:{name}"
        namespace[qualified] = value
        (classes if isinstance(value, type) else functions)[qualified] = entry
    return namespace, functions, classes


def _described(value: object) -> dict[str, Any]:
    entry: dict[str, Any] = {"doc": _doc(value), "parameters": _parameters(value)}
    if isinstance(value, type):
        entry |= {"methods": _methods(value), "init_defaults": _defaults(value)}
    return entry


def _places(source: Source, folder: str) -> dict[str, tuple[str, int]]:
    """File and line of each name that is given a meaning at the top level; the last one counts."""
    places: dict[str, tuple[str, int]] = {}
    for part in source.parts:
        file = part.file.removeprefix(folder + "/")
        todo: list[ast.AST] = list(reversed(part.tree.body))
        while todo:
            node = todo.pop()
            match node:
                case (
                    ast.FunctionDef(name=name)
                    | ast.ClassDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                ):
                    places[name] = file, node.lineno
                case ast.Assign():
                    names = [
                        n.id
                        for target in node.targets
                        for n in ast.walk(target)
                        if isinstance(n, ast.Name)
                    ]
                    places.update((name, (file, node.lineno)) for name in names)
                case ast.If() | ast.Try() | ast.With() | ast.For():
                    todo += reversed(
                        [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
                    )
    return places


def _is_own(
    name: str, value: object, module: str, places: Mapping[str, Any], submitted: frozenset[str]
) -> bool:
    if isinstance(value, ModuleType) or not callable(value):
        return False
    home = getattr(value, "__module__", None)
    if name not in places:  # `import *`, or something put there by hand
        return isinstance(value, FunctionType | type) and home == module
    if isinstance(value, FunctionType | type) and isinstance(home, str) and home != module:
        return home in submitted  # another name for something of the submission
    return True


def _doc(value: object) -> str:
    try:
        text = inspect.getdoc(value)
    except Exception:
        return ""
    return _plain(text)[:LONGEST_DOC] if type(text) is str else ""


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _signature(value: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(value).parameters.values())
    except Exception:  # whatever code of the submission does when it is asked
        return []


def _parameters(value: Any) -> list[str]:
    return [_plain(parameter.name) for parameter in _signature(value)]


def _methods(cls: type) -> list[str]:
    names = (
        name for kind in cls.__mro__[:-1] for name, value in vars(kind).items() if callable(value)
    )
    return sorted({_plain(name) for name in names if not name.startswith("_")})


def _defaults(cls: type) -> dict[str, Any]:
    """Defaults of the constructor that are plain values."""
    given = {parameter.name: parameter.default for parameter in _signature(cls)}
    return {_plain(name): value for name, value in given.items() if _is_simple(value)}


def _is_simple(value: object) -> bool:
    return type(value) in _SIMPLE or (
        type(value) is tuple and all(type(each) in _SIMPLE for each in value)
    )
