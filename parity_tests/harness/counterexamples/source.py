"""The text of a class and of everything that it needs, for a file that imports none of it.

Docstrings, annotations and methods that nobody calls are cut out of the original text, so that what is
left keeps its comments and line breaks. Definitions of one name from different modules are told apart
by a prefix.
"""

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, count
from types import FunctionType
from typing import Any

from parity_tests.harness.counterexamples.cuts import Cuts, is_method, live, load_time

Address = tuple[str, str]
"""Module and name of a definition."""

# What these packages define is copied, and what a subject's own package defines; all else is imported.
COPIED = ("reference", "torch_impl", "parity_tests")


class NoSource(Exception):
    """A class without a text that does what the class does."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What goes into a script.

    Args:
        imports: module -> the names that are imported from it, as they are written (``""``: the module itself).
        definitions: the texts, in an order in which Python can run them.
        name: what the class is called there.
    """

    imports: dict[str, set[str]]
    definitions: tuple[str, ...]
    name: str


class _Module:
    """A parsed module: its definitions and imports by name."""

    def __init__(self, name: str) -> None:
        try:
            self.text = inspect.getsource(importlib.import_module(name))
        except (OSError, TypeError, ImportError) as missing:
            raise NoSource(f"{name} has no source") from missing
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, tuple[str, str, str]] = {}
        for node in ast.parse(self.text).body:
            for defined in _defined(node):
                self.definitions[defined] = node
            for alias, origin in _imported(node):
                self.imports[alias] = origin


