"""Networks: right ones of every year pass, and each planted mistake is found and not misnamed."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from parity_tests.harness.cases import Case
from parity_tests.homework.courses.cs231n.network_tasks import TASKS
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.naming import name_of
from parity_tests.homework.record import HomeworkRun
from parity_tests.homework.task import Task
from parity_tests.homework.tests.local import SOLUTION, Local
from parity_tests.homework.tests.planting import planted

EXAMPLES, SEED = 30, 1
NETWORKS = {task.functions[0]: task for task in TASKS}
FC, CNN = "classifiers/fc_net.py", "classifiers/cnn.py"


class Planted(NamedTuple):
    """What is exchanged for what, and what has to be said of it: a regular expression.

    Where that is empty no mistake may be named; what the numbers have in common may be said.
    """

    network: str
    old: str
    new: str
    said: str = ""

    @property
    def file(self) -> str:
        return CNN if self.network == "ThreeLayerConvNet" else FC


def _seen(task: Task, folder: Path) -> tuple[int, str]:
    """How many cases fail, and what is said of them; without a condition and a smallest case, which take time."""
    call = Local(folder)
    task = task.fitted(task, call)
    run = HomeworkRun(task.pair, "float64", EXAMPLES, SEED, None, task, call)
    outcomes: list[tuple[Case, bool]] = []
    said = {task.complaint: None}

    def record(case: Case) -> None:
        failed = [v for v in run.verdicts(case) if not v.passed]
        outcomes.append((case, bool(failed)))
        said.update(dict.fromkeys(v.message for v in failed if v.quantity == "call"))

    run.over(record)
    mistake = name_of(run.trial, task.functions[0], outcomes)
    said[mistake.name if mistake else ""] = None
    return sum(failed for _, failed in outcomes), "; ".join(filter(None, said))


def _names(said: str) -> list[str]:
    """The known mistakes that are named."""
    known = {mistake.name for task in TASKS for mistake in task.mistakes}
    return [name for name in known if name in said]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_right_network_has_no_remark(name: str) -> None:
    (judgement,) = judge_task(NETWORKS[name], Local(SOLUTION), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ())


T, F, C = "TwoLayerNet", "FullyConnectedNet", "ThreeLayerConvNet"
PENALTY = "loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))"
OWN_GRADIENTS = f"""{PENALTY}
        dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, cache2)
        _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, cache1)
"""
OF_GRADIENTS = f"""{OWN_GRADIENTS.removeprefix(PENALTY).lstrip()}\
        W2g, W1g = grads["W2"], grads["W1"]
        loss += 0.5 * self.reg * (np.sum(W1g * W1g) + np.sum(W2g * W2g))
