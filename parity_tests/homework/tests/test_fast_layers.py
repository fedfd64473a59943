"""The fast layers: judged where a submission has some, on what the handout's own can do."""

from pathlib import Path

import pytest

from parity_tests.homework.class_member import Work
from parity_tests.homework.courses.cs231n.tasks import FAST
from parity_tests.homework.judge_submission import functions_of, judge
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.process import Limits
from parity_tests.homework.submission import Submission
from parity_tests.homework.tests.local import PACKAGE, SOLUTION, Local
from parity_tests.homework.tests.planting import planted
from parity_tests.homework.tests.seen import seen

EXAMPLES, SEED = 16, 1
CONV, POOL = FAST
FILE = "fast_layers.py"
TEXT = (SOLUTION / PACKAGE / FILE).read_text()


@pytest.mark.parametrize("task", FAST, ids=lambda task: task.functions[0])
def test_right_ones_have_no_remark(task) -> None:
    for judgement in judge_task(task, Local(SOLUTION), EXAMPLES, SEED):
        assert (judgement.verdict, judgement.remarks) == ("right", ())


WRONG = {
    "crops by pad:-pad": (
        CONV, "conv_backward_fast", "pad : pad + H, pad : pad + W]", "pad:-pad, pad:-pad]",
        "crops the padding by pad:-pad, which is empty for pad = 0",
    ),
    "assigns": (
        CONV, "conv_backward_fast", "left : left + WW] +=", "left : left + WW] =",
        "dx is right where a pixel lies in one window only",
    ),
    "swapped": (CONV, "conv_forward_fast", "windows = _gathered(padded, w.shape[2], w.shape[3]",
                "windows = _gathered(padded, w.shape[3], w.shape[2]", ""),
    "pays the smallest": (POOL, "max_pool_backward_fast", "argmax", "argmin", ""),
    "mean": (
        POOL, "max_pool_forward_fast", ".max(axis=(4, 5))", ".mean(axis=(4, 5))",
        "takes the mean and not the maximum",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_found_and_has_its_name(mistake: str, tmp_path: Path) -> None:
    task, function, old, new, name = WRONG[mistake]
    found = seen(task, Local(planted(tmp_path, FILE, old, new)), EXAMPLES, SEED)
    assert found[function].failed
    assert found[function].name == name


SPLIT = """
def max_pool_forward_fast(x, pool_param):
    side = pool_param["stride"]
    assert side == pool_param["pool_height"] == pool_param["pool_width"]
    tiles = x.reshape(x.shape[0], x.shape[1], x.shape[2] // side, side, x.shape[3] // side, side)
    out = tiles.max(axis=(3, 5))
    return out, (x.shape, tiles, out)


def max_pool_backward_fast(dout, cache):
    shape, tiles, out = cache
    top = tiles == out[:, :, :, None, :, None]
    dx = top * dout[:, :, :, None, :, None] / top.sum(axis=(3, 5), keepdims=True)
    return dx.reshape(shape)
"""


def test_ties_may_be_split_and_windows_may_have_to_lie_side_by_side(tmp_path: Path) -> None:
    folder = planted(tmp_path, FILE, TEXT, TEXT + SPLIT)
    forward, backward = judge_task(POOL, Local(folder), EXAMPLES, SEED)
    assert (forward.verdict, forward.remarks) == ("right", ())
    assert (backward.verdict, backward.remarks) == ("right", ("splits a tie among equal maxima",))


def _said(files: dict[str, str]) -> dict[str, str]:
    handed_in = {f"{PACKAGE}/{name}": text.encode() for name, text in files.items()}
    report = judge(Submission("hw", handed_in), seed=1, examples=4, jobs=1)
    return {judgement.name: judgement.verdict for judgement in report.judgements}


ONE_LAYER = "def relu_forward(x):\n    return x * (x > 0), x\n"


def test_what_the_handout_brings_along_is_not_missed() -> None:
    said = _said({"layers.py": ONE_LAYER})
    assert said["relu_forward"] == "right"
    assert said["affine_forward"] == "missing"
    assert not {name for task in FAST for name in task.functions} & set(said)
    assert not {"affine_relu_forward", "Solver"} & set(said)


def test_a_class_has_no_rows_for_it_either() -> None:
    files = {f"{PACKAGE}/layers.py": ONE_LAYER.encode()}
    work = Work(Submission("hw", files), "cs231n", 1, 1, (), Limits(), 60.0)
    report = work.report({"Solver": Judgement("Solver", "right")}, Judgement("", "timeout"))
    said = {judgement.name: judgement.verdict for judgement in report.judgements}
    assert said == dict.fromkeys(functions_of("cs231n", provided=False), "timeout") | {
        "Solver": "right"
    }


def test_where_there_is_one_it_is_judged() -> None:
    said = _said({"layers.py": ONE_LAYER, FILE: TEXT})
    assert {name: said[name] for task in FAST for name in task.functions} == dict.fromkeys(
        (name for task in FAST for name in task.functions), "right"
    )


def test_those_that_need_torch_are_not_judged() -> None:
    said = _said({"layers.py": ONE_LAYER, FILE: f"import torch\n{TEXT}"})
    assert "conv_forward_fast" not in said
