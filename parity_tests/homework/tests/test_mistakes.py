"""Planted mistakes are found, and nothing else is; most have their condition and their name, and none a wrong one."""

import re

import pytest

from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.tests.planted_table import (
    EXAMPLES,
    SEED,
    TABLE,
    Planted,
    Text,
    judged,
)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
WRONG = [planted for planted in TABLE if not planted.harmless]


def _label(planted: Planted) -> str:
    return f"{planted.function}: {planted.name or planted.new}"[:60]


@pytest.mark.parametrize("planted", TABLE, ids=_label)
def test_a_planted_mistake_is_found_where_it_is(planted: Planted) -> None:
    for name, judgement in judged(planted).items():
        wrong = name == planted.function and not planted.harmless
        behind = name != planted.function and planted.function.endswith("forward")
        expected = ["wrong"] if wrong else ["right", "not judged"] if behind else ["right"]
        assert judgement.verdict in expected, (name, judgement.message)


@pytest.mark.parametrize("planted", TABLE, ids=_label)
def test_it_has_its_name_and_its_condition(planted: Planted) -> None:
    judgement = judged(planted)[planted.function]
    if planted.harmless:
        assert planted.name in judgement.remarks
        return
    if planted.name:
        assert judgement.diagnosis == planted.name
    assert re.search(planted.condition, judgement.condition), judgement.condition


def test_most_have_a_condition_and_a_name() -> None:
    said = [judged(planted)[planted.function] for planted in WRONG]
    conditions = [p.condition and j.condition for p, j in zip(WRONG, said, strict=True)]
    assert sum(map(bool, conditions)) >= 0.8 * len(WRONG)
    assert sum(bool(p.name) for p in WRONG) >= 0.6 * len(WRONG)


@pytest.mark.parametrize("planted", WRONG[::5], ids=_label)
def test_a_student_reads_their_own_words(planted: Planted) -> None:
    paper = judged(planted)[planted.function].counterexample
    lines = paper.splitlines()
    assert f"{planted.function}(" in paper
    assert re.search("should|raises", paper)
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert not re.search("twin|subject|truth|PyTorch|torch", paper, re.IGNORECASE)


def test_nothing_is_taught_of_a_mistake_that_is_only_described() -> None:
    described = next(p for p in WRONG if p.name.startswith("dx is 3/2 times"))
    judgement = judged(described)[described.function]
    assert (judgement.hint, judgement.explanation) == ("", "")


def test_a_right_backward_behind_a_wrong_forward_is_right_and_says_so() -> None:
    planted = next(p for p in WRONG if p.name == "eps outside the root in training")
    backward = judged(planted)["batchnorm_backward"]
    assert backward.verdict == "right"
    assert any("its forward hands it wrong numbers" in remark for remark in backward.remarks)


def test_a_wrong_backward_behind_a_wrong_forward_is_not_called_right() -> None:
    forward = next(p for p in WRONG if p.name == "eps outside the root in training")
    text = forward.text.replace(" + dmu / N", "", 1)
    task = next(task for task in TASKS if "batchnorm_backward" in task.functions)
    said = {j.name: j.verdict for j in judge_task(task, Text(text), EXAMPLES, SEED)}
    assert said["batchnorm_forward"] == "wrong"
    assert said["batchnorm_backward"] != "right"


def test_a_rule_that_is_still_to_be_written_is_missing() -> None:
    (sgd,) = (task for task in TASKS if task.functions[0] == "sgd")
    text = "def sgd(w, dw, config=None):\n    return None, {'learning_rate': 0.01}\n"
    (judgement,) = judge_task(sgd, Text(text), 8, SEED)
    assert (judgement.verdict, judgement.message) == (
        "missing",
        "returns None: still to be written",
    )
