"""Scripts run without this project, show what differs, and exit 0 for an implementation that is right."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.faults import FAULTS, Fault
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import judge
from parity_tests.harness.counterexamples.script import to_script
from parity_tests.harness.counterexamples.source import Excerpts, NoSource
from parity_tests.harness.search import Run
from parity_tests.harness.trial import Trial
from parity_tests.harness_tests.failures import (
    FAILURES,
    Failure,
    reference_of,
    told,
    verdict_of,
)
from parity_tests.pairs import PAIRS
from reference.layers.batch_norm import BatchNorm2d
from reference.layers.linear import Linear
from reference.networks.two_layer_net import TwoLayerNet
from torch_impl.layers.batch_norm import BatchNorm2d as TorchBatchNorm2d

OURS = r"^\s*(from|import) (reference|torch_impl|parity_tests|reports|jaxtyping)"


def run(script: str) -> tuple[int, str]:
    """Exit status and output, in this process: importing PyTorch takes seconds."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(script, "<script>", "exec"), {"__name__": "script"})
        except SystemExit as end:
            return (1 if isinstance(end.code, str) else int(end.code or 0)), out.getvalue()
        except Exception as raised:  # what an interpreter would end with
            return 1, f"{out.getvalue()}{type(raised).__name__}: {raised}"
    raise AssertionError("the script has no exit status")


def assert_readable(script: str) -> None:
    assert not re.search(OURS, script, re.M)
    assert all(len(line) <= (120 if "#" in line else 100) for line in script.splitlines())
    assert "nnparity check --replay" in script.replace("\\\n", "")
    assert "Float[" not in script and "type: ignore" not in script


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_script_exits_1_for_the_fault_and_0_for_the_reference(failure: Failure) -> None:
    script = to_script(*told(failure))
    assert_readable(script)
    assert failure.sin in script
    status, output = run(script)
    assert status == 1, output
    assert ("Error: " in output) == (failure.sin == "LinearReshapesByMinusOne"), output
    script = to_script(*reference_of(failure))
    assert_readable(script)
    status, output = run(script)
    assert status == 0, output


def test_a_script_runs_without_the_project(tmp_path: Path) -> None:
    path = tmp_path / "counterexample.py"
    path.write_text(to_script(*told(FAILURES["optimizer"])), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-I", path.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "expected" in ended.stdout
    assert "largest difference" in ended.stdout


def test_the_numbers_printed_are_those_of_the_verdict() -> None:
    trial, verdict = told(FAILURES["gradient"])
    _, output = run(to_script(trial, verdict))
    assert str(trial.twin.gradients["dweight"]) in output
    assert str(trial.outcome.gradients["dweight"]) in output


@pytest.mark.parametrize("name", ["networks.fully_connected", "networks.sandwich.ConvReLUPool"])
def test_both_sides_of_a_network_run(name: str) -> None:
    pair = PAIRS[name]
    case = Run(pair, "float64", 30, 5).shrunk(_has_numbers)
    assert case is not None
    spoiled = type(pair.reference.__name__, (pair.reference,), {"backward": _one_more})
    for verdict in judge(trial := Trial(pair, case)):
        if verdict.check != "same_answer_twice":
            script = to_script(trial, verdict)
            assert "cannot be had" not in script
            assert run(script)[0] == 0, verdict
    wrong = Trial(pair, case, spoiled)
    script = to_script(wrong, verdict_of(wrong, "gradients_agree", "dx"))
    assert "cannot be had" in script
    assert run(script)[0] == 1


def _has_numbers(case: Case) -> bool:
    return case.sizes["n"] > 0 and case.options.get("dropout") != 0.0


def _one_more(self: Any, saved: Any, dy: Any) -> Any:
    dx, gradients = super(type(self), self).backward(saved, dy)
    return dx + 1, gradients


def test_a_class_without_text_is_pasted_as_what_it_gave() -> None:
    class Local(Linear):
        def forward(self, x: Any, weight: Any, bias: Any = None) -> Any:
            y, saved = super().forward(x, weight, bias)
            return y + 1, saved

    failure = FAILURES["gradient"]
    trial = Trial(PAIRS["layers.linear"], failure.case(), Local)
    for check in ("outputs_agree", "definition_agrees"):
        script = to_script(trial, verdict_of(trial, check, "y"))
        assert "cannot be had" in script
        assert run(script)[0] == 1
    assert "F.linear" in to_script(trial, verdict_of(trial, "outputs_agree", "y"))


def test_an_exchanged_method_is_not_taken_for_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Linear, "backward", lambda self, saved, dy: (dy, dy, dy))
    with pytest.raises(NoSource, match=r"Linear\.backward has been exchanged"):
        Excerpts(set()).add(Linear, ("forward",))


def test_an_excerpt_holds_what_is_needed_and_no_more() -> None:
    excerpt = Excerpts(set()).add(TwoLayerNet, ("forward",))
    text = "\n".join(excerpt.definitions)
    assert "def forward" in text and "def backward" not in text
    assert "def draw_masks" not in text and '"""' not in text
    assert excerpt.definitions[-1].startswith("@dataclass(frozen=True, slots=True)\nclass TwoLayer")


def test_definitions_of_one_name_are_kept_apart() -> None:
    excerpts = Excerpts({"Saved"})
    own = excerpts.add(BatchNorm2d, ("forward", "backward"))
    twin = excerpts.add(TorchBatchNorm2d, ("forward",), "Torch")
    assert (own.name, twin.name) == ("BatchNorm2d", "TorchBatchNorm2d")
    text = "\n".join(own.definitions)
    assert "class BatchNormSaved(" in text and "BatchNormSaved(" in text.partition("class Batch")[2]
    assert not re.search(r"(?<![\w.])Saved\(", text)


def test_large_and_odd_arrays_are_written_so_that_they_come_back() -> None:
    case = Case("activations.tanh", sizes={"shape": (4, 40)}, layout="transposed")
    odd = Case("activations.tanh", sizes={"shape": (3,)}, given={"x": (np.nan, np.inf, -0.0)})
    empty = Case("activations.tanh", sizes={"shape": (0, 3)}, layout="strided")
    for one in (case, odd, empty):
        trial = Trial(PAIRS[one.pair], one)
        for verdict in judge(trial):
            script = to_script(trial, verdict)
            assert_readable(script)
            assert run(script)[0] == 0, script


# They start from what earlier cases left: a script starts afresh, and its first answer is right.
REMEMBERS = ("SGDSharesTheVelocity", "TwoLayerNetAddsUpGradients")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.implementation.__name__ not in REMEMBERS],
    ids=lambda fault: fault.name,
)
def test_every_fault_of_the_zoo_has_a_script(fault: Fault) -> None:
    examples = 30 if PAIRS[fault.pair].kind == "optimizer" else 300
    run_ = Run(PAIRS[fault.pair], fault.dtypes[0], examples, 0, fault.implementation)
    first = run_.first_failure()
    assert first is not None
    trial = run_.trial(Case.parse(first.case))
    status, output = run(to_script(trial, verdict_of(trial, first.check, first.quantity)))
    assert status == 1, output
