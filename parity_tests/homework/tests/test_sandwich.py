"""Sandwich layers: the handout's and those of students, right ones and wrong ones, over right layers and wrong ones."""

from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from parity_tests.homework.courses.cs231n.sandwich_tasks import TASKS
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.other_functions import INHERITS, judge_among_others
from parity_tests.homework.tests.amending import amended
from parity_tests.homework.tests.local import PACKAGE, SOLUTION, Local
from parity_tests.homework.tests.planting import planted
from parity_tests.homework.tests.seen import seen

EXAMPLES, SEED = 16, 1
FILE = "layer_utils.py"
TEXT = (SOLUTION / PACKAGE / FILE).read_text()
BY_NAME = {task.functions[0].removesuffix("_forward"): task for task in TASKS}
HANDOUT = ("affine_relu", "conv_relu", "conv_bn_relu", "conv_relu_pool")
OWN = """

def affine_{name}_relu_forward(x, w, b, gamma, beta, {param}):
    a, fc_cache = affine_forward(x, w, b)
    an, norm_cache = {layer}_forward(a, gamma, beta, {param})
    out, relu_cache = relu_forward(an)
    return out, (fc_cache, norm_cache, relu_cache)


def affine_{name}_relu_backward(dout, cache):
    fc_cache, norm_cache, relu_cache = cache
    dan = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = {layer}_backward(dan, norm_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db, dgamma, dbeta
"""
WITH_OWN = TEXT + "".join(
    OWN.format(name=name, layer=layer, param=param)
    for name, layer, param in (
        ("bn", "batchnorm", "bn_param"),
        ("batchnorm", "batchnorm", "bn_params"),
        ("ln", "layernorm", "bn_param"),
        ("layernorm", "layernorm", "ln_param"),
    )
)


def _with_own(room: Path, old: str = "", new: str = "") -> Local:
    text = WITH_OWN.replace(old, new, 1) if old else WITH_OWN
    assert not old or text != WITH_OWN, f"no {old!r}"
    return Local(planted(room, FILE, TEXT, text))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_right_one_has_no_remark(name: str, tmp_path: Path) -> None:
    call = _with_own(tmp_path)
    task = BY_NAME[name]
    assert task.present is not None
    assert task.present(call)
    for judgement in judge_task(task, call, EXAMPLES, SEED):
        assert (judgement.verdict, judgement.remarks) == ("right", ())


class Planted(NamedTuple):
    """What is exchanged for what; in which functions something is wrong; the name of the mistake, if it has one."""

    sandwich: str
    old: str
    new: str
    wrong: tuple[str, ...]
    name: str = ""


FORWARD, BACKWARD = "_forward", "_backward"
RELU = "out, relu_cache = relu_forward(a)"
WRONG = {
    "no ReLU": Planted("affine_relu", RELU, "out, relu_cache = a, a * 0 + 1", (FORWARD,), "has no ReLU"),
    "ReLU not backward": Planted(
        "conv_relu", "da = relu_backward(dout, relu_cache)\n    return conv", "da = dout\n    return conv", (BACKWARD,),
        "the gradient does not pass ReLU",
    ),
    "no norm": Planted(
        "conv_bn_relu", "an, bn_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)",
        "an, bn_cache = a, spatial_batchnorm_forward(a, gamma, beta, dict(bn_param))[1]", (FORWARD,),
    ),
    "norm behind ReLU": Planted(
        "affine_bn_relu",
        "an, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)\n    out, relu_cache = relu_forward(an)",
        "an, relu_cache = relu_forward(a)\n    out, norm_cache = batchnorm_forward(an, gamma, beta, bn_param)",
        (FORWARD,), "normalizes after ReLU",
    ),
    "gamma for beta": Planted(
        "conv_bn_relu", "(a, gamma, beta, bn_param)", "(a, beta, gamma, bn_param)", (FORWARD, BACKWARD)
    ),
    "pooling not backward": Planted(
        "conv_relu_pool", "ds = max_pool_backward_fast(dout, pool_cache)",
        "ds = max_pool_backward_fast(2 * dout, pool_cache)", (BACKWARD,),
    ),
    "averages forgotten": Planted(
        "conv_bn_relu", "gamma, beta, bn_param)\n    out", "gamma, beta, dict(bn_param))\n    out", (FORWARD,)
    ),
    "another norm": Planted(
        "affine_ln_relu", "layernorm_forward(a, gamma, beta, bn_param)",
        "batchnorm_forward(a, gamma, beta, dict(bn_param, mode='train'))", (FORWARD,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG)
def test_a_mistake_is_found_and_has_its_name(mistake: Planted, tmp_path: Path) -> None:
    call = _with_own(tmp_path, mistake.old, mistake.new)
    found = seen(BY_NAME[mistake.sandwich], call, EXAMPLES, SEED)
    for ending in mistake.wrong:
        assert found[mistake.sandwich + ending].failed
        if mistake.name:
            assert found[mistake.sandwich + ending].name == mistake.name


def test_a_student_reads_what_was_called(tmp_path: Path) -> None:
    call = _with_own(
        tmp_path, "ds = max_pool_backward_fast(dout", "ds = max_pool_backward_fast(2 * dout"
    )
    _, backward = judge_task(BY_NAME["conv_relu_pool"], call, EXAMPLES, SEED)
    lines = backward.counterexample.splitlines()
    assert "out, cache = conv_relu_pool_forward(x, w, b, conv_param, pool_param)" in lines
    assert "dx, dw, db = conv_relu_pool_backward(dout, cache)" in lines
    assert (len(lines) <= 25, max(map(len, lines)) <= 80) == (True, True)


def test_what_is_called_otherwise_is_left_out(tmp_path: Path) -> None:
    call = _with_own(
        tmp_path, "affine_bn_relu_forward(x, w, b, gamma,", "affine_bn_relu_forward(x, gamma, w, b,"
    )
    present = BY_NAME["affine_bn_relu"].present
    assert present is not None
    assert not present(call)


def test_without_a_function_there_is_nothing_to_judge(tmp_path: Path) -> None:
    call = Local(SOLUTION)
    assert [name for name, task in BY_NAME.items() if task.present and task.present(call)] == list(
        HANDOUT
    )


@pytest.mark.parametrize("file", ["layers.py", "fast_layers.py"])
def test_a_wrong_layer_is_not_its_mistake(file: str, tmp_path: Path) -> None:
    exchanged = {
        "layers.py": ("return dout * (x > 0)", "return dout"),
        "fast_layers.py": ("l] += dout[:, :, i, j]", "l] = 2 * dout[:, :, i, j]"),
    }
    folder = planted(tmp_path, file, *exchanged[file])
    _, backward = judge_among_others(
        BY_NAME["conv_relu_pool"], Local(folder),
        lambda: nullcontext(amended(folder, tmp_path)), EXAMPLES, SEED,
    )  # fmt: skip
    assert (backward.verdict, backward.remarks) == ("right", (INHERITS,))
