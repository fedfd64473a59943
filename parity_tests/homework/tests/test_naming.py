"""What is known of wrong numbers: the catalogue of mistakes is true, names are careful, and relations are facts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from parity_tests.harness.cases import Case
from parity_tests.homework.courses.cs231n.mistakes import OWN
from parity_tests.homework.courses.cs231n.mistakes.adam import Steps as AdamSteps
from parity_tests.homework.courses.cs231n.mistakes.affine import Gate, Map
from parity_tests.homework.courses.cs231n.mistakes.batch_steps import Images, Short, Vectors
from parity_tests.homework.courses.cs231n.mistakes.convolution_ways import Looped
from parity_tests.homework.courses.cs231n.mistakes.group_steps import Groups, Rows
from parity_tests.homework.courses.cs231n.mistakes.pooling import Walked
from parity_tests.homework.courses.cs231n.mistakes.update_rules import Momentum, Squares
from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.naming import Diagnosis, name_of
from parity_tests.homework.record import HomeworkRun
from parity_tests.homework.relations import relation
from parity_tests.homework.task import Mistake, Task
from parity_tests.homework.tests.planted_table import Planted, Text
from parity_tests.homework.trial import HomeworkTrial

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
KNOWN = {
    t.pair.truth.__name__: t for t in TASKS if t.pair.truth.__name__ in OWN and t.present is None
}
STEPS: dict[str, tuple[Any, ...]] = {
    "Affine": (Map,),
    "ReLU": (Gate,),
    "BatchNorm": (Vectors, Short),
    "SpatialBatchNorm": (Images,),
    "LayerNorm": (Rows,),
    "SpatialGroupNorm": (Groups,),
    "Conv": (Looped,),
    "MaxPool": (Walked,),
    "SGDMomentum": (Momentum,),
    "RMSProp": (Squares,),
    "Adam": (AdamSteps,),
}


def _task(function: str) -> Task:
    return next(task for task in TASKS if function in task.functions)


def _run(
    task: Task, planted: Planted | None = None, cases: int = 40
) -> tuple[HomeworkRun, list[Case]]:
    file = "optim.py" if task.pair.kind == "optimizer" else "layers.py"
    text = Planted(task.functions[0], "", "", file=file).text if planted is None else planted.text
    run = HomeworkRun(task.pair, "float64", cases, 3, None, task, Text(text))
    drawn: list[Case] = []
    run.over(drawn.append)
    return run, drawn


def _given(trial: HomeworkTrial, truth: Any) -> Mapping[str, Any]:
    """All numbers that a class gives on a case and somebody is held to."""
    outcome = trial.outcome_of(truth)
    asked = outcome.gradients if trial.task.differentiated(trial.case.names) else {}
    return {q: x for q, x in {**outcome.outputs, **asked}.items() if q not in trial.task.unjudged}


def _alike(trial: HomeworkTrial, ours: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return ours.keys() == other.keys() and all(
        trial.compared("", quantity, ours[quantity], x).passed for quantity, x in other.items()
    )


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_that_mistakes_change_are_right(name: str) -> None:
    run, cases = _run(KNOWN[name])
    for case in cases:
        trial = run.trial(case)
        for steps in STEPS[name]:
            assert _alike(trial, _given(trial, steps), _given(trial, KNOWN[name].pair.truth)), str(
                case
            )


@pytest.mark.parametrize("name", KNOWN)
def test_every_mistake_shows_and_no_two_names_stand_for_the_same_numbers(name: str) -> None:
    task = KNOWN[name]
    run, cases = _run(task)
    trials = [run.trial(case) for case in cases]
    given = [(m, [_given(trial, m.truth) for trial in trials]) for m in task.mistakes]
    right = [_given(trial, task.pair.truth) for trial in trials]
    for number, (mistake, numbers) in enumerate(given):
        assert not all(map(_alike, trials, numbers, right)), mistake.name
        for other, others in given[:number]:
            if other.name != mistake.name:
                assert not all(map(_alike, trials, numbers, others)), (other.name, mistake.name)


def test_every_mistake_teaches() -> None:
    for task in KNOWN.values():
        for mistake in task.mistakes:
            said = mistake.hint and mistake.explanation not in ("", mistake.hint)
            assert mistake.harmless or said, mistake.name


def _named(
    function: str, old: str, new: str, mistakes: tuple[Mistake, ...] | None = None
) -> Diagnosis | None:
    task = _task(function)
    task = task if mistakes is None else replace(task, mistakes=mistakes)
    run, cases = _run(task, Planted(function, old, new))
    outcomes = [(case, any(not v.passed for v in run.verdicts(case, function))) for case in cases]
    return name_of(run.trial, function, outcomes)


DX, DB, DW = "dx = dout.dot(w.T).reshape(x.shape)", "db = dout.sum(axis=0)", ".T.dot(dout)\n"


def test_two_mistakes_in_two_gradients_have_two_names() -> None:
    task = _task("affine_backward")
    text = Planted("affine_backward", DB, "db = dout.mean(axis=0)").text.replace(
        ".reshape(x.shape)\n", "\n", 1
    )
    run = HomeworkRun(task.pair, "float64", 40, 3, None, task, Text(text))
    cases: list[Case] = []
    run.over(cases.append)
    outcomes = [
        (case, any(not v.passed for v in run.verdicts(case, "affine_backward"))) for case in cases
    ]
    said = name_of(run.trial, "affine_backward", outcomes)
    assert said is not None
    assert set(said.name.split("; ")) == {"dx is left flat", "db is averaged over the batch"}


def test_two_mistakes_in_the_two_modes_are_both_named() -> None:
    new = "std = np.sqrt(var) + eps"
    old = "std = np.sqrt(var + eps)"
    text = Planted("batchnorm_forward", old, new).text.replace(
        "np.sqrt(running_var + eps)", "np.sqrt(running_var)", 1
    )
    task = _task("batchnorm_forward")
    run = HomeworkRun(task.pair, "float64", 40, 3, None, task, Text(text))
    cases: list[Case] = []
    run.over(cases.append)
    outcomes = [
        (case, any(not v.passed for v in run.verdicts(case, "batchnorm_forward"))) for case in cases
    ]
    said = name_of(run.trial, "batchnorm_forward", outcomes)
    assert said is not None
    assert set(said.name.split("; ")) == {
        "eps missing in test mode",
        "eps outside the root in training",
    }


def _averaged() -> Mistake:
    return next(
        m for m in _task("affine_backward").mistakes if m.name == "db is averaged over the batch"
    )


def test_names_that_nothing_tells_apart_are_said_as_either() -> None:
    known = _averaged()
    said = _named(
        "affine_backward", DB, "db = dout.mean(axis=0)", (known, replace(known, name="another"))
    )
    assert said is not None
    assert said.name == "either db is averaged over the batch or another"


def test_among_too_many_names_none_is_said() -> None:
    known = tuple(replace(_averaged(), name=name) for name in "abcd")
    assert _named("affine_backward", DB, "db = dout.mean(axis=0)", known) is None


def test_a_mistake_that_explains_one_case_less_is_no_name() -> None:
    """It is right for a batch of three: the mistake is another then."""
    new = "db = dout.mean(axis=0) if len(dout) != 3 else dout.sum(axis=0)"
    said = _named("affine_backward", DB, new)
    assert said is None or "averaged" not in said.name


RELATIONS = {
    "is 0 everywhere": ("affine_backward", DX, "dx = (0 * dout.dot(w.T)).reshape(x.shape)", "dx"),
    "is 3/2 times what it should be": ("affine_backward", DX, "dx = (1.5 * dout.dot(w.T)).reshape(x.shape)", "dx"),
    "has the wrong sign": ("affine_backward", DX, "dx = (-dout.dot(w.T)).reshape(x.shape)", "dx"),
    "is too large by the factor M": ("affine_backward", DX, "dx = (w.shape[1] * dout.dot(w.T)).reshape(x.shape)", "dx"),
    "is too small: it is divided by N M": (
        "affine_backward", DX, "dx = (dout.dot(w.T) / dout.size).reshape(x.shape)", "dx",
    ),
    "contains NaN or infinity": ("affine_backward", DX, "dx = (dout.dot(w.T) / 0).reshape(x.shape)", "dx"),
    "is off by one number everywhere": ("affine_backward", DX, "dx = (dout.dot(w.T) + 1).reshape(x.shape)", "dx"),
    "is b itself": ("affine_backward", DB, "db = b", "db"),
    "holds what dbeta should be": (
        "batchnorm_backward", "dgamma = (dout * xhat).sum(axis=0)", "dgamma = dbeta", "dgamma",
    ),
    "is multiplied by gamma once too often": (
        "batchnorm_backward", "dgamma = (dout * xhat).sum(axis=0)", "dgamma = gamma * (dout * xhat).sum(axis=0)",
        "dgamma",
    ),
    "is transposed": ("affine_backward", DW, ".T.dot(dout).T\n    dw = dw if True else 0\n", "dw"),
    "is None": ("affine_backward", DB, "db = None", "db"),
    "is right where a pixel lies in one window only": (
        "max_pool_backward_naive", "+= dout[n, c, i, j]",
        "= (dx[n, c, i * stride + k, j * stride + l] * 0.3) + dout[n, c, i, j]", "dx",
    ),
    "is wrong at the true class alone": ("softmax_loss", "-= 1", "-= 0.7", "dx"),
    "is wrong in the last sample alone": (
        "affine_backward", DX, "dx = dout.dot(w.T).reshape(x.shape)\n    dx[-1] += 1 + dx[-1] ** 2", "dx",
    ),
    "has the right sign and is too large": (
        "affine_backward", DX, "dx = (np.sinh(dout.dot(w.T))).reshape(x.shape)", "dx",
    ),
    "": ("affine_backward", DX, "dx = (np.cos(dout.dot(w.T) * 9)).reshape(x.shape)", "dx"),
}  # fmt: skip


@pytest.mark.parametrize("sentence", RELATIONS)
def test_what_the_numbers_have_in_common_is_said(sentence: str) -> None:
    function, old, new, quantity = RELATIONS[sentence]
    run, cases = _run(_task(function), Planted(function, old, new))
    with np.errstate(all="ignore"):
        trials = [run.trial(case) for case in cases]
        failing = [t for t in trials if any(not v.passed for v in t.verdicts(function))]
        assert failing
        assert relation(failing, function, quantity) == sentence
