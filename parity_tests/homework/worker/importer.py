"""How Python finds the modules of a submission: from texts in memory, under the course's names, last of all finders."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

from parity_tests.homework.worker import handout, stand_ins
from parity_tests.homework.worker.layout import PACKAGE, defined
from parity_tests.homework.worker.source import Source

LONGEST_ERROR = 1_000


@dataclass
class Failure:
    """Why a file could not be imported, and what is lost with it."""

    error: str
    line: int | None
    defines: tuple[str, ...] = ()


class Importer(MetaPathFinder):
    """Finds what was handed in, what the handouts bring along, and stand-ins for packages that are not here."""

    def __init__(
        self,
        modules: Mapping[str, Source],
        above: frozenset[str],
        skipped: frozenset[str] = frozenset(),
    ) -> None:
        """`modules`: by name, perhaps one source under several; `above`: folders that may stand before the package."""
        self.modules, self.above, self.skipped = modules, above, skipped
        self.own: dict[str, str] = {}
        for name, source in modules.items():
            self.own.setdefault(source.path, name)
        self.packages = {PACKAGE, f"{PACKAGE}.classifiers"} if self._course() else set[str]()
        for name in modules:
            parts = name.split(".")
            self.packages |= {".".join(parts[:n]) for n in range(1, len(parts))}
        self.failures: dict[str, Failure] = {}
        self.stood_in: set[str] = set()
        self.absent: set[str] = set()
        self.remarks: list[str] = []

    def _course(self) -> bool:
        return any(name.startswith(f"{PACKAGE}.") for name in self.modules)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if (real := self._real(fullname)) is not None:
            if real != fullname:
                return ModuleSpec(fullname, _Alias(real), is_package=real in self.packages)
            return self._spec(fullname)
        if fullname in self.above and fullname not in sys.builtin_module_names:
            return ModuleSpec(fullname, _Made(lambda module: None), is_package=True)
        of_course = self._of_course(fullname)
        make = handout.maker(of_course) if of_course else stand_ins.maker(fullname)
        if make is None and any(fullname == n or fullname.startswith(f"{n}.") for n in self.absent):
            return ModuleSpec(fullname, _Made(stand_ins.placeholder), is_package=True)
        if make is None:
            return None
        if of_course:
            self.stood_in.add(of_course)
            lacks = "needs torch" if of_course in self.skipped else "was not handed in"
            self.remark(f"{of_course.replace('.', '/')}.py {lacks}; there is a stand-in for it")
        elif not stand_ins.is_exact(fullname):
            self.remark(
                f"{fullname.partition('.')[0]} is not available here; a placeholder lets the import pass"
            )
        return ModuleSpec(fullname, _Made(make), is_package=not of_course)

    def _real(self, fullname: str) -> str | None:
        """The one name of the module that is meant, however its folders are called from where it is imported."""
        if self._root(fullname) not in ("", PACKAGE, *self.above) and fullname not in self.modules:
            return None
        parts = fullname.split(".")
        for start in range(len(parts)):
            tail = ".".join(parts[start:])
            for name in (tail, f"{PACKAGE}.{tail}", f"{PACKAGE}.classifiers.{tail}"):
                if name in self.skipped:
                    continue
                if name in self.modules:
                    return self.own[self.modules[name].path]
                if name in self.packages and start < len(parts):
                    return name
        return None

    def _root(self, fullname: str) -> str:
        """What stands before the last dot, at its very left; "" for a name without dots or of the submission."""
        top, dot, _ = fullname.partition(".")
        return top if dot and top not in {name.partition(".")[0] for name in self.packages} else ""

    def _of_course(self, fullname: str) -> str | None:
        """The course's name for a module of it that is not here."""
        if not self._course():
            return None
        parts = fullname.split(".")
        if PACKAGE in parts:
            return ".".join(parts[parts.index(PACKAGE) :])
        while len(parts) > 1 and parts[0] in self.above:
            del parts[0]
        bare = ".".join((PACKAGE, *parts))
        return bare if handout.maker(bare) is not None else None

    def _spec(self, name: str) -> ModuleSpec:
        source = self.modules.get(name)
        loader: Loader = _Made(self._gather) if source is None else _Read(source, self)
        spec = ModuleSpec(name, loader, is_package=name in self.packages)
        if source is not None and source.parts:
            spec.origin, spec.has_location = source.parts[0].file, True
        return spec

    def _gather(self, package: ModuleType) -> None:
        """A package without an `__init__.py` has what its modules define, as the one of a handout would."""
        inside = [name for name in self.modules if name.startswith(f"{package.__name__}.")]

        def get(attribute: str) -> object:
            for name in inside:
                if attribute in defined(self.modules[name].text):
                    return getattr(importlib.import_module(name), attribute)
            raise AttributeError(f"{package.__name__} has no {attribute}")

        vars(package)["__getattr__"] = get

    def remark(self, text: str) -> None:
        """Something to be told of, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def lets_pass(self, error: ModuleNotFoundError) -> bool:
        """Whether an import that failed can be tried again, with a placeholder for what was not handed in."""
        name = error.name
        if not name or name in self.absent or name.partition(".")[0] in sys.stdlib_module_names:
            return False
        self.absent.add(name)
        if name.startswith(f"{PACKAGE}."):
            told = f"{name.replace('.', '/')}.py was not handed in; right functions stand in for it"
        else:
            told = f"{name} was not handed in; a placeholder lets the import pass"
        self.remark(told)
        return True

    def fail(self, source: Source, error: BaseException) -> None:
        """Remembers the first reason why a file could not be imported."""
        if source.path not in self.failures:
            line = _line(error, {part.file for part in source.parts} | {source.path})
            names = tuple(sorted(defined(source.text)))
            self.failures[source.path] = Failure(_described(error), line, names)


class _Read(Loader):
    """Runs a file of the submission; a second time it fails at once, in the same words."""

    def __init__(self, source: Source, importer: Importer) -> None:
        self.source, self.importer = source, importer

    def exec_module(self, module: ModuleType) -> None:
        source, importer = self.source, self.importer
        known = importer.failures.get(source.path)
        if known is None:
            try:
                self._run(module)
                return
            except BaseException as error:  # SystemExit too
                importer.fail(source, error)
        known = importer.failures[source.path]
        if module.__name__ in importer.packages:  # an __init__.py takes nothing else with it
            return
        at = f" (line {known.line})" if known.line else ""
        raise ImportError(f"{source.path} cannot be imported: {known.error}{at}")

    def _run(self, module: ModuleType) -> None:
        """All of it; where that fails as it runs, as a script does without its data, what only defines."""
        source = self.source
        if source.error is not None:
            raise source.error
        codes = list(source.codes())  # what only the compiler refuses is refused for good
        before = dict(vars(module), __builtins__=source.builtins)
        vars(module).update(before)
        try:
            self._execute(codes, module)
        except BaseException as error:
            vars(module).clear()
            vars(module).update(before)
            if isinstance(error, ModuleNotFoundError) and self.importer.lets_pass(error):
                return self._run(module)
            try:
                self._execute(list(source.codes(definitions_only=True)), module)
            except BaseException:
                raise error from None
            told = f"{source.path} fails when run ({_described(error)[:200]}); what it defines is judged"
            self.importer.remark(told)

    def _execute(self, codes: list[CodeType], module: ModuleType) -> None:
        for code in codes:
            try:
                exec(code, vars(module))
            except BaseException as error:
                if len(codes) == 1:
                    raise
                cell = code.co_filename.rpartition(", ")[2]
                told = (
                    f"{self.source.path}: {cell} is left out, it fails: {_described(error)[:200]}"
                )
                self.importer.remark(told)


class _Alias(Loader):
    """Another name of a module: the same object."""

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.real)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec


class _Made(Loader):
    """A module that is filled by a function."""

    def __init__(self, fill: Callable[[ModuleType], None]) -> None:
        self.fill = fill

    def exec_module(self, module: ModuleType) -> None:
        self.fill(module)

    def get_code(self, fullname: str) -> CodeType | None:
        return None


def _described(error: BaseException) -> str:
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        message = "(it has no message that can be read)"
    name = type(error).__name__
    return f"{name}: {message}"[:LONGEST_ERROR] if message else name


def _line(error: BaseException, files: set[str]) -> int | None:
    """The innermost line inside these files."""
    if isinstance(error, SyntaxError):
        return error.lineno
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in files:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
