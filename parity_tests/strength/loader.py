"""Brings the text of a mutated module to life, beside the real one or in its place."""

import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

ROOT = "reference"


def source_of(module: str) -> str:
    """The text of ``reference.<module>``."""
    return inspect.getsource(importlib.import_module(f"{ROOT}.{module}"))


def load(module: str, source: str) -> ModuleType:
    """The module that the text makes; whoever imports the real one does not see it.

    >>> import numpy as np
    >>> text = source_of("activations.tanh").replace("np.tanh(x)", "np.sin(x)")
    >>> y, _ = load("activations.tanh", text).Tanh().forward(np.zeros(1) + np.pi / 2)
    >>> float(y[0])
    1.0
    """
    made = ModuleType(f"{ROOT}.{module}")
    exec(compile(source, f"<mutant of {module}>", "exec"), made.__dict__)
    return made


@contextmanager
def in_place_of(module: str, source: str) -> Iterator[None]:
    """Inside, the text is what ``reference.<module>`` means, to all modules of its package too.

    They are made afresh against it, and as they were afterwards.
    """
    name = f"{ROOT}.{module}"
    package = name.rpartition(".")[0]
    before = {key: value for key, value in sys.modules.items() if key.startswith(f"{package}.")}
    for key in before:
        del sys.modules[key]
    try:
        made = sys.modules[name] = ModuleType(name)
        exec(compile(source, f"<mutant of {module}>", "exec"), made.__dict__)
        yield
    finally:
        for key in [key for key in sys.modules if key.startswith(f"{package}.")]:
            del sys.modules[key]
        for key, value in before.items():
            sys.modules[key] = value
            setattr(sys.modules[package], key.rpartition(".")[2], value)
