"""A submission as a whole: what its import said, what cannot be confined and is not run, whose failure it is."""

from typing import Any

import pytest

from parity_tests.homework import judge_submission as judge_module
from parity_tests.homework.judge_submission import UnknownCourse, judge
from parity_tests.homework.process import Reply, Worker, WorkerFailed
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.submission import Submission

LAYERS = b"""\
import numpy as np

def relu_forward(x):
    return np.maximum(x, np.int(0)), x

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""
FILES = {"cs231n/layers.py": LAYERS, "cs231n/optim.py": b"def sgd(w, dw, config=None:\n"}


def judged(files: dict[str, bytes], *only: str, **more: Any) -> Any:
    terms = {"seed": 1, "examples": 10, "jobs": 1} | more
    return judge(Submission("hw", files), only=only, **terms)


def test_what_the_import_said_is_in_the_report() -> None:
    report = judged(FILES, "relu_forward", "sgd")
    assert {j.name: j.verdict for j in report.judgements} == {
        "relu_forward": "right", "relu_backward": "right", "sgd": "error"
    }  # fmt: skip
    assert any("np.int" in remark for remark in report.remarks)
    assert "SyntaxError" in report.errors["cs231n/optim.py"]
    assert "limits" in report.isolation


def test_a_function_of_a_sound_file_is_missing_though_another_file_fails() -> None:
    (missing, *_) = judged(FILES, "affine_forward").judgements
    assert (missing.verdict, missing.our_failure) == ("missing", False)


def test_where_an_escape_succeeds_required_isolation_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weak = Confinement(("limits",), {}, ("read a file",))
    monkeypatch.setattr(judge_module, "strongest", lambda: weak)
    with pytest.raises(WorkerFailed, match="not refused: read a file"):
        judged(FILES, "relu_forward", require_isolation=True)


def test_a_loader_that_fails_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "_ask", lambda *_, **__: Reply(error="KeyError: 'x'"))
    with pytest.raises(WorkerFailed, match="could not be loaded: KeyError"):
        judged(FILES, "relu_forward")


def test_an_unknown_course_and_function_are_named() -> None:
    with pytest.raises(UnknownCourse, match="cs231x"):
        judge(Submission("hw", FILES), "cs231x")
    with pytest.raises(ValueError, match="no function 'relu'"):
        judged(FILES, "relu")


def test_what_a_file_that_cannot_be_read_defines_is_an_error_and_not_missing() -> None:
    found = judged({"cs231n/layers.py": LAYERS + b"def affine_forward(:\n"}, "relu_forward")
    assert {j.name: j.verdict for j in found.judgements} == {
        "relu_forward": "error", "relu_backward": "error"
    }  # fmt: skip
    assert all("SyntaxError" in j.message for j in found.judgements)


def test_a_function_that_is_misspelt_is_pointed_at() -> None:
    misspelt = LAYERS.replace(b"def relu_backward", b"def relu_bakward")
    _, backward = judged({"cs231n/layers.py": misspelt}, "relu_forward").judgements
    assert backward.verdict == "missing"
    assert backward.message == "there is no relu_backward: is relu_bakward meant?"


NETWORK = b"""\
import numpy as np
from ..layers import *
from ..layer_utils import *

class TwoLayerNet:
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            "W1": weight_scale * np.random.randn(input_dim, hidden_dim), "b1": np.zeros(hidden_dim),
            "W2": weight_scale * np.random.randn(hidden_dim, num_classes), "b2": np.zeros(num_classes),
        }
    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        hidden, cache1 = HELPER_forward(X, W1, b1)
        scores, cache2 = affine_forward(hidden, W2, b2)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dhidden, dW2, db2 = affine_backward(dscores, cache2)
        _, dW1, db1 = HELPER_backward(dhidden, cache1)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        return loss, {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2 + self.reg * W2, "b2": db2}
"""


def test_a_helper_that_was_not_handed_in_is_nobodys_mistake() -> None:
    files = {"cs231n/classifiers/fc_net.py": NETWORK.replace(b"HELPER", b"affine_gelu")}
    (network,) = judged(files, "TwoLayerNet").judgements
    assert (network.verdict, network.our_failure) == ("not judged", False)
    assert "needs affine_gelu_forward, which was not handed in" in network.message


def test_over_layers_that_were_not_handed_in_nothing_is_said_to_be_inherited() -> None:
    files = {"cs231n/classifiers/fc_net.py": NETWORK.replace(b"HELPER", b"affine_relu")}
    report = judged(files, "TwoLayerNet")
    assert [(j.verdict, j.remarks) for j in report.judgements] == [("right", ())]
    assert any("layers.py was not handed in" in remark for remark in report.remarks)
