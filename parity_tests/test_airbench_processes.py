"""The fast training in two processes is that in one, and what a process forgets to sum is seen."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch
import torch.multiprocessing

from parity_tests.tiny_airbench import CPU, alone_and_allowed, apart, same, training
from torch_impl.airbench import ALONE, Processes, StepRecord, launched
from torch_impl.airbench.batch_norm import StandardizeTogether


@contextmanager
def fault(name: str) -> Iterator[None]:
    """What a process does wrong in a training of several."""
    places: dict[str, tuple[Any, str, Any]] = {
        "none": (Processes, "part", Processes.part),
        "statistics of its own": (
            StandardizeTogether,
            "apply",
            lambda x, eps, _: APPLY(x, eps, ALONE),
        ),
        "gradients of its own": (Processes, "sum_gradients_", lambda self, parameters: None),
        "the same part as others": (Processes, "part", lambda self, x: x[: -(-len(x) // 2)]),
    }
    with patch.object(*places[name]):
        yield


APPLY = StandardizeTogether.apply
FAULTS = ("none", "statistics of its own", "gradients of its own", "the same part as others")


def one_of_two(rank: int, port: int, folder: Path) -> None:
    """What each of two processes does: train, rightly and with each fault, and leave the results."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": f"{rank}", "WORLD_SIZE": "2", "MASTER_PORT": f"{port}"}
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    results = {}
    with launched(CPU) as processes:
        assert processes == Processes(rank, 2)
        for name in FAULTS:
            with fault(name):
                run = training(processes=processes)
                records = list(run)
            results[name] = run.state(), records
    torch.save(results, folder / f"{rank}.pt")


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(one_of_two, (port, folder), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(2)]


def test_two_processes_are_one(two_processes: list[dict[str, Any]]) -> None:
    alone, allowed = alone_and_allowed()
    assert 0 < allowed < 1e-6  # below what any fault does
    states = [results["none"][0] for results in two_processes]
    assert same(*states)
    assert apart(alone, states[0]) < allowed
    records = [results["none"][1] for results in two_processes]
    assert records[0] == records[1]
    for one, other in zip(records[0], training(), strict=True):
        if isinstance(one, StepRecord) and isinstance(other, StepRecord):
            assert abs(one.loss - other.loss) < allowed
        else:
            assert one == other  # accuracies are counts


@pytest.mark.parametrize("name", FAULTS[1:])
def test_processes_that_do_not_sum_are_seen(name: str, two_processes: list[dict[str, Any]]) -> None:
    alone, allowed = alone_and_allowed()
    assert apart(alone, two_processes[0][name][0]) > allowed


def test_more_processes_than_images_are_refused() -> None:
    with pytest.raises(ValueError, match="8 images for 9 processes"):
        training(processes=Processes(0, 9))
