"""Imports a submission, whatever it looks like: packages, flat folders, single files, notebooks, of 2016 to now."""

import importlib
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

from parity_tests.homework.worker import inventory, notebook, old_numpy, python2, stand_ins
from parity_tests.homework.worker.class_layout import class_layout, package
from parity_tests.homework.worker.importer import Failure, Importer
from parity_tests.homework.worker.layout import PACKAGE, Layout, defined, layout
from parity_tests.homework.worker.source import Source, decoded, from_notebook, from_python

Found = dict[str, Any]
Cells = dict[str, list[tuple[int, str]]]


def load(folder: str, preset: str | None) -> tuple[dict[str, Any], Found]:
    """Imports all there is below a folder: what `Loading` does, at once."""
    loading = Loading(folder, preset)
    for name, _ in loading.plan:
        loading.run(name)
    return loading.found()


class Loading:
    """An import in steps, so that whoever asks for them knows which file it is that does not come to an end."""

    def __init__(self, folder: str, preset: str | None, given_up: Mapping[str, str] = {}) -> None:
        """Reads all there is below a folder, and runs nothing of it.

        Args:
            folder: the submission's files.
            preset: a folder with files of the package that take the place of the submission's, such as correct layers,
                and with the table of a course whose layers are classes.
            given_up: files that are not to be run, with the reason.
        """
        warnings.simplefilter("ignore")
        self.folder, self.remarks = folder, list[str]()
        texts, cells, errors = _texts(folder, self.remarks)
        of_classes = package(preset)
        plan = layout(texts) if of_classes is None else class_layout(texts, of_classes)
        sources = _sources(folder, texts, cells, plan)
        self.remarks[:0] = plan.remarks
        modules = {name: sources[path] for name, path in plan.modules.items()}
        given = _preset(preset)
        self.importer = Importer({**modules, **given}, plan.above, _replaced(sources, plan, given))
        old_numpy.provide()
        sys.meta_path.append(self.importer)
        self.importer.failures.update(errors)
        for path, reason in given_up.items():
            names = tuple(sorted(defined(texts.get(path, ""))))
            self.importer.failures[path] = Failure(reason, None, names)
        self.sources = {name: sources[path] for path, name in plan.own.items() if name not in given}
        self.plan = [(name, self.importer.modules[name].path) for name in self._in_order(plan)]

    def _in_order(self, plan: Layout) -> list[str]:
        """What is imported at once, each after the `__init__.py` files of the folders that it lies in."""
        order: dict[str, None] = {}
        for name in plan.eager:
            parts = name.split(".")
            above = [".".join(parts[:n]) for n in range(1, len(parts))]
            order |= dict.fromkeys(each for each in above if each in self.importer.modules)
            order[name] = None
        return [name for name in order if name not in self.importer.skipped]

    def run(self, name: str) -> None:
        """Imports one module of the plan. What goes wrong is told of by file."""
        try:
            importlib.import_module(name)
        except BaseException as error:  # SystemExit too
            self.importer.fail(self.importer.modules[name], error)

    def found(self) -> tuple[dict[str, Any], Found]:
        """The objects by qualified name, and what can be said of them.

        That is "functions", "classes", "errors" by file, "remarks".
        """
        stand_ins.finish_loading()
        return _found(self.folder, self.sources, self.importer, self.remarks)


def _texts(folder: str, remarks: list[str]) -> tuple[dict[str, str], Cells, dict[str, Failure]]:
    """The text of every file, notebooks as their cells; what cells write to files is a file."""
    texts: dict[str, str] = {}
    cells: Cells = {}
    errors: dict[str, Failure] = {}
    written: dict[str, str] = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".py" and path.is_file():
            texts[name] = decoded(path.read_bytes())
        elif path.suffix == ".ipynb" and path.is_file():
            try:
                content = notebook.read(path.read_bytes())
            except notebook.NotebookError as error:
                errors[name] = Failure(str(error), None)
                continue
            cells[name] = content.cells
            texts[name] = "\n".join(text for _, text in content.cells)
            for target, text in content.written.items():
                if target.endswith(".py"):
                    written[_beside(name, target)] = text
    for name, text in written.items():
        if name not in texts:
            texts[name] = text
            remarks.append(f"{name} is taken from the cell of a notebook that writes it")
    return texts, cells, errors


