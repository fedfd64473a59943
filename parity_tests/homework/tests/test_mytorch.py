"""A course whose layers are classes: what is right is right, planted mistakes have their names, and files are found."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity_tests.homework.courses import COURSES, likelier
from parity_tests.homework.courses.mytorch import PRESET, TASKS, with_right_classes
from parity_tests.homework.judge_submission import judge
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.other_functions import INHERITS
from parity_tests.homework.submission import Submission
from parity_tests.homework.tests.loading import Loader, load_files
from parity_tests.homework.tests.local import Kept, Local

__all__ = ["load_files"]
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
SOLUTION = Path(__file__).parent / "solution_mytorch" / "mytorch"
FILES = {
    f"mytorch/{path.relative_to(SOLUTION).as_posix()}": path.read_text(encoding="utf-8")
    for path in sorted(SOLUTION.rglob("*.py"))
}
EXAMPLES, SEED = 25, 1
TABLES = {name: data.decode() for name, data in PRESET.items()}


@dataclass(frozen=True, slots=True)
class Planted:
    """One exchange of text in one class, and what has to be said of it."""

    owner: str
    old: str
    new: str
    name: str = ""
    harmless: bool = False

    @property
    def texts(self) -> dict[str, str]:
        """All files, with the mistake in one."""
        file = next(file for file, text in FILES.items() if f"class {self.owner}:" in text)
        before, head, after = FILES[file].partition(f"class {self.owner}:")
        assert self.old in after, f"{self.owner} has no {self.old!r}"
        return {**FILES, file: before + head + after.replace(self.old, self.new, 1)}


class Together(Local):
    """A submission of several files, run one after the other in one namespace."""

    def __init__(self, texts: dict[str, str]) -> None:
        module = ModuleType("submission")
        for text in sorted(texts.values(), key=lambda text: "from ." in text):
            kept = [line for line in text.splitlines() if not line.startswith("from .")]
            exec(compile("\n".join(kept), "submission.py", "exec"), vars(module))  # our own text
        self.names = vars(module)

    def set(self, attribute: str, owner: Any, value: Any) -> None:
        if isinstance(value, list):  # the layers of a model
            value = [each.thing if isinstance(each, Kept) else each for each in value]
            setattr(owner.thing, attribute.rpartition(".")[2], value)
            return
        super().set(attribute, owner, value)


AVERAGED = "self.dLdW = dLdZ.T @ self.A / self.N\n        self.dLdb = dLdZ.T @ self.Ones / self.N"
SUMMED = AVERAGED.replace(" / self.N", "")
TABLE = (
    Planted("Linear", "dLdZ.T @ self.A", "dLdZ.T @ self.A / self.N", "dLdW is averaged over the batch"),
    Planted("Linear", SUMMED, AVERAGED, "divides dLdW and dLdb by N, as in 2022 and 2023", True),
    Planted("Linear", "self.Ones @ self.b.T", "0", "forgets the bias"),
    Planted("Sigmoid", "self.A - self.A * self.A", "self.A", "the derivative lacks 1 - A"),
    Planted("Tanh", "1 - self.A * self.A", "1 - self.A", "the derivative lacks the square"),
    Planted("ReLU", "dLdA * dAdZ", "dAdZ", "forgets dLdA"),
    Planted("ReLU", "np.maximum(0, Z)", "np.abs(Z)"),
    Planted("Softmax", "np.diag(a) -", "-", "leaves out the diagonal of the Jacobian"),
    Planted("MSELoss", "2 * (self.A", "(self.A", "the gradient lacks the factor 2"),
    Planted("CrossEntropyLoss", "/ self.N\n        return dLdA", "\n        return dLdA",
            "the gradient is not divided by N, as in 2022 and 2023", True),
    Planted("CrossEntropyLoss", "np.log(self.softmax)", "np.log(self.softmax + 1e-9)", "", True),
    Planted("CrossEntropyLoss", "self.softmax - self.Y", "self.softmax",
            "the gradient lacks the -1 at the true class"),
    Planted("BatchNorm1d", "np.sqrt(self.running_V + self.eps)", "(self.running_V + self.eps)",
            "divides by the variance in test mode, without the root"),
    Planted("BatchNorm1d", " + dLdM / self.N", "", "dLdZ lacks the term through the mean"),
    Planted("BatchNorm1d", "np.sum(dLdBZ, axis=0, ", "np.mean(dLdBZ, axis=0, ", "dLdBb is a mean"),
    Planted("SGD", "self.l[i].b - self.lr * self.v_b[i]", "self.l[i].b"),
    Planted("SGD", "if self.mu == 0:", "if True:"),
    Planted("Downsample2d", "self.H, self.W))", "k * (dLdZ.shape[2] - 1) + 1, k * (dLdZ.shape[3] - 1) + 1))",
            "takes the size of dLdA from dLdZ"),
    Planted("Conv2d_stride1", "np.flip(self.W, axis=(2, 3))", "self.W", "turns the filter round in dLdA"),
    Planted("Conv2d", "p : dLdA.shape[2] - p, p : dLdA.shape[3] - p", "p:-p, p:-p",
            "crops the padding by padding:-padding, which is empty for padding = 0"),
    Planted("MaxPool2d_stride1", "+= dLdZ", "= dLdZ", "assigns where it should accumulate"),
    Planted("MeanPool2d_stride1", "+= dLdZ[n, c, i, j] / K**2", "+= dLdZ[n, c, i, j]",
            "does not divide the gradient by the window's size"),
    Planted("Flatten", "A.reshape(A.shape[0], -1)", 'A.reshape(A.shape[0], -1, order="F")'),
)  # fmt: skip


@cache
def judged(planted: Planted) -> Judgement:
    task = next(task for task in TASKS if task.functions == (planted.owner,))
    with np.errstate(all="ignore"):
        (judgement,) = judge_task(task, Together(planted.texts), EXAMPLES, SEED)
    return judgement


def _label(planted: Planted) -> str:
    return f"{planted.owner}: {planted.name or planted.new}"[:60]


@pytest.mark.parametrize("name", [task.functions[0] for task in TASKS])
def test_the_right_solution_is_right(name: str) -> None:
    task = next(task for task in TASKS if task.functions == (name,))
    (judgement,) = judge_task(task, Together(FILES), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ()), judgement.message


@pytest.mark.parametrize("planted", TABLE, ids=_label)
def test_a_planted_mistake_is_found_and_named(planted: Planted) -> None:
    judgement = judged(planted)
    assert judgement.verdict == ("right" if planted.harmless else "wrong"), judgement.message
    if planted.harmless:
        assert judgement.remarks == ((planted.name,) if planted.name else ())
    elif planted.name:
        assert judgement.diagnosis == planted.name


def test_a_student_reads_the_calls_in_the_words_of_the_course() -> None:
    (planted,) = (each for each in TABLE if each.name == "turns the filter round in dLdA")
    lines = judged(planted).counterexample.splitlines()
    assert lines[0].startswith("layer = Conv2d_stride1(")
    assert lines[1:4] == [
        "layer.W, layer.b = W, b", "Z = layer.forward(A)", "dLdA = layer.backward(dLdZ)"
    ]  # fmt: skip
    assert any(re.match(r"dLdA should be \(1, 1, ", line) for line in lines)
    assert any(line.startswith("dLdZ (1, 1, ") for line in lines)
    assert len(lines) <= 25
    assert not any(re.search(r"\b(dout|dx|x|out)\b", line) for line in lines)


@pytest.mark.parametrize(
    "unwritten", ["return NotImplemented", "raise NotImplementedError", "return None"]
)
@pytest.mark.parametrize("written", ["dLdA = dLdZ @ self.W", "self.A = A\n"])
def test_what_is_still_to_be_written_is_missing(written: str, unwritten: str) -> None:
    judgement = judged(Planted("Linear", written, f"{unwritten}\n"))
    method = "backward" if "dLdZ" in written else "forward"
    assert judgement.verdict == "missing", judgement.message
    assert judgement.message.startswith(method)


def test_a_constructor_that_leaves_its_layer_out_is_missing() -> None:
    text = FILES["mytorch/nn/Conv2d.py"]
    start = text.index("self.conv2d_stride1 = ")
    rest = text[text.index(")\n        self.downsample2d") + 1 :]
    texts = {**FILES, "mytorch/nn/Conv2d.py": f"{text[:start]}self.conv2d_stride1 = None{rest}"}
    task = next(task for task in TASKS if task.functions == ("Conv2d",))
    (judgement,) = judge_task(task, Together(texts), 5, SEED)
    assert (judgement.verdict, judgement.message) == ("missing", "its conv2d_stride1 is None")


@pytest.mark.parametrize("name", ["Sigmoid", "Softmax"])
def test_a_backward_of_2022_takes_nothing_and_is_right(name: str) -> None:
    text = FILES["mytorch/nn/activation.py"].replace(
        "def backward(self, dLdA)", "def backward(self)"
    )
    text = text.replace("return dLdA * dAdZ", "return dAdZ")
    jacobians = "return np.stack([np.diag(a) - np.outer(a, a) for a in self.A])"
    text = text.replace("N, C = dLdA.shape", jacobians)
    task = next(task for task in TASKS if task.functions == (name,))
    (judgement,) = judge_task(task, Together({"activation.py": text}), EXAMPLES, SEED)
    assert judgement.verdict == "right", judgement.message
    assert judgement.remarks == ("backward gives the derivative by itself, as in 2022 and 2023",)


def test_a_convolution_of_2022_knows_no_padding() -> None:
    texts = Planted("Conv2d", "        padding=0,\n", "").texts
    texts = {
        file: text.replace("self.pad = padding", "self.pad = 0") for file, text in texts.items()
    }
    task = next(task for task in TASKS if task.functions == ("Conv2d",))
    (judgement,) = judge_task(task, Together(texts), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ("takes no padding, as in 2022",))


LAYER = "class Linear:\n    pass\n"
BARE = FILES["mytorch/nn/pool.py"].replace("from .resampling", "from resampling")
RESAMPLING = FILES["mytorch/nn/resampling.py"]
LOSS = FILES["mytorch/nn/loss.py"].replace("from .activation", "from mytorch.nn")
ACTIVATION = f"import scipy.special\n{FILES['mytorch/nn/activation.py']}"
SHAPES = {
    "as handed out": {f"hw/{file}": text for file, text in FILES.items()},
    "without __init__, imported through the package": {
        "mytorch/nn/loss.py": LOSS, "mytorch/nn/activation.py": ACTIVATION
    },
    "imported by bare names": {"mytorch/nn/pool.py": BARE, "mytorch/resampling.py": RESAMPLING},
    "flat": {"pool.py": BARE, "resampling.py": RESAMPLING},
    "under other names": {
        "my/Pooling.py": BARE.replace("resampling", "Resample"), "my/Resample.py": RESAMPLING
    },
    "an __init__ that fails": {**FILES, "mytorch/nn/__init__.py": "from .gelu import GELU"},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_files_are_found_however_they_lie(load_files: Loader, shape: str) -> None:
    names, found = load_files(SHAPES[shape], TABLES)
    assert found["errors"] == {}
    short = {full.rpartition(":")[2] for full in names}
    assert {"MaxPool2d", "Downsample2d"} <= short or {"MSELoss", "Softmax"} <= short


def test_of_copies_one_is_judged_and_what_runs_everything_is_not_imported(
    load_files: Loader,
) -> None:
    files = {"hw3/mytorch/linear.py": LAYER, "hw1/autograder.py": "raise SystemExit(1)"}
    files |= {f"hw1/{file}": text for file, text in FILES.items()}
    names, found = load_files(files, TABLES)
    assert names["mytorch.nn.linear:Linear"].forward
    assert found["errors"] == {}
    assert found["remarks"][0] == (
        "left out, as copies or other assignments: hw3/mytorch/linear.py"
    )


def test_right_classes_take_the_place_of_those_that_others_call() -> None:
    broken = "mytorch/nn/resampling.py"
    files = {"mytorch/nn/pool.py": BARE.encode(), broken: b"class Downsample2d(:"}
    amended = with_right_classes(files, (broken,))
    assert amended["mytorch/nn/pool.py"].startswith(BARE.encode())
    assert not amended[broken].startswith(files[broken])


def judged_whole(files: dict[str, str], course: str, *only: str) -> Any:
    content = {file: text.encode() for file, text in files.items()}
    return judge(Submission("hw", content), course, only=only, seed=1, examples=10, jobs=1)


def test_a_submission_is_judged_confined_and_a_caller_is_not_blamed() -> None:
    (planted,) = (each for each in TABLE if each.name == "turns the filter round in dLdA")
    report = judged_whole(planted.texts, "mytorch", "SGD", "Conv2d_stride1", "Conv2d")
    assert {j.name: j.verdict for j in report.judgements} == {
        "SGD": "right", "Conv2d_stride1": "wrong", "Conv2d": "right"
    }  # fmt: skip
    assert report.judgements[-1].remarks == (f"{INHERITS}: inherited from Conv2d_stride1",)


def test_the_second_week_is_judged_where_something_of_it_is_there() -> None:
    first = {file: FILES[file] for file in FILES if "linear" in file}
    whole = {j.name for j in judged_whole(first, "mytorch", "Linear").judgements}
    assert whole == {"Linear"}
    (task,) = (task for task in TASKS if task.functions == ("MaxPool2d",))
    assert task.present is not None
    assert not task.present(Together(first))
    assert task.present(Together(FILES))


@pytest.mark.parametrize(("course", "other"), [("cs231n", "mytorch"), ("mytorch", "cs231n")])
def test_homework_of_another_course_is_told_from_this_one(course: str, other: str) -> None:
    files = (
        FILES if other == "mytorch" else {"cs231n/layers.py": "def affine_forward(x, w, b): ..."}
    )
    only = COURSES[course].tasks[0].functions[0]
    assert f"--course {other}" in " ".join(judged_whole(files, course, only).remarks)
    assert likelier(COURSES[course].functions, course) is None
