"""Hostile submissions, in each confinement there is here: none passes, none reaches anything outside its folder."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from parity_tests.homework.process import Limits, Reply, Worker, WorkerLost
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.sandbox.leftovers import running
from parity_tests.homework.tests import hostile, reaching
from parity_tests.homework.tests.rungs import LADDERS, confinement

LIMITS = Limits(
    seconds=0.4,
    start_seconds=5.0,
    memory=400 * 2**20,
    folder_bytes=10**7,
    flood_bytes=10**6,
    processes=40,
)
X = np.random.default_rng().normal(size=(3, 4))
SECRET = "SECRET"


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder for everybody: no permission of its own protects it."""
    with tempfile.TemporaryDirectory(prefix="nnparity-outside-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "shared").write_text(SECRET)
        (folder / "shared").chmod(0o666)
        yield folder


def right(reply: Reply) -> bool:
    """As a judge compares: exact type, dtype and shape, finite, and close."""
    (value,) = reply.values or (None,)
    if type(value) is not np.ndarray or value.dtype != X.dtype or value.shape != X.shape:
        return False
    return bool(np.isfinite(value).all() and (abs(value - (X + 1)) <= np.finfo(X.dtype).eps).all())


def attack(source: str, held: Confinement, outside: Path, port: int = 9) -> str:
    """What came of it: the answer, an error's text, or how the worker was lost. Nothing may be left."""
    before, children = _snapshot(outside), _children()
    with Worker({"layers.py": source.encode()}, LIMITS, held) as worker:
        child = worker.child
        try:
            outcome = _asked(worker, str(outside), port)
        except WorkerLost as lost:
            outcome = repr(lost)
    assert _snapshot(outside) == before
    assert not child.folder.path.exists()
    assert _children() <= children
    assert not [p for p in running() if child.process.pid == p.session or p.uid == child.folder.uid]
    return outcome


def _asked(worker: Worker, outside: str, port: int) -> str:
    worker.load()
    reply = worker.call("cs231n.layers:f", X, outside, os.getpid(), port)
    assert not right(reply)
    # what the first call has left behind shows in the next
    again = worker.call("cs231n.layers:f", X, outside, os.getpid(), port)
    assert not right(again)
    return reply.error or repr(reply.values)


def _snapshot(folder: Path) -> list[tuple[str, int, int, bytes]]:
    return [_status(path) for path in sorted(folder.rglob("*"))]


def _status(path: Path) -> tuple[str, int, int, bytes]:
    status = path.lstat()
    return str(path), status.st_mode, status.st_uid, path.read_bytes() if path.is_file() else b""


def _children() -> set[int]:
    return {each.pid for each in running() if each.parent == os.getpid()}


ANYHOW = {**hostile.IN_THE_ANSWER, **hostile.IN_THE_CHANNEL, **hostile.IN_ITS_END}


def mostly_nightly(*now: str) -> list[object]:
    """All ladders; those that are not named wait for the night."""
    return [
        each if each in now else pytest.param(each, marks=pytest.mark.nightly) for each in LADDERS
    ]


@pytest.mark.parametrize("ladder", mostly_nightly("whole"))
@pytest.mark.parametrize("name", ANYHOW)
def test_no_answer_passes_but_the_right_one(name: str, ladder: str, outside: Path) -> None:
    attack(ANYHOW[name], confinement(ladder), outside)


@pytest.mark.parametrize("ladder", mostly_nightly("whole", "no seccomp"))
@pytest.mark.parametrize("name", hostile.IN_WHAT_IT_TAKES)
def test_it_takes_no_more_than_it_may(name: str, ladder: str, outside: Path) -> None:
    assert "raised" not in attack(hostile.IN_WHAT_IT_TAKES[name], confinement(ladder), outside)


@pytest.mark.parametrize("ladder", LADDERS)
@pytest.mark.parametrize("name", reaching.OUTSIDE)
def test_nothing_outside_is_changed(name: str, ladder: str, outside: Path) -> None:
    assert "done" not in attack(reaching.OUTSIDE[name], confinement(ladder), outside)


@pytest.mark.parametrize("ladder", LADDERS)
@pytest.mark.parametrize("name", reaching.READING)
def test_what_is_outside_is_not_read(name: str, ladder: str, outside: Path) -> None:
    held = confinement(ladder)
    if not {"landlock", "bubblewrap"} & set(held.rungs):
        pytest.skip(
            "a file that everybody may read can be read: only Landlock and bubblewrap hide it"
        )
    outcome = attack(reaching.READING[name], held, outside)
    assert SECRET not in outcome and "done" not in outcome


@pytest.mark.parametrize("ladder", LADDERS)
@pytest.mark.parametrize("name", reaching.JUDGE)
def test_the_judge_is_out_of_reach(
    name: str, ladder: str, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNPARITY_TOKEN", SECRET)
    with socket.create_server(("127.0.0.1", 0)) as port:
        outcome = attack(reaching.JUDGE[name], confinement(ladder), outside, port.getsockname()[1])
    assert SECRET not in outcome and "done" not in outcome


@pytest.mark.parametrize("ladder", LADDERS)
@pytest.mark.parametrize("name", reaching.BY_ITS_USER)
def test_a_users_rights_are_not_used(name: str, ladder: str, outside: Path) -> None:
    held = confinement(ladder)
    if not {"uid", "seccomp", "bubblewrap"} & set(held.rungs):
        pytest.skip("Landlock covers no modes and limits: another user, seccomp or bubblewrap does")
    assert "done" not in attack(reaching.BY_ITS_USER[name], held, outside)


def test_an_honest_answer_passes() -> None:
    """So that the attacks fail for what they are, and not because nothing passes."""
    source = {"layers.py": b"def f(x, *_): return x + 1\n"}
    with Worker(source, LIMITS) as worker:
        worker.load()
        assert right(worker.call("cs231n.layers:f", X, "", 0, 0))
