"""A worker answers what it is asked; however it ends, that is told in the same few words, and a fresh one goes on."""

import gc
import io
import signal
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity_tests.homework.process import (
    Crashed,
    Flooded,
    Forbidden,
    Handle,
    Limits,
    TimedOut,
    Worker,
    WorkerFailed,
    WorkerLost,
)
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.worker.wire import Opaque, Strided, WireError

LAYERS = b'''
import os, sys, threading, time
import numpy as np
from numpy.testing import assert_allclose

count = 0

def forward(x, w, scale=1.0):
    """y = x w"""
    global count
    count += 1
    return scale * x @ w, (x, w, scale)

def backward(dy, cache):
    x, w, scale = cache
    return scale * dy @ w.T, scale * x.T @ dy

def calls(): return count
def strides(x): return x.strides, x.flags.writeable
def note(config): config["seen"] = config.get("seen", 0) + 1
def overwrite(x, y): y[...] = 0; return x
def fail(message):
    print("before it fails")
    raise ValueError(message)
def leave(): sys.exit(3)
def vanish(): os._exit(5)
def abort(): os.abort()
def spin():
    while True: pass
def sleep(): time.sleep(1000)
def say(n):
    for _ in range(n): print("word " * 200)
def large(n): return np.zeros(n)
def fill(files, size):
    for i in range(files):
        with open(f"f{i}", "wb") as file: file.write(bytes(size))
    time.sleep(1000)
def fill_and_chat():
    with open("f", "wb") as file: file.write(bytes(4 * 10**6))
    while True: print("."); time.sleep(0.001)
def odd(): return np.array([None]), np.ma.array([1.0]), (i for i in ())
def close_all(): os.closerange(0, 100); time.sleep(1000)
def threads():
    found = []
    some = [threading.Thread(target=found.append, args=(i,)) for i in range(4)]
    [t.start() for t in some]; [t.join() for t in some]
    return sorted(found)

class Net:
    def __init__(self, n): self.params = {"w": np.ones(n)}
    def loss(self, x): return float((self.params["w"] * x).sum())
    def __call__(self, x): return -x
'''
SHORT = Limits(seconds=0.5, start_seconds=5.0)


@pytest.fixture(scope="module")
def shared() -> Iterator[Worker]:
    with Worker({"layers.py": LAYERS}) as worker:
        worker.load()
        yield worker


@pytest.fixture
def own() -> Iterator[Worker]:
    with Worker({"layers.py": LAYERS}, SHORT) as worker:
        worker.load()
        yield worker


def test_a_cache_stays_there_and_comes_back_by_its_handle(shared: Worker) -> None:
    x, w = np.ones((2, 3)), np.arange(12.0).reshape(3, 4)
    y, cache = shared.call("cs231n.layers:forward", x, w, returns="vh", scale=2.0).values
    assert np.array_equal(y, 2 * x @ w) and type(cache) is Handle
    dx, dw = shared.call("cs231n.layers:backward", np.ones((2, 4)), cache, returns="vv").values
    assert np.array_equal(dx, 2 * np.ones((2, 4)) @ w.T) and dw.shape == w.shape
    shared.forget([cache])
    assert "KeyError" in shared.call("cs231n.layers:backward", np.ones((2, 4)), cache).error


@pytest.mark.parametrize(
    ("returns", "form"), [("vvv", "a tuple of 2"), ("vv", ""), ("v", ""), ("", "")]
)
def test_the_form_is_told_where_it_is_not_the_one_asked_for(
    shared: Worker, returns: str, form: str
) -> None:
    reply = shared.call("cs231n.layers:forward", np.ones((1, 1)), np.ones((1, 1)), returns=returns)
    assert reply.form == form and len(reply.values) == (0 if form else len(returns))


def test_what_is_no_pair_is_described(shared: Worker) -> None:
    assert shared.call("cs231n.layers:note", {}, returns="vv").form == "None"
    assert shared.call("cs231n.layers:large", 3, returns="vv").form == "an array"
    assert shared.call("cs231n.layers:calls", returns="vv").form == "a int"


def test_layouts_arrive_and_may_be_written_to(shared: Worker) -> None:
    x = np.arange(6.0).reshape(2, 3)
    for order, strides in (("C", (24, 8)), ("F", (8, 16)), ("reversed", (-24, -8))):
        (got,) = shared.call("cs231n.layers:strides", Strided(x, order)).values
        assert got == (strides, True)


