"""A class on a Dask cluster, with a client that only looks like one."""

import sys
from types import ModuleType

import pytest

from parity_tests.homework import cluster
from parity_tests.homework.class_member import Work
from parity_tests.homework.class_run import ClassError
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.process import Limits
from parity_tests.homework.submission import Submission

WORK = Work(Submission("x", {}), "cs231n", 5, 1, ("sgd",), Limits(), 100.0)
REPORT = HomeworkReport("x", "cs231n", (Judgement("sgd", "right"),), 1)


class Future:
    def __init__(self, error):
        self.error = error

    def exception(self):
        return self.error

    def result(self):
        return REPORT


class Client:
    """Has three threads, and loses whatever it is given an error for."""

    error = None
    closed = False

    def __init__(self, address, **keywords):
        if not address.startswith("tcp://"):
            raise ValueError("no such protocol")

    def nthreads(self):
        return {"one": 2, "two": 1}

    def submit(self, function, work, pure):
        assert (function, work, pure) == (cluster.judged_there, WORK, False)
        return Future(self.error)

    def close(self):
        Client.closed = True


@pytest.fixture
def dask(monkeypatch):
    module = ModuleType("distributed")
    module.Client = Client
    monkeypatch.setitem(sys.modules, "distributed", module)


def test_a_cluster_gives_the_report_of_its_worker(dask):
    assert cluster.Cluster("tcp://a:1")(WORK) == REPORT
    assert cluster.Cluster("tcp://a:1").jobs == 3


def test_what_the_cluster_loses_is_a_failure_of_the_checker(dask, monkeypatch):
    monkeypatch.setattr(Client, "error", RuntimeError("a worker\nis gone"))
    (judgement,) = cluster.Cluster("tcp://a:1")(WORK).judgements
    assert (judgement.verdict, judgement.our_failure) == ("not judged", True)
    assert "a worker is gone" in judgement.message


def test_a_stop_leaves_the_cluster(dask):
    cluster.Cluster("tcp://a:1").stop()
    assert Client.closed


def test_a_scheduler_that_is_none_is_refused(dask):
    with pytest.raises(ClassError, match="no Dask scheduler answers at 'nowhere'"):
        cluster.Cluster("nowhere")


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClassError, match="pip install"):
        cluster.Cluster("tcp://a:1")
