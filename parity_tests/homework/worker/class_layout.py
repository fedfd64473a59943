"""Which files of a submission are what, where a course has its layers as classes: by a table of files and classes.

The table comes with the course (`course.json` among the preset files), so that no course is known by name here.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from parity_tests.homework.worker.layout import Layout, defined

TABLE = "course.json"


@dataclass(frozen=True)
class Package:
    """A course's package.

    Args:
        name: of the package, as in its handout's imports.
        roles: the modules below it, and the classes that each holds.
    """

    name: str
    roles: Mapping[str, tuple[str, ...]]


def package(preset: str | None) -> Package | None:
    """The course's table; None for a course that has none."""
    path = Path(preset or "", TABLE)
    if preset is None or not path.is_file():
        return None
    told = json.loads(path.read_bytes())
    roles = {role: tuple(classes) for role, classes in told["roles"].items()}
    return Package(told["package"], roles)


def class_layout(texts: Mapping[str, str], of: Package) -> Layout:
    """Decides for a submission, given as the text of each file by its relative path.

    Whatever folders an import names (`resampling`, `mytorch.resampling`, `mytorch.nn.resampling`), it finds the file.

    >>> of = Package("mytorch", {"nn.linear": ("Linear",), "nn.loss": ("MSELoss", "CrossEntropyLoss")})
    >>> plan = class_layout({"hw1/nn/linear.py": "class Linear: pass", "hw1/notes.py": ""}, of)
    >>> plan.eager, plan.modules["linear"], plan.modules["notes"]
    (['mytorch.nn.linear'], 'hw1/nn/linear.py', 'hw1/notes.py')
    """
    names = {path: defined(text) for path, text in texts.items() if not _is_package(path)}
    known = frozenset().union(*of.roles.values())
    roots = {path: _root(path, of.name) for path, found in names.items() if found & known}
    ranked = _ranked({path: names[path] & known for path in roots}, roots, texts)
    result = Layout()
    for role, classes in of.roles.items():
        holds = {path: len(names[path] & frozenset(classes)) for path in ranked}
        best = max(ranked, key=lambda path: holds[path], default=None)  # the first of equals
        if best is not None and holds[best]:
            result.modules[f"{of.name}.{role}"] = best
    result.eager = list(result.modules)
    _add_aliases(result, of)
    _add_others(result, set(names) - set(roots), roots[ranked[0]] if ranked else PurePosixPath())
    result.eager = result.eager or list(result.own.values())
    if left := [path for path in ranked if path not in result.modules.values()]:
        told = ", ".join(left[:4]) + (" …" if len(left) > 4 else "")
        result.remarks.append(f"left out, as copies or other assignments: {told}")
    return result


def _ranked(
    found: Mapping[str, frozenset[str]],
    roots: Mapping[str, PurePosixPath],
    texts: Mapping[str, str],
) -> list[str]:
    """The files: of the copies in which most of the course is defined first those in which most is written."""

    def rank(path: str) -> tuple[int, int, str, str]:
        mine = [other for other, root in roots.items() if root == roots[path]]
        classes = frozenset().union(*(found[other] for other in mine))
        written = sum(len(texts[other]) for other in mine)
        return -len(classes), -written, roots[path].as_posix(), path

    return sorted(found, key=rank)


def _is_package(path: str) -> bool:
    """An `__init__.py` imports what its neighbours define, which the importer does as well."""
    return PurePosixPath(path).name == "__init__.py"


def _root(path: str, name: str) -> PurePosixPath:
    """The folder from which the package is imported; of a file outside of it, its own folder."""
    folder = PurePosixPath(path).parent
    if name in folder.parts:
        depth = len(folder.parts) - folder.parts[::-1].index(name)
        return PurePosixPath(*folder.parts[: depth - 1])
    return folder


def _add_aliases(result: Layout, of: Package) -> None:
    """The names by which a file may be imported: its own and the handout's, below any of the course's folders."""
    folders = {role.rpartition(".")[0] for role in of.roles} | {"", "nn.modules"}
    prefixes = sorted(folder and f"{folder}." for folder in folders)
    prefixes += [f"{of.name}.{prefix}" for prefix in prefixes]
    for name, path in list(result.modules.items()):
        for stem in (name.rpartition(".")[2], PurePosixPath(path).stem):
            for prefix in prefixes:
                result.modules.setdefault(prefix + stem, path)


def _add_others(result: Layout, paths: Collection[str], root: PurePosixPath) -> None:
    """Files without a class of the course, by their place and by their own name."""
    for path in sorted(paths):
        inside = PurePosixPath(path)
        inside = inside.relative_to(root) if inside.is_relative_to(root) else inside
        result.modules.setdefault(".".join(inside.with_suffix("").parts), path)
        result.modules.setdefault(inside.stem, path)
