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
