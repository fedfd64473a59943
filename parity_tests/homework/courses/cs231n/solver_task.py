"""The Solver as a task: it trains a model of the course's own, which remembers the batches that it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Configuration, Regime
from parity_tests.harness.subject import Named
from parity_tests.homework.courses.cs231n.network_tasks import half
from parity_tests.homework.courses.cs231n.solver import (
    CHECKED_IN,
    PARAMETERS,
    RULES,
    Sets,
    Training,
)
from parity_tests.homework.courses.cs231n.solver_mistakes import (
    MISTAKES,
    LaterOfTwo,
    keeping_later,
)
from parity_tests.homework.task import Caller, CoursePair, Handle, Names, Task, Trouble

MODEL = "ModelToTrain"
"""A class of ``provided.py``, which stands in the submission's files while its Solver is judged."""
ONE_IN = 4
"""A case is a whole training."""
HISTORIES = ("train_acc_history", "val_acc_history")
RATES = dict.fromkeys(RULES, (0.5, 0.1, None)) | dict.fromkeys(("rmsprop", "adam"), (0.02, None))
MANY, FEW = 256, 16
"""Samples, and those of a batch, where it is seen whether batches differ."""


@dataclass(frozen=True, slots=True)
class StudentSolver:
    """A Solver of the submission on one case: made, trained, and asked for an accuracy."""

    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        training = Training(**self.case.options)
        sets = training.sets(arguments["x"])
        kept = trained(self.call, arguments, sets, self._keywords(), self.case.seed % 2**32)
        try:
            return self._left(*kept, sets), None
        finally:
            self.call.forget(*kept)

    def _keywords(self) -> dict[str, Any]:
        o = self.case.options
        config = {} if o["learning_rate"] is None else {"learning_rate": o["learning_rate"]}
        given = {name: o[name] for name in ("lr_decay", "batch_size", "num_epochs")}
        return {"update_rule": o["rule"], "optim_config": config, **given}

    def _left(self, model: Handle, solver: Handle, sets: Sets) -> Named:
        """What the two of them hold after the training."""
        call = self.call
        batches = batches_of(call.get(f"{MODEL}.batches", model), sets)
        best, last = call.get("Solver.best_params", solver), call.get(f"{MODEL}.params", model)
        found: Named = {"y": _numbers(call.get("Solver.loss_history", solver))}
        found |= {name: _numbers(call.get(f"Solver.{name}", solver)) for name in HISTORIES}
        for name in PARAMETERS:
            found[f"best {name}"] = _entry(best, name)
            found[f"{name} after training"] = _entry(last, name)
        found["picks"] = batches
        found["batch sizes"] = np.array([len(batch) for batch in batches])
        validation = sets.x_val, sets.y_val, None, CHECKED_IN
        (found["accuracy"],), _ = call("Solver.check_accuracy", solver, *validation)
        return found

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        return {}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        o = self.case.options
        n, labels = o["num_train"], ", ".join(map(str, o["labels"]))
        written = ", ".join(f"{name}={value!r}" for name, value in self._keywords().items())
        return [
            f"scores of the model: x.dot(W1) + b1, under softmax; y = [{labels}]",
            f"X_train, y_train: x[:{n}], y[:{n}], and x[0] with every label",
            f"X_val, y_val: x[{n}:], y[{n}:], and x[-1] with every label",
            f"solver = Solver(model, data, {written})",
            "solver.train()",
            f"accuracy = solver.check_accuracy(X_val, y_val, batch_size={CHECKED_IN})",
        ]


def trained(
    call: Caller, arguments: Mapping[str, Any], sets: Sets, keywords: dict[str, Any], seed: int
) -> tuple[Handle, Handle]:
    """A model and the Solver that has trained it.

    Raises:
        Trouble: the Solver is not there, or raises, or has no model beside it.
    """
    if not call.entry("Solver"):
        call("Solver")  # which says why
    if not call.entry(MODEL):
        raise Trouble("not judged", "it needs a model beside it, in a file of Python")
    (model,), _ = call(MODEL, *(arguments[name] for name in PARAMETERS), seed, returns="h")
    data = {"X_train": sets.x, "y_train": sets.y, "X_val": sets.x_val, "y_val": sets.y_val}
    (solver,), _ = call(
        "Solver", model, data, returns="h", print_every=10**6, verbose=False, **keywords
    )
    (nothing,), _ = call("Solver.train", solver, returns="h")
    call.forget(nothing)
    return model, solver


def batches_of(batches: Any, sets: Sets) -> list[Array]:
    """The numbers of the samples of each batch in the training set.

    What has a sample of no number is no batch of training: a Solver may ask for other losses.
    """
    found = [_numbers_in(each, sets) for each in batches] if isinstance(batches, list) else []
    return [numbers for numbers in found if numbers.size and numbers.min() >= 0]


def _numbers_in(batch: Any, sets: Sets) -> Array:
    """Of the samples with their labels; -1 for what is not in the training set."""
    if not isinstance(batch, tuple) or len(batch) != 2:
        return np.zeros(0, dtype=int)
    x, y = (np.asarray(each) for each in batch)
    if x.shape[1:] != sets.x.shape[1:] or y.shape != x.shape[:1]:
        return np.zeros(0, dtype=int)
    axes = tuple(range(2, 1 + x.ndim))
    same = (x[:, None] == sets.x[None]).all(axis=axes) & (y[:, None] == sets.y[None])
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def _numbers(history: Any) -> Any:
    """A list of numbers as an array; anything else as it is."""
    numbers = (int, float, np.number, np.ndarray)
    if isinstance(history, list) and all(
        isinstance(x, numbers) and np.ndim(x) == 0 and np.asarray(x).dtype.kind in "fi"
        for x in history
    ):
        return np.array(history, dtype=float)
    return history