_parsed = cache(_Module)


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _imported(node: ast.stmt) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Alias -> (module, name in it, as written)."""
    if isinstance(node, ast.Import):
        for a in node.names:
            yield a.asname or a.name, (a.name, "", f"as {a.asname}" if a.asname else "")
    elif isinstance(node, ast.ImportFrom):
        for a in node.names:
            written = f"{a.name} as {a.asname}" if a.asname else a.name
            yield a.asname or a.name, (str(node.module), a.name, written)


def resolve(module: str, name: str) -> Address | tuple[str, str, str] | None:
    """Where a name that a module uses is defined, how it is imported from elsewhere, or None (a builtin)."""
    parsed = _parsed(module)
    if name in parsed.definitions:
        return module, name
    if name not in parsed.imports:
        return None
    origin, original, written = parsed.imports[name]
    if not _is_copied(origin, module):
        return origin, original, written
    if not original:
        raise NoSource(f"{module} imports the whole of {origin}")
    return resolve(origin, original)


@dataclass(slots=True)
class Excerpts:
    """Collects excerpts for one script; keeps their names apart.

    Args:
        taken: names that the script uses itself.
    """

    taken: set[str]
    names: dict[Address, str] = field(default_factory=dict)

    def add(self, operation: Any, methods: tuple[str, ...], prefix: str = "") -> Excerpt:
        """The text of a class with these methods, and of what they need.

        Args:
            operation: a class at the top level of a module.
            methods: those that the script calls.
            prefix: what all names begin with; without one the module's name, where a name is taken.

        Raises:
            NoSource: the class has no text, or its methods are not those of the text.
        """
        root = _address(operation)
        needed, closure = _closure(root, set(methods))
        for address in closure:
            self.names.setdefault(address, self._free(address, prefix))
        imports: dict[str, set[str]] = {}
        for address in closure:
            for name in live(_node(address), needed).names:
                found = resolve(address[0], name)
                if found and len(found) == 3:
                    imports.setdefault(found[0], set()).add(found[2])
        texts = tuple(self._text(address, needed) for address in _in_order(closure, needed))
        return Excerpt(imports, texts, self.names[root])

    def _free(self, address: Address, prefix: str) -> str:
        module, name = address
        own = module.rpartition(".")[2]
        camel = "".join(part.capitalize() for part in own.split("_"))
        bare = name.lstrip("_")
        if bare[:1].isupper():
            choices = [prefix + name, prefix + camel + bare]
        else:
            start = prefix.lower() + "_" if prefix else ""
            choices = [start + name, f"{start}{own}_{bare}"]
        numbered = (f"{choices[-1]}{i}" for i in count(2))
        free = next(choice for choice in chain(choices, numbered) if choice not in self.taken)
        self.taken.add(free)
        return free

    def _text(self, address: Address, needed: set[str]) -> str:
        module, _ = address
        renamed = {}
        for name in live(_node(address), needed).names:
            found = resolve(module, name)
            if found and len(found) == 2 and self.names[found] != name:
                renamed[name] = self.names[found]
        cuts = Cuts(_parsed(module).text, _node(address), needed)
        return cuts.text(renamed, self.names[address])


def _is_copied(origin: str, module: str) -> bool:
    root = origin.partition(".")[0]
    return root in COPIED or root == module.partition(".")[0]


def _node(address: Address) -> ast.stmt:
    return _parsed(address[0]).definitions[address[1]]


def _address(operation: Any) -> Address:
    """Where a class is defined, with all classes under it as their text says."""
    address = (operation.__module__, operation.__qualname__)
    if address[1] not in _parsed(address[0]).definitions:
        raise NoSource(f"{address[1]} is not at the top level of {address[0]}")
    for base in operation.__mro__:
        for name, method in vars(base).items():
            if not isinstance(method, FunctionType) or name.startswith("__"):
                continue
            # PyTorch wraps the step of an optimizer's class when the first one is made.
            theirs = method.__module__.partition(".")[0] == "torch"
            if theirs or not _is_copied(base.__module__, operation.__module__):
                continue
            if not is_method(method, base):
                raise NoSource(f"{base.__name__}.{name} has been exchanged")
    return address


def _closure(root: Address, needed: set[str]) -> tuple[set[str], list[Address]]:
    """Everything that the root uses, and the names of all methods that anything calls."""
    while True:
        found: list[Address] = []
        called = set(needed)
        _visit(root, needed, found, called)
        if called == needed:
            return needed, found
        needed = called


def _visit(address: Address, needed: set[str], found: list[Address], called: set[str]) -> None:
    if address in found:
        return
    found.append(address)
    parts = live(_node(address), needed)
    called |= parts.attributes
    for name in parts.names:
        used = resolve(address[0], name)
        if used and len(used) == 2:
            _visit(used, needed, found, called)


def _in_order(closure: list[Address], needed: set[str]) -> list[Address]:
    """What a definition needs while it is made (bases, decorators, defaults) stands before it."""
    ordered: list[Address] = []

    def place(address: Address) -> None:
        if address in ordered:
            return
        for name in load_time(_node(address), needed):
            used = resolve(address[0], name)
            if used and len(used) == 2 and used != address:
                place(used)
        ordered.append(address)

    for address in reversed(closure):
        place(address)
    return ordered


def import_lines(*imports: dict[str, set[str]]) -> list[str]:
    """Import statements, the standard library's first."""
    merged: dict[str, set[str]] = {}
    for each in imports:
        for module, names in each.items():
            merged.setdefault(module, set()).update(names)
    lines: dict[bool, list[str]] = {True: [], False: []}
    for module, names in sorted(merged.items()):
        own = module.partition(".")[0] in sys.stdlib_module_names
        whole = sorted(n for n in names if not n or n.startswith("as "))
        lines[own] += [f"import {module} {name}".rstrip() for name in whole]
        if listed := ", ".join(sorted(names - set(whole), key=_import_key)):
            lines[own].append(f"from {module} import {listed}")
    by_kind = [sorted(group, key=lambda line: line.startswith("from")) for group in lines.values()]
    return [*by_kind[0], *([""] if all(by_kind) else []), *by_kind[1]]


def _import_key(name: str) -> tuple[bool, str]:
    return not re.match("[A-Z]", name), name
