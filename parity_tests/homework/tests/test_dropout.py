"""Dropout: right ones of every year pass, and each planted mistake is found and not misnamed."""

import re
from pathlib import Path

import pytest

from parity_tests.homework.courses.cs231n.dropout_task import TASK
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.tests.local import SOLUTION, Local
from parity_tests.homework.tests.planted_table import Text
from parity_tests.homework.tests.planting import planted

EXAMPLES, SEED = 40, 1
MASK = "mask = (np.random.rand(*x.shape) < p) / p"
TRAIN = '    mask, out = None, x\n    if mode == "train":\n'
END = "    cache = (dropout_param, mask)\n"
BACK = 'return dout * mask if dropout_param["mode"] == "train" else dout'
DOC = "We keep each neuron with probability p."


def _judged(folder: Path) -> tuple[Judgement, Judgement]:
    forward, backward = judge_task(TASK, Local(folder), EXAMPLES, SEED)
    return forward, backward


def test_a_right_dropout_has_no_remark() -> None:
    for judgement in _judged(SOLUTION):
        assert (judgement.verdict, judgement.remarks) == ("right", ())


RIGHT = {
    "drops p": (MASK, "mask = (np.random.rand(*x.shape) >= p) / (1 - p)", "2016 and 2017"),
    "drops p as binomial": (
        MASK,
        "mask = np.random.binomial(1, 1 - p, size=x.shape) / (1 - p)",
        "2016 and 2017",
    ),
    "keeps p where the handout drops": (DOC, "We drop each neuron with probability p.", "keep"),
    "ignores the seed": ('np.random.seed(dropout_param["seed"])', "pass", "seed"),
}


@pytest.mark.parametrize(("old", "new", "remark"), RIGHT.values(), ids=RIGHT)
def test_another_convention_is_a_remark(old: str, new: str, remark: str, tmp_path: Path) -> None:
    forward, backward = _judged(planted(tmp_path, "layers.py", old, new))
    assert (forward.verdict, backward.verdict) == ("right", "right")
    assert any(remark in said for said in forward.remarks)


FORWARD = {
    "divides by the other": (
        MASK,
        "mask = (np.random.rand(*x.shape) < p) / (1 - p)",
        "divides|rescales",
    ),
    "does not divide": (MASK, "mask = np.random.rand(*x.shape) < p", "not"),
    "drops, and does not divide": (MASK, "mask = np.random.rand(*x.shape) > p", "not"),
    "randn": (MASK, "mask = (np.random.randn(*x.shape) < p) / p", "randn"),
    "randn the other way": (MASK, "mask = (np.random.randn(*x.shape) > p) / (1 - p)", "randn"),
    "one mask for all samples": (
        MASK,
        "mask = (np.random.rand(1, *x.shape[1:]) < p) / p",
        "one mask for all",
    ),
    "whole samples": (
        MASK,
        "mask = (np.random.rand(len(x), *[1] * (x.ndim - 1)) < p) / p",
        "whole samples",
    ),
    "one half": (MASK, "mask = (np.random.rand(*x.shape) < 0.5) / p", "half of the values"),
    "a share of its own": (MASK, "mask = (np.random.rand(*x.shape) < p**2) / p", "share kept"),
    "drops in test mode": (TRAIN, "    mask, out = None, x\n    if True:\n", "drops in test mode"),
    "scales in test mode": (
        END,
        f"    if mode == 'test':\n        out = x * p\n{END}",
        "in test mode as well",
    ),
}


@pytest.mark.parametrize(("old", "new", "name"), FORWARD.values(), ids=FORWARD)
def test_a_wrong_forward_is_found_and_its_backward_is_not_blamed(
    old: str, new: str, name: str, tmp_path: Path
) -> None:
    forward, backward = _judged(planted(tmp_path, "layers.py", old, new))
    assert (forward.verdict, backward.verdict) == ("wrong", "right")
    assert re.search(name, forward.diagnosis), forward.diagnosis


BACKWARD = {
    "gives dout back": ("return dout", "as it is"),
    "does not divide": (
        'return dout * (mask > 0) if dropout_param["mode"] == "train" else dout',
        "not .*backward",
    ),
    "multiplies in test mode": ("return dout * mask", "^$"),
    "draws again": (
        'return dout * (np.random.rand(*dout.shape) < 0.5) if dropout_param["mode"] == "train" else dout',
        "^$",
    ),
}


@pytest.mark.parametrize(("new", "name"), BACKWARD.values(), ids=BACKWARD)
def test_a_wrong_backward_is_found(new: str, name: str, tmp_path: Path) -> None:
    forward, backward = _judged(planted(tmp_path, "layers.py", BACK, new))
    assert (forward.verdict, backward.verdict) == ("right", "wrong")
    assert re.search(name, backward.diagnosis), backward.diagnosis
    assert "in training mode" in backward.condition or "in test mode" in backward.condition


def test_what_the_handout_leaves_open_is_missing(tmp_path: Path) -> None:
    folder = planted(tmp_path, "layers.py", "out = x * mask", "out = None")
    folder = planted(folder, "layers.py", "mask, out = None, x", "mask, out = None, None", folder)
    folder = planted(folder, "layers.py", "return dout * mask if", "return None if", folder)
    assert [judgement.verdict for judgement in _judged(folder)] == ["missing", "missing"]


ROWS = """
import numpy as np
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask, out = None, x
    if mode == "train":
        mask = np.random.rand(1, x.shape[1]) >= p
        out = x * mask / p
    return out, (dropout_param, mask)
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * mask / dropout_param["p"]
"""


def test_a_backward_that_multiplies_as_its_wrong_forward_did_is_right() -> None:
    forward, backward = judge_task(TASK, Text(ROWS), 60, 1)
    assert (forward.verdict, backward.verdict) == ("wrong", "right"), backward.counterexample
