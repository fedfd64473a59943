"""The Solver: a right one passes however it draws its batches, and each planted mistake is found and named."""

from pathlib import Path
from typing import NamedTuple

import pytest

from parity_tests.homework.courses.cs231n.right_layers import PROVIDED
from parity_tests.homework.courses.cs231n.solver_task import TASK
from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.judge_submission import judge
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.submission import Submission
from parity_tests.homework.tests.amending import amended
from parity_tests.homework.tests.local import PACKAGE, SOLUTION, Local
from parity_tests.homework.tests.planting import planted
from parity_tests.homework.tests.seen import seen

EXAMPLES, SEED = 16, 1
DRAW = "batch = np.random.choice(self.X_train.shape[0], self.batch_size)"
UPDATE = "config = self.update_rule(w, grads[p], self.optim_configs[p])"
COPIES = "{k: v.copy() for k, v in self.model.params.items()}"
DECAY = (
    "                for config in self.optim_configs.values():\n"
    '                    config["learning_rate"] *= self.lr_decay\n'
)
SCORES = (
    "scores = [self.model.loss(X[i : i + batch_size]) for i in range(0, len(X), batch_size)]\n"
    "        return np.mean(np.argmax(np.concatenate(scores), axis=1) == y)"
)


class Planted(NamedTuple):
    """What is exchanged for what, and the name of the mistake; none where only the numbers are known."""

    old: str
    new: str
    name: str = ""


def _judged(room: Path, old: str = "", new: str = "") -> Judgement:
    folder = planted(room, "solver.py", old, new) if old else SOLUTION
    (judgement,) = judge_task(TASK, amended(folder, room), EXAMPLES, SEED)
    return judgement


