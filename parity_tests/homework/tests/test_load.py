"""Submissions of every shape that honest students hand in are imported, and what is in them is found."""

import sys

import numpy as np
import pytest

from parity_tests.homework.process import Worker
from parity_tests.homework.tests.handed_in import (
    FC_NET,
    FUNCTIONS,
    LAYERS,
    NET,
    PACKAGE,
    RELATIVE,
    moved,
)
from parity_tests.homework.tests.loading import Loader, load_files

__all__ = ["load_files"]


def flat(layers: str = "cs231n.layers", layer_utils: str = "cs231n.layer_utils") -> dict[str, str]:
    return {"layers.py": LAYERS, "fc_net.py": FC_NET.format(layers=layers, layer_utils=layer_utils)}


SHAPES = {
    "package": PACKAGE,
    "relative imports": RELATIVE,
    "with __init__": {
        **PACKAGE,
        "cs231n/__init__.py": "",
        "cs231n/classifiers/__init__.py": "from .fc_net import *",
    },
    "__init__ that fails": {**PACKAGE, "cs231n/classifiers/__init__.py": "from .k_nn import KNN"},
    "assignment folder": moved(PACKAGE, "assignment2"),
    "odd root": moved(RELATIVE, "hw2-john/my code"),
    "flat folder": flat(),
    "flat folder, flat imports": flat("layers", "layer_utils"),
    "flat folder, relative imports": flat("..layers", "..layer_utils"),
    "package without its name": {
        "a2/layers.py": LAYERS,
        "a2/classifiers/fc_net.py": FC_NET.format(layers="a2.layers", layer_utils="a2.layer_utils"),
    },
    "imports from the top of the folder": moved(
        {
            "cs231n/layers.py": LAYERS,
            "cs231n/classifiers/fc_net.py": FC_NET.format(
                layers="assignment2.cs231n.layers", layer_utils="assignment2.cs231n.layer_utils"
            ),
        },
        "assignment2",
    ),
    "names of a learning platform": {
        "doejohn_123_layers-1.py": LAYERS,
        "doejohn_124_fc_net.py": FC_NET.format(
            layers="cs231n.layers", layer_utils="cs231n.layer_utils"
        ),
    },
    "several copies": {
        **moved(PACKAGE, "final"),
        **moved({"cs231n/layers.py": "def affine_forward(x, w, b): pass"}, "old"),
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_names(shape: str, load_files: Loader) -> None:
    names, found = load_files(SHAPES[shape])
    if shape != "__init__ that fails":
        assert found["errors"] == {}
    assert list(found["functions"]) == FUNCTIONS
    assert list(found["classes"]) == [NET]
    assert names[FUNCTIONS[0]](np.eye(2), np.eye(2), 1.0)[0].tolist() == [[2, 1], [1, 2]]
    net = names[NET]()
    assert net.loss(-np.eye(2)).tolist() == [[0, 0], [0, 0]]


def test_what_is_said_of_a_function_and_of_a_class(load_files: Loader) -> None:
    _, found = load_files(PACKAGE)
    assert found["functions"][FUNCTIONS[0]] == {
        "file": "cs231n/layers.py",
        "line": 3,
        "doc": "We keep it short.\n\nInputs: x",
        "parameters": ["x", "w", "b"],
    }
    entry = found["classes"][NET]
    assert entry["parameters"] == ["input_dim", "reg", "dtype", "hidden"]
    assert entry["methods"] == ["loss"]
    assert entry["init_defaults"] == {"input_dim": 3, "reg": 0.0, "hidden": (1, 2)}
    assert (entry["file"], entry["line"], entry["doc"]) == (
        "cs231n/classifiers/fc_net.py",
        6,
        "A net.",
    )


def test_the_same_in_a_confined_process() -> None:
    files = {name: text.encode() for name, text in RELATIVE.items()}
    with Worker(files) as worker:
        found = worker.load()
        assert list(found["functions"]) == FUNCTIONS
        assert found["remarks"] == [
            "cs231n/layer_utils.py was not handed in; there is a stand-in for it"
        ]
        reply = worker.call(FUNCTIONS[2], -np.ones(2), returns="vh")
        assert reply.values[0].tolist() == [0, 0]


def test_a_file_of_any_name_alone(load_files: Loader) -> None:
    names, found = load_files({"hw2 (final).py": "def my_own(x): return x"})
    assert list(names) == ["hw2__final_:my_own"]
    assert found["functions"]["hw2__final_:my_own"]["file"] == "hw2 (final).py"


def test_helpers_of_the_student_are_imported(load_files: Loader) -> None:
    files = {
        "a2/cs231n/layers.py": "import my_sums\nfrom .deep import more\nfrom cs231n.deep.er import most\n"
        "def relu_forward(x): return my_sums.twice(x) + more.one + most.two",
        "a2/my_sums.py": "def twice(x): return x + x",
        "a2/cs231n/deep/more.py": "one = 1",
        "a2/cs231n/deep/er/most.py": "two = 2",
    }
    names, found = load_files(files)
    assert found["errors"] == {}
    assert names["cs231n.layers:relu_forward"](1) == 5


def test_scripts_are_not_run(load_files: Loader) -> None:
    _, found = load_files({**PACKAGE, "cs231n/setup.py": "x = 1", "train.py": "x = 1"})
    assert found["errors"] == {}
    assert not {"train", "cs231n.setup"} & set(sys.modules)


def test_a_preset_takes_the_place_of_a_file(load_files: Loader) -> None:
    right = LAYERS.replace("x @ w + b", "x @ w + b + 100")
    names, found = load_files(flat("layers", "layer_utils"), {"layers.py": right})
    assert found["functions"] == {}
    assert names[NET]().loss(np.eye(2)).tolist() == [[101, 100], [100, 101]]


def test_without_layers_the_network_is_there_and_it_is_said_what_is_not(load_files: Loader) -> None:
    _, found = load_files({"cs231n/classifiers/fc_net.py": PACKAGE["cs231n/classifiers/fc_net.py"]})
    assert found["errors"] == {} and found["classes"]
    assert "cs231n/layers.py was not handed in; right functions stand in for it" in found["remarks"]


def test_names_are_told_of_once_where_they_are_defined(load_files: Loader) -> None:
    more = (
        "from cs231n.layers import *\nimport functools\nimport numpy as np\nfrom numpy import pad\n"
        "relu_alias = relu_forward\nhalf = functools.partial(affine_forward, b=0)\nsgd = lambda w, dw: w - dw\n"
    )
    _, found = load_files({"layers.py": LAYERS, "optim.py": more})
    assert [name for name in found["functions"] if name not in FUNCTIONS] == [
        "cs231n.optim:relu_alias",
        "cs231n.optim:half",
        "cs231n.optim:sgd",
    ]


def test_the_copy_in_which_more_is_written_is_judged(load_files: Loader) -> None:
    files = {**moved(PACKAGE, "starter"), "solved/cs231n/layers.py": LAYERS + "x = 1\n" * 500}
    files["solved/cs231n/classifiers/fc_net.py"] = PACKAGE["cs231n/classifiers/fc_net.py"]
    _, found = load_files(files)
    assert found["functions"][FUNCTIONS[0]]["file"] == "solved/cs231n/layers.py"
    assert (
        "solved/cs231n is judged; left out, as copies or other assignments: starter/cs231n"
        in found["remarks"]
    )


def test_the_copy_with_more_of_the_names_is_judged_and_no_other_is_touched(
    load_files: Loader,
) -> None:
    files = {
        "b/layers.py": LAYERS,
        "b/classifiers/fc_net.py": FC_NET.format(layers="..layers", layer_utils="..layer_utils"),
        "a/layers.py": LAYERS + "x = 1\n" * 500,
        "a/my.py": "def affine_forward(x, w, b): pass",
        "layers.py": "def affine_forward(x, w, b): pass",
    }
    _, found = load_files(files)
    assert list(found["functions"]) == FUNCTIONS
    assert {entry["file"] for entry in found["functions"].values()} == {"b/layers.py"}
    assert list(found["classes"]) == [NET]


def test_what_the_package_lacks_is_taken_from_another(load_files: Loader) -> None:
    files = {
        **moved(PACKAGE, "assignment2"),
        "assignment1/cs231n/optim.py": "def sgd(w, dw): return w - dw",
    }
    files["assignment1/cs231n/layers.py"] = "def affine_forward(x, w, b): pass"
    names, found = load_files(files)
    assert names["cs231n.optim:sgd"](3, 1) == 2
    assert found["functions"][FUNCTIONS[0]]["file"] == "assignment2/cs231n/layers.py"
    assert (
        "assignment1/cs231n/optim.py is judged too: the package has no optim.py" in found["remarks"]
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_odd_encodings_and_line_ends(encoding: str, load_files: Loader) -> None:
    text = "# é\r\nname = 'é'\r\ndef relu_forward(x):\r\n\treturn name\r\n"
    names, found = load_files({"layers.py": text.encode(encoding)})
    assert found["errors"] == {}
    assert names["cs231n.layers:relu_forward"](0) == "é"


def test_an_old_mac_wrote_it(load_files: Loader) -> None:
    names, _ = load_files({"layers.py": b"x = 3\rdef relu_forward(y):\r  return x"})
    assert names["cs231n.layers:relu_forward"](0) == 3


def test_a_module_under_two_names_is_one_module(load_files: Loader) -> None:
    files = {
        "fc_net.py": "import layers\nfrom cs231n import layers as same\nclass TwoLayerNet: pass",
        "layers.py": LAYERS,
    }
    load_files(files)
    net = sys.modules["cs231n.classifiers.fc_net"]
    assert net.layers is net.same is sys.modules["layers"] is sys.modules["cs231n.layers"]
    spec = net.layers.__spec__
    assert spec is not None
    assert net.layers.__name__ == spec.name == "cs231n.layers"


def test_a_stand_in_is_no_function_of_the_student(load_files: Loader) -> None:
    text = "from cs231n.fast_layers import *\nconv_forward_naive = conv_forward_fast\n"
    names, _ = load_files({"layers.py": text + "def relu_forward(x): pass"})
    assert list(names) == ["cs231n.layers:relu_forward"]
