"""The confined process begins: NumPy, the modules of this folder with builtins of their own, the loop."""

import builtins
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACKAGE = "parity_tests.homework.worker"


def private(name: str, path: Path, search: list[str] | None = None) -> ModuleType:
    """Imports one file under this name. Its builtins are a copy, out of reach of an `import builtins` in later code."""
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=search)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    vars(module)["__builtins__"] = dict(vars(builtins))
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def begin(channel: int, numpy: Path) -> None:
    """The folder of NumPy is given by itself: what is installed beside it cannot be imported here."""
    here = Path(__file__).parent
    sys.path.append(str(here.parents[2]))
    private("numpy", numpy / "__init__.py", [str(numpy)])
    for name in ("wire", "system_calls", "seccomp", "landlock", "confine", "serve"):
        module = private(f"{PACKAGE}.{name}", here / f"{name}.py")
    module.main(channel)


if __name__ == "__main__":
    begin(int(sys.argv[1]), Path(sys.argv[2]))
