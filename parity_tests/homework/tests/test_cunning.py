"""Submissions that try to be judged right without being so, through the judge; and honest ones of every kind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from parity_tests.homework import session as sessions
from parity_tests.homework.courses.cs231n.tasks import TASKS
from parity_tests.homework.judge_task import watch
from parity_tests.homework.process import Limits, Worker
from parity_tests.homework.session import Session
from parity_tests.homework.task import Task, Trouble
from parity_tests.homework.tests import cunning, unusual
from parity_tests.homework.tests.rungs import confinement

(RELU,) = [task for task in TASKS if task.functions[0] == "relu_forward"]
LIMITS = Limits(
    seconds=0.5,
    start_seconds=10.0,
    memory=500 * 2**20,
    flood_bytes=10**6,
    folder_bytes=10**7,
)
FORWARD = replace(RELU, functions=RELU.functions[:1], differentiated=lambda _: False)
ALONE = {**cunning.FORGING, **cunning.ANSWERING, **cunning.ENDING}


@contextmanager
def session(
    files: Mapping[str, str], ladder: str = "whole", limits: Limits = LIMITS
) -> Iterator[Session]:
    data = {name: text.encode() for name, text in files.items()}
    with Session(Worker(data, limits, confinement(ladder))) as opened:
        yield opened


def is_right(call: Session, task: Task = RELU, examples: int = 30) -> bool:
    return watch(task, call, examples, 1, until_failure=True).sound


def test_who_is_right_is_right() -> None:
    """So that the others fail for what they are, and not because nothing passes."""
    files = {"cs231n/layers.py": "def relu_forward(x): return x * (x > 0), x\n"}
    with session(files, limits=Limits()) as call:
        assert is_right(call, FORWARD) and not is_right(call)


@pytest.mark.parametrize("name", ALONE)
def test_who_is_wrong_is_never_right(name: str) -> None:
    with session({"cs231n/layers.py": ALONE[name]}) as call:
        assert not is_right(call, FORWARD)


def test_what_is_remembered_by_the_place_in_memory_is_wrong() -> None:
    source = """
import numpy as np
known = {}
def relu_forward(x): return known.setdefault((id(x), x.shape), np.maximum(x, 0)), x > 0
def relu_backward(dout, cache): return dout * cache
"""
    with session({"cs231n/layers.py": source}) as call:
        assert not is_right(call)
    source = source.replace("id(x)", "x.tobytes()")
    with session({"cs231n/layers.py": source}, limits=Limits()) as call:
        assert is_right(call)


@pytest.mark.parametrize("name", cunning.BESIDE)
def test_what_lies_beside_it_does_not_help(name: str) -> None:
    with session(cunning.BESIDE[name]) as call:
        assert not is_right(call, FORWARD)


@pytest.mark.parametrize("name", cunning.LASTING)
def test_nothing_stays_in_the_kernel(name: str) -> None:
    with session({"cs231n/layers.py": cunning.LASTING[name]}, "no seccomp") as call:
        uid = call._worker.child.folder.uid
        assert not is_right(call, FORWARD)
    if uid is None:
        pytest.skip("where it has no user of its own, nobody knows what is its own")
    left = [path.read_text().split() for path in Path("/proc/sysvipc").iterdir()]
    assert str(uid) not in sum(left, [])


def test_honest_functions_are_right_however_they_are_written() -> None:
    """One process for all: they stand in modules of their own, and are asked for by turns."""
    texts = [f"import numpy as np\n{text}" for text in unusual.FUNCTIONS.values()]
    files = {f"cs231n/m{n}.py": text for n, text in enumerate(texts)}
    files["cs231n/layers.py"] = f"from . import {', '.join(f'm{n}' for n in range(len(texts)))}"
    with session(files, limits=Limits()) as call:
        for n, name in enumerate(unusual.FUNCTIONS):
            only = {f"cs231n.m{n}:{function}" for function in RELU.functions}
            functions = call.found["functions"]
            assert only <= set(functions), (name, call.found["errors"])
            call.found["functions"] = {full: functions[full] for full in only}
            assert is_right(call, examples=8), name
            call.found["functions"] = functions


def test_what_a_file_asks_for_at_its_import_does_not_make_it_wrong() -> None:
    with session(unusual.AROUND, limits=Limits()) as call:
        assert is_right(call), call.found["errors"]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("while True: pass", "timeout"),
        ("os._exit(0)", "crashed"),
        ("print('x' * 10**7)", "forbidden"),
    ],
)
def test_a_file_that_ends_the_import_costs_its_own_functions_only(
    statement: str, kind: str
) -> None:
    right = "def relu_forward(x): return x * (x > 0), x\n"
    files = {
        "cs231n/layers.py": right,
        "cs231n/optim.py": f"import os\ndef sgd(w, dw): pass\n{statement}\n",
        "cs231n/solver.py": "from cs231n.optim import sgd\nclass Solver: pass\n",
    }
    with session(files, limits=replace(LIMITS, seconds=10.0, start_seconds=4.0)) as call:
        assert is_right(call, FORWARD)
        with pytest.raises(Trouble, match=r"while cs231n/optim\.py was imported") as caught:
            call("sgd", 1.0, 1.0)
        assert caught.value.kind == kind
        with pytest.raises(Trouble, match=r"optim.py cannot be imported") as caught:
            call("Solver", returns="h")
        assert caught.value.kind == "error"


def test_files_that_all_end_the_import_do_not_take_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "MOST_IMPORTS", 0)
    with session({"cs231n/layers.py": "import os\ndef relu_forward(x): pass\nos._exit(3)"}) as call:
        with pytest.raises(Trouble, match="exit code 3, while it was imported") as caught:
            call("relu_forward", 1.0)
        assert caught.value.kind == "crashed"


def test_calls_that_all_keep_within_the_limit_end_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "MOST_CALLS", 0)
    with session(
        {"cs231n/layers.py": "def relu_forward(x): return x\ndef sgd(w): return w\n"}
    ) as call:
        assert call("relu_forward", 1.0) == ((1.0,), ())
        with pytest.raises(Trouble, match=r"its calls take more than 0 s in all") as caught:
            call("relu_forward", 1.0)
        assert caught.value.kind == "timeout"
        assert call("sgd", 1.0) == ((1.0,), ())
