"""Cells of notebooks: what is kept of them, and what is left to IPython."""

import ast
import json

import pytest

from parity_tests.homework.worker.notebook import NotebookError, definitions, read, without_magic


def notebook(*sources: object) -> bytes:
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": source} for source in sources]}
    ).encode()


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("%load_ext autoreload\nx = 1", "pass\nx = 1"),
        ("if a:\n    !ls\nx", "if a:\n    pass\nx"),
        ("files = !ls\na, b = %time f()", "files = None\na, b = None"),
        ("?np.pad\nnp.pad??", "pass\npass"),
        ("y = (5\n%\n3)", "y = (5\n%\n3)"),
        ("%%time\n%pylab\nx = 1", "\npass\nx = 1"),
    ],
)
def test_lines_of_ipython_are_dropped_and_the_others_keep_their_numbers(
    source: str, kept: str
) -> None:
    assert read(notebook(source)).cells == [(1, kept)]


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%javascript", "%%cython -a", "%%latex"])
def test_cells_in_another_language_are_dropped(magic: str) -> None:
    assert read(notebook(f"{magic}\nrm -rf /", "x = 1")).cells == [(2, "x = 1")]


def test_files_that_cells_write() -> None:
    content = read(
        notebook(
            "%%writefile cs231n/a.py\nx = 1\n",
            "%%file 'b.py'\ny = 1",
            "%%writefile -a cs231n/a.py\nz = 1",
        )
    )
    assert content.cells == []
    assert content.written == {"cs231n/a.py": "x = 1\nz = 1", "b.py": "y = 1"}


def test_old_and_odd_formats() -> None:
    old = {
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "code", "input": ["x = 1\n", "y"]},
                    {"cell_type": "heading"},
                    3,
                ]
            }
        ]
    }
    assert read(json.dumps(old).encode()).cells == [(1, "x = 1\ny")]
    assert read(b"\xef\xbb\xbf" + notebook("x\r\ny", None)).cells == [(1, "x\ny"), (2, "None")]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'"cells"', b"[" * 100_000, b"\xff\xfe\x00"]
)
def test_what_is_no_notebook(data: bytes) -> None:
    with pytest.raises(NotebookError, match="not a notebook"):
        read(data)


@pytest.mark.parametrize(
    "kept",
    [
        "import numpy as np",
        "from cs231n.layers import *",
        "@wrapped\ndef f(x): pass",
        "class Net: pass",
        "k = 3",
        "k: int = 3",
        "import numpy as np\neps = np.float64(1e-8)",
        "try:\n    import x\nexcept ImportError:\n    x = None",
        "if True:\n    def f(): pass",
        "names = [str(i) for i in range(3)]",
        "cache.x = 1",
    ],
)
def test_definitions_are_kept(kept: str) -> None:
    assert ast.unparse(definitions(ast.parse(kept))) == ast.unparse(ast.parse(kept))


@pytest.mark.parametrize(
    "left",
    [
        "print(1)",
        "for i in range(10): pass",
        "while True: pass",
        "data = get_CIFAR10_data()",
        "from cs231n.solver import Solver\nsolver = Solver(model)",
        "loss = model.loss(x)",
        "if True:\n    train()",
        "k = [f(i) for i in range(3)]",
        "assert f(x)",
    ],
)
def test_work_is_left_out(left: str) -> None:
    kept = definitions(ast.parse(left)).body
    assert all(isinstance(node, ast.ImportFrom) for node in kept)


def test_text_that_parses_is_not_touched() -> None:
    text = 'x = """\n%matplotlib\n!ls\n"""'
    assert without_magic(text) == text
