"""The fast training in two processes is that in one, and what a process forgets to sum is seen."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch
import torch.multiprocessing
from torch import Tensor

from parity_tests.tiny_airbench import (
    CPU,
    TERMS,
    TINY,
    SingleStep,
    alone_and_allowed,
    apart,
    losses_and_allowed,
    reversed_batch,
    same,
    single_steps,
    starts_of,
    training,
)
from torch_impl.airbench import (
    ALONE,
    AirbenchTraining,
    EpochRecord,
    Processes,
    StepRecord,
    launched,
)
from torch_impl.airbench.batch_norm import StandardizeTogether
from torch_impl.airbench.settings import OptimizerName


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
OPTIMIZERS: tuple[OptimizerName, ...] = ("muon", "sgd", "adamw")
SINGLE = replace(TINY, dtype="float32")


def one_of_two(rank: int, port: int, folder: Path) -> None:
    """What each of two processes does: train, rightly and with each fault, and leave the results."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": f"{rank}", "WORLD_SIZE": "2", "MASTER_PORT": f"{port}"}
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    whole, wrong, single = {}, {}, {}
    starts = settled_starts()
    with launched(CPU) as processes:
        assert processes == Processes(rank, 2)
        assert [processes.any(rank == one, CPU) for one in range(3)] == [True, True, False]
        for optimizer in OPTIMIZERS:
            run, resumed = (training(replace(TINY, optimizer=optimizer), processes) for _ in "ab")
            records = list(islice(run, 5))
            resumed.restore(run.state())
            records += list(run)
            list(resumed)
            whole[optimizer] = run.state(), records, resumed.state()
        for name in FAULTS:
            with fault(name):
                run = training(processes=processes)
                list(run)
                wrong[name] = run.state()
                single[name] = single_steps(SINGLE, starts, processes)
    torch.save((whole, wrong, single), folder / f"{rank}.pt")


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What each has to say of whole trainings in float64, and of single steps in float32."""
    folder = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(one_of_two, (port, folder), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(2)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_two_processes_are_one(optimizer: OptimizerName, two_processes: list[Any]) -> None:
    settings = replace(TINY, optimizer=optimizer)
    alone, allowed = alone_and_allowed(settings)
    found = (whole[optimizer] for whole, _, _ in two_processes)
    states, records, resumed = zip(*found, strict=True)
    assert same(*states)
    assert same(states[0], resumed[0])
    assert apart(alone, states[0]) < allowed
    assert records[0] == records[1]
    losses, allowed = losses_and_allowed(settings)
    steps = [record for record in records[0] if isinstance(record, StepRecord)]
    gaps = [abs(step.loss - loss) for step, loss in zip(steps, losses, strict=True)]
    assert max(gaps) < allowed
    epochs = [record for record in records[0] if isinstance(record, EpochRecord)]
    assert epochs == [r for r in training(settings) if isinstance(r, EpochRecord)]  # counts


@pytest.mark.parametrize("name", FAULTS[1:])
def test_processes_that_do_not_sum_are_seen(name: str, two_processes: list[Any]) -> None:
    alone, allowed = alone_and_allowed()
    assert apart(alone, two_processes[0][1][name]) > allowed


def furthest(some: Sequence[SingleStep], others: Sequence[SingleStep]) -> tuple[float, float]:
    """By how much losses differ at most, and states."""
    pairs = list(zip(some, others, strict=True))
    return (
        max(abs(one.loss - other.loss) for one, other in pairs),
        max(apart(one.state, other.state) for one, other in pairs),
    )


def settled_starts() -> list[dict[str, Tensor]]:
    """All but the first: a fresh network hands on copies, and which of two equals a max pool takes is rounding's."""
    return starts_of(SINGLE)[1:]


def test_in_float32_every_step_is_that_of_one_process(two_processes: list[Any]) -> None:
    """From equal states, since no bound on a whole curve is worth having: each step makes rounding larger.

    In six steps of this training the order of the images in a batch moves a loss by 4e-4, six thousand roundoffs.
    """
    starts = settled_starts()
    alone = single_steps(SINGLE, starts)
    with patch.object(AirbenchTraining, "batch", reversed_batch):
        control = single_steps(SINGLE, starts)
    allowed = [TERMS * each for each in furthest(alone, control)]
    for _, _, single in two_processes:
        seen = {name: furthest(alone, single[name]) for name in FAULTS}
        assert all(one < most for one, most in zip(seen.pop("none"), allowed, strict=True))
        for name, found in seen.items():
            assert any(one > most for one, most in zip(found, allowed, strict=True)), name


def test_more_processes_than_images_are_refused() -> None:
    with pytest.raises(ValueError, match="8 images for 9 processes"):
        training(processes=Processes(0, 9))