def test_what_a_call_writes_to_is_told(shared: Worker) -> None:
    config = shared.keep({"eps": 0.5})
    assert shared.call("cs231n.layers:note", config, echo=(0,)).echoed == ({"eps": 0.5, "seen": 1},)
    shared.call("cs231n.layers:note", config)
    assert shared.value(config) == {"eps": 0.5, "seen": 2}
    reply = shared.call("cs231n.layers:overwrite", np.ones(2), np.ones(2), echo=(1,))
    assert reply.wrote == (1,) and reply.echoed[0].tolist() == [0, 0]


def test_objects_of_a_class_are_made_asked_and_set(shared: Worker) -> None:
    (net,) = shared.call("cs231n.layers:Net", 3, returns="h").values
    assert shared.call((net, "loss"), np.ones(3)).values == (3.0,)
    params = shared.keep({"w": np.full(3, 2.0)})
    assert shared.set(net, "params", params).error == ""
    assert shared.call((net, "loss"), np.ones(3)).values == (6.0,)
    assert shared.get(net, "params").values[0]["w"].tolist() == [2, 2, 2]
    assert shared.call((net, ""), 4).values == (-4,)
    assert shared.get(net, "nothing").error.startswith("AttributeError")


def test_an_error_has_its_line_and_what_was_printed(shared: Worker) -> None:
    reply = shared.call("cs231n.layers:fail", "no")
    line = LAYERS.decode().split("\n").index("    raise ValueError(message)") + 1
    assert (reply.error, reply.file, reply.line) == ("ValueError: no", "layers.py", line)
    assert reply.printed == "before it fails\n" and reply.values == ()


def test_leaving_is_an_error_like_others(shared: Worker) -> None:
    assert shared.call("cs231n.layers:leave").error == "SystemExit: 3"
    assert shared.call("cs231n.layers:calls").error == ""


def test_threads_are_allowed(shared: Worker) -> None:
    assert shared.call("cs231n.layers:threads").values == ([0, 1, 2, 3],)


def test_what_cannot_travel_is_named(shared: Worker) -> None:
    values = shared.call("cs231n.layers:odd", returns="vvv").values
    assert values == (Opaque("ndarray"), Opaque("MaskedArray"), Opaque("generator"))
    with pytest.raises(WireError, match="object"):
        shared.call("cs231n.layers:calls", object())
    assert shared.call("cs231n.layers:calls").error == ""


def test_printing_much_is_cut_and_never_waited_for(shared: Worker) -> None:
    reply = shared.call("cs231n.layers:say", 1000)
    assert reply.error == "" and len(reply.printed) == shared.limits.printed


@pytest.mark.parametrize(
    ("function", "arguments", "lost", "words"),
    [
        ("spin", (), TimedOut, "in time"),
        ("sleep", (), TimedOut, "in time"),
        ("vanish", (), Crashed, "exit code 5"),
        ("abort", (), Crashed, "SIGABRT"),
        ("close_all", (), WorkerLost, "closed its channel|in time"),
    ],
)
def test_every_end_is_told(
    own: Worker, function: str, arguments: tuple[object, ...], lost: type[WorkerLost], words: str
) -> None:
    with pytest.raises(lost, match=words):
        own.call(f"cs231n.layers:{function}", *arguments)
    assert own.child.process.returncode is not None and not own.child.folder.path.exists()
    with pytest.raises(lost):
        own.call("cs231n.layers:calls")
    with own.again() as fresh:
        fresh.load()
        assert fresh.call("cs231n.layers:calls").values == (0,)


@pytest.mark.parametrize(
    ("limits", "function", "arguments", "words"),
    [
        (Limits(flood_bytes=10**5), "say", (10**6,), "prints"),
        (Limits(reply_bytes=10**4), "large", (10**4,), "reply has"),
        (Limits(folder_bytes=10**6), "fill", (4, 10**6), "fills its folder"),
        (Limits(folder_bytes=10**6), "fill_and_chat", (), "fills its folder"),
    ],
)
def test_floods_end(
    limits: Limits, function: str, arguments: tuple[object, ...], words: str
) -> None:
    with Worker({"layers.py": LAYERS}, limits) as worker:
        worker.load()
        with pytest.raises(Flooded, match=words):
            worker.call(f"cs231n.layers:{function}", *arguments)


