"""Functions in the cells of notebooks are found, and what else cells do is not done."""

import json

import numpy as np
import pytest

from parity_tests.homework.tests.handed_in import FUNCTIONS, LAYERS, NET, PACKAGE
from parity_tests.homework.tests.loading import Loader, load_files

__all__ = ["load_files"]


def test_a_script_made_of_a_notebook_only_defines(load_files: Loader) -> None:
    text = LAYERS + "get_ipython().run_line_magic('matplotlib', 'inline')\ntrain_for_hours()\n"
    _, found = load_files({"a2.py": text})
    assert list(found["functions"]) == FUNCTIONS
    assert found["remarks"] == ["a2.py is taken for layers.py"]


def cell(*lines: str) -> dict[str, object]:
    return {"cell_type": "code", "source": "\n".join(lines)}


def test_a_notebook_with_the_functions_in_cells(load_files: Loader) -> None:
    cells = [
        {"cell_type": "markdown", "source": "def no(): it is text"},
        cell(
            "%matplotlib inline",
            "import numpy as np",
            "from cs231n.layers import relu_forward",
            "k = 2",
        ),
        cell("def affine_forward(x, w, b):", "    out = None", "    return out, x"),
        cell("this is no Python"),
        cell(
            "!pip install numpy",
            "data = load_everything()",
            "for i in range(10**12): pass",
            "nothing.plot()",
        ),
        cell(
            "def affine_forward(x, w, b):",
            "    y = relu_forward(x)[0]",
            "    return k * y @ w + b, x",
        ),
    ]
    names, found = load_files(
        {
            "a2.ipynb": json.dumps({"cells": cells}),
            "cs231n/layers.py": LAYERS[LAYERS.index("def relu") :],
        }
    )
    entry = found["functions"]["a2:affine_forward"]
    assert (entry["file"], entry["line"]) == ("a2.ipynb, cell 6", 1)
    assert any("cell 4 is left out" in remark for remark in found["remarks"])
    with pytest.raises(NameError, match="np"):  # its own mistake, at its own place
        names["cs231n.layers:relu_forward"](1)


def test_a_notebook_alone_stands_for_layers(load_files: Loader) -> None:
    content = {
        "worksheets": [
            {"cells": [{"cell_type": "code", "input": LAYERS.splitlines(keepends=True)}]}
        ]
    }
    files = {
        "part1.ipynb": json.dumps(content),
        "fc_net.py": PACKAGE["cs231n/classifiers/fc_net.py"],
    }
    names, found = load_files(files)
    assert list(found["functions"]) == FUNCTIONS
    assert names[NET]().loss(-np.eye(2)).tolist() == [[0, 0], [0, 0]]


def test_a_cell_that_writes_a_file_is_that_file(load_files: Loader) -> None:
    cells = [cell("%%writefile /content/drive/cs231n/layers.py", *LAYERS.splitlines())]
    _, found = load_files({"colab.ipynb": json.dumps({"cells": cells})})
    assert list(found["functions"]) == FUNCTIONS
    assert found["functions"][FUNCTIONS[0]]["file"] == "cs231n/layers.py"


def test_a_notebook_that_is_none(load_files: Loader) -> None:
    _, found = load_files({"a2.ipynb": "{", "layers.py": LAYERS})
    assert found["errors"]["a2.ipynb"]["error"].startswith("not a notebook")
    assert list(found["functions"]) == FUNCTIONS
