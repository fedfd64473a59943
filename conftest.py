"""What holds for every test: how many examples Hypothesis draws, one thread for sums, what real data needs."""

import os

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

# Slow machines are no failures: no deadline anywhere, and no complaint that drawing takes long.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", PATIENT, derandomize=True, database=None)
settings.register_profile("dev", PATIENT)
settings.register_profile("nightly", PATIENT, max_examples=2000, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# With one thread sums are added in one order, so figures repeat. The variable is for child processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
threadpool_limits(1)
torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--parity-seed", type=int, default=0, help="decides the cases of the parity tests"
    )


def pytest_report_header() -> str:
    versions = {module.__name__: module.__version__ for module in (np, torch, hypothesis)}
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument, since an archive holds the second in which it was made.

    Processes that collect the tests in different seconds would otherwise disagree about their names.
    """
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("CIFAR10_DIR"):
        skip = pytest.mark.skip(reason="set CIFAR10_DIR to a folder with CIFAR-10")
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(skip)