"""
SQUARES = "loss += 0.5 * self.reg * np.sum(W * W)"
DECAY = 'grads[f"W{i}"] += self.reg * W'
SCORES = 'scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])'
DROP = "            out, drop_cache = dropout_forward(out, self.dropout_param)\n"
NORM = "self.bn_params[i - 1])\n        out, relu_cache = relu_forward(out)\n"
GAMMA = (
    "            if self.normalization is not None and i < last:\n"
    '                gamma = self.params[f"gamma{i}"]\n'
    "                loss += 0.5 * self.reg * np.sum(gamma * gamma)\n"
    '                grads[f"gamma{i}"] += self.reg * gamma\n'
)
SWAP = (
    "backward(dout, norm_cache)\n"
    '            grads[f"gamma{i}"], grads[f"beta{i}"] = grads[f"beta{i}"], grads[f"gamma{i}"]\n'
)

TEXT = (SOLUTION / "cs231n" / CNN).read_text()
MIDDLE = TEXT.partition("(W // 2)")[2].partition(SQUARES)[0]

OF_L2 = {
    "without its half": Planted(T, PENALTY, PENALTY.replace("0.5 *", ""), "without its factor 0.5"),
    "cubes": Planted(
        T, PENALTY, PENALTY.replace("W1 *", "W1 * W1 *").replace("W2 *", "W2 * W2 *"), "third"
    ),
    "first layer only": Planted(
        T, PENALTY, "loss += 0.5 * self.reg * np.sum(W1 * W1)", "first layer only"
    ),
    "by the batch": Planted(T, PENALTY, f"{PENALTY} / len(X)", "divided by the size of the batch"),
    "not in dW2": Planted(T, 'grads["W2"] += self.reg * W2', "pass", "last layer|first layer only"),
    "on a bias": Planted(
        T, PENALTY, f'{PENALTY}\n        loss += self.reg * np.sum(self.params["b1"] ** 2)'
    ),
    "without its half, deep": Planted(
        F, SQUARES, SQUARES.replace("0.5 * ", ""), "without its factor 0.5"
    ),
    "not the last layer": Planted(
        F, "(1, last + 1):\n            W", "(1, last):\n            W", "leaves out the last layer"
    ),
    "not in the gradient": Planted(F, DECAY, "pass", "missing from the gradient"),
    "twice in the gradient": Planted(F, DECAY, f"{DECAY} * 2", "wrong factor in the gradient"),
    "on gamma": Planted(F, f"{DECAY}\n", f"{DECAY}\n{GAMMA}", "gamma and beta as well"),
    "not the filters": Planted(
        C, "for W in (W1, W2, W3)", "for W in (W2, W3)", "leaves out the first"
    ),
    "without reg": Planted(C, SQUARES, "loss += 0.5 * np.sum(W * W)"),
    "without the square": Planted(
        T, PENALTY, PENALTY.replace("W1 * ", "").replace("W2 * ", ""), "without their square"
    ),
    "without its half, and square images": Planted(
        C,
        f"pooled = num_filters * (H // 2) * (W // 2){MIDDLE}{SQUARES}",
        f"pooled = num_filters * (H // 2) ** 2{MIDDLE}{SQUARES.replace('0.5 * ', '')}",
        "without its factor 0.5; takes images for square",
    ),
    "of the gradients": Planted(T, OWN_GRADIENTS, OF_GRADIENTS, "L2 of the gradients"),
    "one layer for all": Planted(
        F,
        SQUARES,
        SQUARES.replace("W * W", 'self.params[f"W{last - 1}"] ** 2'),
        "one layer's weights",
    ),
    "summed in the gradient": Planted(
        C,
        'self.reg * W3\n        grads["W2"] += self.reg * W2\n        grads["W1"] += self.reg * W1',
        'self.reg * W3.sum()\n        grads["W2"] += self.reg * W2.sum()\n'
        '        grads["W1"] += self.reg * W1.sum()',
        "gradient of L2 sums the weights",
    ),
    "not in dW1": Planted(
        C, 'grads["W1"] += self.reg * W1', "pass", "missing from the gradient of the first"
    ),
}
OF_MODES = {
    "always training": Planted(F, 'mode = "test" if y is None else "train"', 'mode = "train"'),
    "batch norm in training": Planted(
        F, '                bn_param["mode"] = mode', "                pass", "stays in training"
    ),
    "dropout in training": Planted(
        F,
        'self.dropout_param["mode"] = mode',
        'self.dropout_param["mode"] = "train"',
        "drops in test mode",
    ),
    "forgets averages": Planted(
        F, "self.bn_params[i - 1])", "dict(self.bn_params[i - 1]))", "running averages"
    ),
    "no seed": Planted(
        F, "if seed is not None:\n                self", "if seed is None:\n                self"
    ),
}
OF_LAYERS = {
    "relu on scores": Planted(F, SCORES, f"{SCORES}\n        scores = np.maximum(scores, 0)", "ReLU to the scores"),
    "relu on scores of images": Planted(
        C, "scores, cache = affine_forward(hidden, W3, b3)",
        "scores, (cache, _) = affine_relu_forward(hidden, W3, b3)", "ReLU to the scores",
    ),
    "no relu": Planted(
        F, "out, relu_cache = relu_forward(out)", "relu_cache = np.ones_like(out)", "^$|has no ReLU"
    ),
    "no dropout": Planted(F, DROP, '            drop_cache = ({"mode": "test"}, None)\n', "^$|has no dropout"),
    "leaky": Planted(F, NORM, NORM.replace("relu_forward(out)", "np.maximum(out, -1), out")),
    "dropout not backward": Planted(F, "dout = dropout_backward(dout, drop_cache)", "pass"),
    "relu not backward": Planted(F, "dout = relu_backward(dout, relu_cache)", "pass"),
    "another layer's cache": Planted(F, "dout, caches[i - 1], i,", "dout, caches[0], i,"),
    "gamma for beta": Planted(F, "backward(dout, norm_cache)\n", SWAP),
    "a name that nothing defines": Planted(
        F, "else layernorm_forward", "else layer_norm_forward", "uses layer_norm_forward, which nothing defines"
    ),
    "stops too early": Planted(F, "range(last - 1, 0, -1)", "range(last - 1, 1, -1)", "KeyError|no gradient"),
    "no gradient of b1": Planted(
        T, '_, grads["W1"], grads["b1"] =', '_, grads["W1"], _ =', "no gradient of b1"
    ),
    "twice the gradient": Planted(
        C, "conv_relu_pool_backward(dout, conv", "conv_relu_pool_backward(2 * dout, conv"
    ),
    "divided twice": Planted(
        T,
        "loss, dscores = softmax_loss(scores, y)",
        "loss, dscores = softmax_loss(scores, y)\n        dscores /= len(y)",
        "size of the batch once more",
    ),
    "pad of 1": Planted(C, '"pad": (filter_size - 1) // 2', '"pad": 1'),
    "pad of 3": Planted(C, '"pad": (filter_size - 1) // 2', '"pad": 3', "raises"),
    "stride of 1": Planted(C, '"pool_width": 2, "stride": 2', '"pool_width": 2, "stride": 1'),
}  # fmt: skip
OF_THE_START = {
    "hidden sizes shifted": Planted(
        F, "*hidden_dims, num_classes]", "*hidden_dims, num_classes + 1]", "has the shape"
    ),
    "no layer norm": Planted(
        F,
        "if normalization is not None and",
        'if normalization == "batchnorm" and',
        "has no gamma and beta for layer normalization",
    ),
    "no norm": Planted(
        F,
        "if normalization is not None and",
        "if False and",
        "gamma and beta for any normalization",
    ),
    "no layer norm in the loss": Planted(
        F,
        "        if self.normalization is not None:\n            backward = (",
        '        if self.normalization == "batchnorm":\n            backward = (',
        "leaves layer normalization out of the loss",
    ),
    "gamma misspelt": Planted(
        F, 'self.params[f"gamma{i}"] =', 'self.params[f"gama{i}"] =', "gama1, where gamma1"
    ),
    "square images": Planted(
        C, "(H // 2) * (W // 2)", "(H // 2) * (H // 2)", "takes images for square"
    ),
    "nothing pooled": Planted(C, "(H // 2) * (W // 2)", "H * W", "as if nothing were pooled"),
}
BEFORE_TRAINING = {
    "no weight_scale": Planted(
        T,
        "weight_scale * np.random.randn(hidden",
        "np.random.randn(hidden",
        "W2 begins with a deviation",
    ),
    "biases of 1": Planted(T, "np.zeros(num_classes)", "np.ones(num_classes)", "b2 does not begin"),
    "gamma of 0": Planted(F, "np.ones(dims[i])", "np.zeros(dims[i])", "gamma1 does not begin"),
    "another dtype": Planted(F, "v.astype(dtype)", "v", "W1 is of float64"),
    "uniform": Planted(C, "np.random.randn(pooled", "np.random.rand(pooled", "W2"),
}
WRONG = {**OF_L2, **OF_MODES, **OF_LAYERS, **OF_THE_START}


@pytest.mark.parametrize("mistake", WRONG.values(), ids=WRONG)
def test_a_mistake_is_found_and_not_misnamed(mistake: Planted, tmp_path: Path) -> None:
    failed, said = _seen(NETWORKS[mistake.network], planted(tmp_path, mistake.file, *mistake[1:3]))
    assert failed
    assert re.search(mistake.said, said), said
    assert mistake.said or not _names(said), said


@pytest.mark.parametrize("mistake", BEFORE_TRAINING.values(), ids=BEFORE_TRAINING)
def test_what_is_wrong_before_training_is_said(mistake: Planted, tmp_path: Path) -> None:
    folder = planted(tmp_path, mistake.file, *mistake[1:3])
    (judgement,) = judge_task(NETWORKS[mistake.network], Local(folder), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.failed) == ("wrong", 0)
    assert re.search(mistake.said, judgement.message), judgement.message


CONDITIONS = {
    "L2": (OF_L2["without its half"], "with reg != 0"),
    "averages": (OF_MODES["forgets averages"], "batch normalization"),
    "depth": (OF_LAYERS["another layer's cache"], "more than one hidden layer"),
    "images": (OF_THE_START["square images"], "not square"),
}


@pytest.mark.parametrize(("mistake", "words"), CONDITIONS.values(), ids=CONDITIONS)
def test_the_condition_is_said(mistake: Planted, words: str, tmp_path: Path) -> None:
    folder = planted(tmp_path, mistake.file, *mistake[1:3])
    (judgement,) = judge_task(NETWORKS[mistake.network], Local(folder), EXAMPLES, SEED)
    assert words in judgement.condition


RIGHT = {
    "2018": Planted(F, "dropout_keep_ratio", "dropout", ""),
    "rows for biases": Planted(T, "np.zeros(hidden_dim)", "np.zeros((1, hidden_dim))", ""),
    "half of the filter": Planted(C, "(filter_size - 1) // 2", "filter_size // 2", ""),
}


@pytest.mark.parametrize("change", RIGHT.values(), ids=RIGHT)
def test_another_way_is_right(change: Planted, tmp_path: Path) -> None:
    folder = planted(tmp_path, change.file, *change[1:3])
    text = folder / "cs231n" / change.file
    text.write_text(text.read_text().replace(*change[1:3]))
    (judgement,) = judge_task(NETWORKS[change.network], Local(folder), EXAMPLES, SEED)
    assert judgement.verdict == "right", judgement.counterexample


def test_the_keywords_of_2016_are_right(tmp_path: Path) -> None:
    folder = planted(tmp_path, FC, "normalization=None,", "use_batchnorm=False,")
    text = folder / "cs231n" / FC
    old = text.read_text().replace("dropout_keep_ratio=1", "dropout=0")
    old = old.replace(
        "self.normalization = normalization",
        'normalization = "batchnorm" if use_batchnorm else None\n        self.normalization = normalization',
    )
    old = old.replace("dropout_keep_ratio != 1", "dropout > 0").replace(
        "dropout_keep_ratio", "dropout"
    )
    text.write_text(old)
    (judgement,) = judge_task(NETWORKS[F], Local(folder), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ())
    text.write_text(old.replace('bn_param["mode"] = mode', "bn_param[mode] = mode"))
    (judgement,) = judge_task(NETWORKS[F], Local(folder), EXAMPLES, SEED)
    assert judgement.verdict == "right"
    assert judgement.remarks == (
        "batch norm never leaves training mode: the handout of 2016 wrote bn_param[mode] = mode",
    )


def test_parameters_may_be_numbered_from_0(tmp_path: Path) -> None:
    folder = planted(tmp_path, FC, '"W1"', '"W0"')
    text = folder / "cs231n" / FC
    for word in "Wb":
        new = (
            text.read_text().replace(f'"{word}1"', f'"{word}0"').replace(f'"{word}2"', f'"{word}1"')
        )
        text.write_text(new)
    (judgement,) = judge_task(NETWORKS[T], Local(folder), EXAMPLES, SEED)
    assert (judgement.verdict, judgement.remarks) == ("right", ("numbers its parameters from 0",))


def test_what_the_handout_leaves_open_is_missing(tmp_path: Path) -> None:
    folder = planted(tmp_path, FC, "for i in range(1, self.num_layers + 1):", "for i in ():")
    (judgement,) = judge_task(NETWORKS[F], Local(folder), EXAMPLES, SEED)
    assert judgement.verdict == "missing"
