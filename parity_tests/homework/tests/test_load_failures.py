"""A file that fails takes with it what needs it, says why, and nothing more."""

from pathlib import Path

import pytest

from parity_tests.homework.tests.handed_in import FUNCTIONS, LAYERS, PACKAGE
from parity_tests.homework.tests.loading import Loader, load_files

__all__ = ["load_files"]


def test_a_syntax_error_takes_only_what_needs_it(load_files: Loader) -> None:
    files = {
        **PACKAGE,
        "cs231n/layers.py": "def relu_forward(x:\n    pass",
        "cs231n/optim.py": "def sgd(w): return w",
    }
    _, found = load_files(files)
    errors = found["errors"]
    assert list(found["functions"]) == ["cs231n.optim:sgd"]
    assert list(errors) == ["cs231n/layers.py", "cs231n/classifiers/fc_net.py"]
    assert errors["cs231n/layers.py"]["line"] == 1
    assert errors["cs231n/layers.py"]["defines"] == ["relu_forward"]
    assert errors["cs231n/layers.py"]["error"].startswith("SyntaxError: ")
    assert (
        "cs231n/layers.py cannot be imported: SyntaxError"
        in errors["cs231n/classifiers/fc_net.py"]["error"]
    )
    assert errors["cs231n/classifiers/fc_net.py"]["line"] == 3


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import os.helper_that_never_was\n", "ModuleNotFoundError"),
        ("def f(x):\n    return x\nreturn 3\n", "SyntaxError: 'return' outside function"),
        ("x = 1\n\0", "source code"),
        ("class A(undefined): pass\n", "NameError"),
        ("import sys\nclass A:\n    sys.exit(3)\n", "SystemExit: 3"),
        ("x = " + "(" * 5000, "SyntaxError"),
        ("class A:\n    raise ValueError(Bad())\n", "NameError"),
    ],
)
def test_what_cannot_be_imported_says_why(text: str, error: str, load_files: Loader) -> None:
    _, found = load_files({"layers.py": text, "optim.py": "def sgd(w): return w"})
    assert error in found["errors"]["layers.py"]["error"]
    assert list(found["functions"]) == ["cs231n.optim:sgd"]


def test_a_script_that_fails_still_defines(load_files: Loader) -> None:
    text = LAYERS + "data = open('cifar10/data_batch_1').read()\nprint(data)\n"
    _, found = load_files({"layers.py": text})
    assert list(found["functions"]) == FUNCTIONS
    assert found["errors"] == {}
    assert "FileNotFoundError" in found["remarks"][-1]


def test_a_failed_import_is_not_tried_twice(load_files: Loader, tmp_path: Path) -> None:
    count = tmp_path / "count"
    text = f"open({str(count)!r}, 'a').write('x')\nimport os.nowhere\n"
    load_files({**PACKAGE, "cs231n/layers.py": text})
    assert count.read_text() == "x"


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nsys.meta_path.clear()",
        "import sys\nsys.modules[__name__] = 3",
        "class Bad:\n    def __call__(self): pass\n    __doc__ = __module__ = property(exit)\nbad = Bad()",
        "class Meta(type):\n    def __getattribute__(cls, name): raise SystemExit\nclass Odd(metaclass=Meta): pass",
    ],
)
def test_odd_code_does_not_stop_the_loader(text: str, load_files: Loader) -> None:
    _, found = load_files({"layers.py": text, "optim.py": "def sgd(w): return w"})
    assert "cs231n.optim:sgd" in found["functions"] or "optim.py" in found["errors"]