WRONG = {
    "decays every step": Planted(
        DECAY, DECAY.replace("                for", "            for").replace(" " * 20, " " * 16),
        "the learning rate decays after every step",
    ),
    "decays never": Planted(DECAY, "                pass\n", "the learning rate never decays"),
    "decays at the start": Planted(
        "(t + 1) % per_epoch == 0:\n                self.epoch", "t % per_epoch == 0:\n                self.epoch",
        "the learning rate decays after the first step of an epoch",
    ),
    "one config": Planted("p: dict(self.optim_config)", "p: self.optim_config", "all parameters share one config"),
    "no copy of the dictionary": Planted(COPIES, "self.model.params", "best_params are the last parameters"),
    "no copy of the arrays": Planted(
        COPIES, "dict(self.model.params)", "best_params holds the parameters themselves, no copies"
    ),
    "keeps the last": Planted("if val_acc > self.best_val_acc", "if True", "best_params are the last parameters"),
    "validates on training": Planted(
        "self.check_accuracy(self.X_val, self.y_val,", "self.check_accuracy(self.X_train, self.y_train,",
        "validates on the training set",
    ),
    "best on training": Planted("if val_acc >", "if train_acc >"),
    "uphill": Planted(UPDATE, UPDATE.replace("grads[p]", "-grads[p]"), "goes up the gradient"),
    "one epoch short": Planted("self.num_epochs * per", "(self.num_epochs - 1) * per", "trains one epoch too few"),
    "one step short": Planted(
        "self.num_epochs * per_epoch", "self.num_epochs * per_epoch - 1",
        "trains one step too few",
    ),
    "last batch left out": Planted(
        SCORES,
        "whole = len(X) // batch_size * batch_size or len(X)\n"
        "        X, y = X[:whole], y[:whole]\n        " + SCORES,
        "check_accuracy leaves out the last batch",
    ),
    "labels of others": Planted("self.y_train[batch])", "np.roll(self.y_train, 1)[batch])"),
    "a parameter forgotten": Planted("[p] = next_w", '[p] = w if p == "b1" else next_w'),
    "another rule": Planted(
        'getattr(optim, kwargs.pop("update_rule", "sgd"))', "optim.sgd; kwargs.pop('update_rule', 0)"
    ),
    "whole batches": Planted(DRAW, "batch = np.arange(self.X_train.shape[0])"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG)
def test_a_mistake_is_found_and_has_its_name(mistake: Planted, tmp_path: Path) -> None:
    folder = planted(tmp_path, "solver.py", mistake.old, mistake.new)
    found = seen(TASK, amended(folder, tmp_path), EXAMPLES, SEED)["Solver"]
    assert found.failed
    assert found.name == mistake.name


def test_a_student_reads_what_was_called(tmp_path: Path) -> None:
    judgement = _judged(tmp_path, UPDATE, UPDATE.replace("grads[p]", "-grads[p]"))
    assert judgement.verdict == "wrong"
    lines = judgement.counterexample.splitlines()
    assert "Solver(model, data, update_rule=" in judgement.counterexample
    assert (len(lines) <= 25, max(map(len, lines)) <= 80) == (True, True)


RIGHT = {
    "as it is": ("", ""),
    "without replacement": (DRAW, DRAW.replace("size)", "size, self.X_train.shape[0] < self.batch_size)")),
    "a generator of its own": (DRAW, DRAW.replace("np.random", "np.random.default_rng(len(self.loss_history))")),
    "with losses of validation": (
        "return np.mean(np.argmax", "self.model.loss(self.X_val, self.y_val)\n        return np.mean(np.argmax"
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", RIGHT.values(), ids=RIGHT)
def test_a_right_solver_has_no_remark(change: tuple[str, str], tmp_path: Path) -> None:
    judgement = _judged(tmp_path, *change)
    assert (judgement.verdict, judgement.remarks) == ("right", ()), judgement.counterexample


CONVENTIONS = {
    "of equally good parameters it keeps the later ones": ("val_acc > self", "val_acc >= self"),
    "takes no accuracies after the first step": ("if t == 0 or t == steps - 1", "if t == steps - 1"),
    "takes keywords that it does not know": ("if kwargs:", "if False:"),
    "takes an update_rule that optim has not": (
        '"sgd"))', '"sgd"), optim.sgd)'
    ),
}  # fmt: skip


@pytest.mark.parametrize("remark", CONVENTIONS)
def test_another_way_is_right_and_remarked(remark: str, tmp_path: Path) -> None:
    judgement = _judged(tmp_path, *CONVENTIONS[remark])
    assert (judgement.verdict, judgement.remarks) == ("right", (remark,)), judgement.counterexample


def test_batches_that_are_all_the_same_are_wrong(tmp_path: Path) -> None:
    judgement = _judged(tmp_path, DRAW, "batch = np.arange(self.batch_size) % len(self.X_train)")
    assert (judgement.verdict, judgement.message) == (
        "wrong",
        "takes the same samples for every batch",
    )


def test_a_last_batch_that_ends_in_an_error_is_an_error(tmp_path: Path) -> None:
    judgement = _judged(
        tmp_path, "range(0, len(X), batch_size)", "range(0, len(X) - batch_size, batch_size)"
    )
    assert (judgement.verdict, "ValueError" in judgement.message) == ("error", True)


def test_a_right_solver_is_right_among_wrong_rules_and_layers(tmp_path: Path) -> None:
    folder = planted(tmp_path / "one", "optim.py", "w -=", "w +=")
    folder = planted(tmp_path / "two", "layers.py", "dw = x.reshape", "dw = 2 * x.reshape", folder)
    (judgement,) = judge_task(TASK, amended(folder, tmp_path), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ())


@pytest.mark.parametrize(
    "task", [t for t in TASKS if t.file == "optim"], ids=lambda t: t.functions[0]
)
def test_the_rules_that_stand_in_are_right(task, tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "optim.py").write_bytes(PROVIDED)
    (judgement,) = judge_task(task, Local(tmp_path), EXAMPLES, SEED)
    assert judgement.verdict == "right"


def _said(files: dict[str, bytes], *only: str) -> dict[str, str]:
    report = judge(Submission("hw", files), seed=1, examples=8, jobs=1, only=only)
    return {judgement.name: judgement.verdict for judgement in report.judgements}


FILES = {
    f"{PACKAGE}/{name}": (SOLUTION / PACKAGE / name).read_bytes() for name in ("solver.py", "optim.py")
}  # fmt: skip


def test_it_is_judged_in_a_process_of_its_own() -> None:
    assert _said(FILES, "Solver") == {"Solver": "right"}


def test_where_it_is_asked_for_and_absent_it_is_missing() -> None:
    optim = {path: text for path, text in FILES.items() if path.endswith("optim.py")}
    assert _said(optim, "Solver") == {"Solver": "missing"}


def test_a_solver_that_cannot_be_imported_is_an_error() -> None:
    broken = FILES | {f"{PACKAGE}/solver.py": b"class Solver:\n    def train(self:\n"}
    assert _said(broken, "Solver") == {"Solver": "error"}