def test_the_judge_holds_little_more_than_a_reply(shared: Worker) -> None:
    size = 8 * 10**6
    tracemalloc.start()
    try:
        shared.call("cs231n.layers:large", size // 8)
        assert size < tracemalloc.get_traced_memory()[1] < 2.5 * size
    finally:
        tracemalloc.stop()


def test_memory_has_an_end() -> None:
    with Worker({"layers.py": LAYERS}, Limits(memory=512 * 2**20)) as worker:
        worker.load()
        assert "MemoryError" in worker.call("cs231n.layers:large", 10**9).error


def test_an_import_that_was_the_end_is_not_paid_again() -> None:
    files = {"layers.py": b"def f(): pass\nwhile True: pass", "optim.py": b"def sgd(): return 7"}
    with Worker(files, Limits(start_seconds=3.0)) as worker:
        with pytest.raises(TimedOut):
            worker.load()
        assert list(worker.given_up) == ["layers.py"]
        with worker.again() as fresh:
            fresh.limits = Limits(start_seconds=10**6)  # it would be waited for so long
            found = fresh.load()
            assert "in time, while it was imported" in found["errors"]["layers.py"]["error"]
            assert found["errors"]["layers.py"]["defines"] == ["f"]
            assert fresh.call("cs231n.optim:sgd").values == (7,)


@pytest.mark.parametrize("reply", ["{}", "{'values': ()}", "{'values': (1,), 'echoed': ()}"])
def test_a_reply_without_what_was_asked_for_is_forbidden(reply: str) -> None:
    source = f"""
from parity_tests.homework.worker import serve, wire
def f(x): serve.encode = lambda _: wire.encode({reply})
"""
    with Worker({"layers.py": source.encode()}, SHORT) as worker:
        worker.load()
        worker.call("cs231n.layers:f", 1)
        with pytest.raises(Forbidden, match="values that were asked for"):
            worker.call("cs231n.layers:f", 1, returns="vv", echo=(0,))


@pytest.mark.parametrize("name", ["seconds", "start_seconds"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_no_time_and_endless_time_are_no_limits(name: str, value: float) -> None:
    given: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=name):
        Limits(**given)


def test_a_reply_before_the_question_is_forbidden() -> None:
    source = b"import os, sys\nos.write(int(sys.argv[1]), bytes(100))\ndef f(): return 1\n"
    with Worker({"layers.py": source}, SHORT) as worker, pytest.raises(Forbidden):
        worker.load()
        worker.call("cs231n.layers:f")


@pytest.mark.parametrize(
    "found",
    ["1", "{'functions': 1}", "{'functions': {'f': 1}}", "{'remarks': [1]}", "{'errors': []}"],
)
def test_what_it_says_of_itself_has_its_form_or_is_forbidden(found: str) -> None:
    patched = f"""
from parity_tests.homework.worker import load
load.Loading.found = lambda *_: ({{}}, {found})
"""
    files = {"layers.py": patched.encode()}
    with Worker(files, SHORT) as worker, pytest.raises(Forbidden, match=r"form|dictionary"):
        worker.load()


@pytest.mark.parametrize(
    "name", ["/etc/x", "../x", "a/../../x", "", "a\0b", "x/" * 50 + "x", "x" * 2000]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        Worker({name: b""})


def test_an_archive_is_read_there() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("hw/layers.py", "x = 1\n")
    with Worker({}) as worker:
        files, _ = worker.members(data.getvalue(), "hw.zip")
        assert files == [("hw/layers.py", b"x = 1\n")]
        with pytest.raises(ValueError, match=r"^\S.+$"):
            worker.members(b"PK\x03\x04 and no more", "hw.zip")


def test_a_failure_of_ours_is_not_the_submissions(monkeypatch: pytest.MonkeyPatch) -> None:
    target = "parity_tests.homework.sandbox.start._popen"

    def no_process(*_: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(target, no_process)
    with pytest.raises(WorkerFailed, match="no more processes"):
        Worker({"layers.py": LAYERS})


def test_a_sandbox_that_cannot_be_entered_is_a_failure_of_ours() -> None:
    unconfinable = Limits(memory=2**80)
    with pytest.raises(WorkerFailed, match="could not be confined"):
        Worker({"layers.py": LAYERS}, unconfinable, Confinement(("limits",)))


def test_a_forgotten_worker_ends() -> None:
    worker = Worker({"layers.py": LAYERS})
    process, folder = worker.child.process, worker.child.folder.path
    del worker
    gc.collect()
    assert process.returncode == -signal.SIGKILL and not Path(folder).exists()