def _beside(notebook_: str, target: str) -> str:
    """Where a cell writes to: below the notebook's folder; of a path of another machine, from the package on."""
    parts = [part for part in PurePosixPath(target).parts if part not in ("/", ".", "..", "~")]
    if PurePosixPath(target).is_absolute() or ".." in PurePosixPath(target).parts:
        parts = parts[parts.index(PACKAGE) :] if PACKAGE in parts else parts[-1:]
    return PurePosixPath(notebook_).parent.joinpath(*parts).as_posix()


def _sources(folder: str, texts: dict[str, str], cells: Cells, plan: Layout) -> dict[str, Source]:
    """Read and settled: the files that can be imported, each as Python 2 or 3."""
    sources: dict[str, Source] = {}
    for path in plan.own:
        file = f"{folder}/{path}"
        if path in cells:
            sources[path] = from_notebook(path, cells[path], file)
        else:
            sources[path] = from_python(path, texts[path], file)
    bound = set().union(*(source.bound for source in sources.values()))
    of_package = [sources[path] for path, name in plan.own.items() if name.startswith(PACKAGE)]
    old = {id(each) for each in sources.values() if each.only_in_python2(bound)}
    around = any(id(each) in old for each in of_package)
    for source in sources.values():
        source.settle(python2_around=around or id(source) in old)
        # The handouts' own im2col, until 2023, is a TypeError in Python 3.
        if PurePosixPath(source.path).name == "im2col.py":
            source.is_python2 |= "get_im2col_indices" in source.bound
    if any(source.is_python2 for source in sources.values()):
        python2.provide()
    return sources


def _preset(folder: str | None) -> dict[str, Source]:
    if folder is None:
        return {}
    modules = {}
    for path in sorted(Path(folder).rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        source = from_python(name, decoded(path.read_bytes()), str(path))
        source.settle(python2_around=False)
        inside = PurePosixPath(name.removeprefix(f"{PACKAGE}/")).with_suffix("")
        modules[".".join((PACKAGE, *inside.parts))] = source
    return modules


def _replaced(sources: dict[str, Source], plan: Layout, given: dict[str, Source]) -> frozenset[str]:
    """Provided files that cannot run here: fast layers on PyTorch (2019), the `im2col` of Cython."""
    fast = f"{PACKAGE}.fast_layers"
    path = plan.modules.get(fast)
    if path is None or fast in given or "import torch" not in sources[path].text:
        return frozenset()
    return frozenset({fast})


def _found(
    folder: str, sources: dict[str, Source], importer: Importer, remarks: list[str]
) -> tuple[dict[str, Any], Found]:
    namespace: dict[str, Any] = {}
    found: Found = {"functions": {}, "classes": {}, "errors": {}, "remarks": remarks}
    submitted = frozenset(sources)
    for name, source in sources.items():
        module = sys.modules.get(name)
        if not isinstance(module, ModuleType):
            continue
        objects, functions, classes = inventory.of_module(module, source, folder, submitted)
        namespace |= objects
        found["functions"] |= functions
        found["classes"] |= classes
        if source.is_python2:
            remarks.append(f"read as Python 2: {source.path}")
        remarks += [text for text in source.remarks if text not in remarks]
    remarks += importer.remarks
    found["stood_in"] = sorted(importer.stood_in)
    for path, failure in importer.failures.items():
        entry = {"error": failure.error, "line": failure.line, "defines": list(failure.defines)}
        found["errors"][path] = entry
    return namespace, found