def _entry(params: Any, name: str) -> Any:
    return params.get(name) if isinstance(params, dict) else None


def _drawn(arguments: Mapping[str, Any], outputs: Named, names: Names) -> dict[str, Any]:
    """The submission's own batches, as far as there are so many, and so large; the first sample in the place of one."""
    steps, size = arguments["picks"].shape
    picks = np.full((steps, size), -1)
    picks[:, 0] = 0
    for row, batch in zip(picks, outputs.get("picks", ()), strict=False):
        row[: len(batch)] = batch[:size]
    return {"picks": picks}


def _fitted(task: Task, call: Caller) -> Task:
    """With what is to be said of the draw of its batches, and of what it should refuse."""
    try:
        same, later = _always_the_same(call), _keeps_later(call)
    except Trouble:
        return task
    complaint = "takes the same samples for every batch" if same else ""
    refused: dict[str, dict[str, Any]] = {
        "takes an update_rule that optim has not": {"update_rule": "not_a_rule"},
        "takes keywords that it does not know": {"not_a_keyword": 1},
    }
    remarks = tuple(said for said, more in refused.items() if _takes(call, more))
    task = replace(task, complaint=complaint, remarks=remarks)
    return _of_later(task) if later else task


def _of_later(task: Task) -> Task:
    """For a Solver that keeps the later of two equally good parameters."""
    return replace(
        task,
        pair=replace(task.pair, truth=LaterOfTwo),
        mistakes=tuple(map(keeping_later, task.mistakes)),
        remarks=("of equally good parameters it keeps the later ones", *task.remarks),
    )


def _keeps_later(call: Caller) -> bool:
    """Whether the best parameters are others after more epochs of the same accuracy."""
    x, y = np.zeros((2, 1)), np.zeros(2, dtype=np.int64)
    sets = Sets(x, y, x, np.arange(2))
    zeros = {"W1": np.zeros((1, 2)), "b1": np.zeros(2)}
    best = []
    for epochs in (2, 4):
        keywords = {"num_epochs": epochs, "batch_size": 2, "update_rule": "adam"}
        kept = trained(call, zeros, sets, keywords, seed=1)
        best.append(_entry(call.get("Solver.best_params", kept[1]), "b1"))
        call.forget(*kept)
    return all(b1 is not None for b1 in best) and not np.array_equal(*best)


def _always_the_same(call: Caller) -> bool:
    """Of 16 fair draws, all are equal with a chance far below 2^-64."""
    x, y = np.arange(float(MANY))[:, None], np.zeros(MANY, dtype=np.int64)
    sets = Sets(x, y, x[:2], y[:2])
    zeros = {"W1": np.zeros((1, 2)), "b1": np.zeros(2)}
    kept = trained(call, zeros, sets, {"num_epochs": 1, "batch_size": FEW}, seed=1)
    batches = batches_of(call.get(f"{MODEL}.batches", kept[0]), sets)
    call.forget(*kept)
    return len(batches) > 1 and len({tuple(np.sort(batch)) for batch in batches}) == 1


def _takes(call: Caller, more: dict[str, Any]) -> bool:
    """Whether a Solver can be made with these keywords."""
    x, y = np.zeros((2, 1)), np.zeros(2, dtype=np.int64)
    data = {"X_train": x, "y_train": y, "X_val": x, "y_val": y}
    try:
        (model,), _ = call(MODEL, np.zeros((1, 2)), np.zeros(2), 1, returns="h")
        (solver,), _ = call("Solver", model, data, returns="h", verbose=False, **more)
    except Trouble:
        return False
    call.forget(model, solver)
    return True


def small(rng: np.random.Generator, shape: tuple[int, ...], names: Names) -> Array:
    """Parameters from which some steps lead to other predictions."""
    return 0.1 * rng.standard_normal(shape)


MODERATE = Regime("ordinary", {"x": half, "W1": small, "b1": small})
"""A few steps of training multiply every rounding: with small numbers something is left to compare."""


@st.composite
def _trainings(draw: st.DrawFn) -> Configuration:
    """Batches that fill an epoch, or not, or are larger than the training set; two epochs, so that rates can decay."""
    num_train, num_val = draw(st.integers(1, 5)), draw(st.integers(1, 10))
    classes, rule = draw(st.integers(2, 3)), draw(st.sampled_from(list(RULES)))
    n = num_train + num_val
    options = {
        "features": tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))),
        "num_classes": classes,
        "labels": tuple(draw(st.integers(0, classes - 1)) for _ in range(n)),
        "num_train": num_train,
        "rule": rule,
        "learning_rate": draw(st.sampled_from(RATES[rule])),
        "lr_decay": draw(st.sampled_from([1.0, 0.5, 0.9])),
        "batch_size": draw(st.integers(1, 5)),
        "num_epochs": draw(st.integers(2, 3)),
    }
    return options, {"n": n, "shape": options["features"]}


TASK = Task(
    CoursePair("solver.Solver", _trainings(), (MODERATE,), kind="network", truth=Training),
    ("Solver",),
    StudentSolver,
    MISTAKES,
    {"rule": "update_rule"},
    observed=_drawn,
    unjudged=("dx",),
    scalar=True,
    differentiated=lambda names: False,
    fitted=_fitted,
    file="solver",
    uses=tuple(RULES),
    present=lambda call: bool(call.entry("Solver")),
    amended=True,
    one_in=ONE_IN,
    points=0,
)
