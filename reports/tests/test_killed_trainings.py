"""A training that is killed at any step ends, once resumed, in the same bytes as one that was not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from reports import {room} as room
from reports.cli import main
from {module} import {training} as Training

take = Training.{step}
def taken(self, *arguments):
    if self.step == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
    return take(self, *arguments)
Training.{step} = taken
main(sys.argv[1:])
"""
TRAIN = (
    "training_run", "parity_tests.training.lock_step", "LockStep", "take_step",
    ["train", "--net", "fully_connected", "--hidden-dim", "8,6", "--num-train", "400", "--epochs", "2"],
    ("history.csv", "epochs.csv", "parameters.csv", "reference.safetensors", "torch.safetensors"),
)  # fmt: skip
FIT = (
    "fit_run", "torch_impl.airbench.training", "AirbenchTraining", "_take_step",
    ["fit", "--config", "tiny.toml", "--epochs", "1"],
    ("history.csv", "epochs.csv", "network.safetensors"),
)  # fmt: skip
TINY = 'widths = [2, 2, 2]\nbatch_size = 400\ndtype = "float32"\nwhitening = false\ntta_level = 0\n'


def said(code: list[str], *words: str, cwd: Path) -> subprocess.CompletedProcess:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environ.pop("CIFAR10_DIR", None)
    command = [sys.executable, *code, *words]
    return subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, check=False, text=True
    )


def run(code: list[str], *words: str, cwd: Path) -> int:
    return said(code, *words, cwd=cwd).returncode


@pytest.mark.parametrize(("job", "at"), [(TRAIN, 5), (FIT, 3)], ids=["train", "fit"])
def test_killed_and_resumed_is_as_not_killed(job: tuple, at: int, tmp_path: Path) -> None:
    room, module, training, step, words, files = job
    (tmp_path / "tiny.toml").write_text(TINY)
    code = KILLED.format(room=room, module=module, training=training, step=step, at=at)
    assert run(["-m", "reports"], *words, "--out", "whole", cwd=tmp_path) == 0
    assert run(["-c", code], *words, "--out", "part", cwd=tmp_path) == -signal.SIGKILL
    resumed = [words[0], "--resume", "part/checkpoint.safetensors", "--out", "part"]
    assert run(["-m", "reports"], *resumed, cwd=tmp_path) == 0
    for name in files:
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


FULL = """
import resource, sys
from reports.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes}, {bytes}))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("job", [TRAIN, FIT], ids=["train", "fit"])
def test_a_disk_that_takes_no_more_is_told_in_one_line(job: tuple, tmp_path: Path) -> None:
    _, _, _, _, words, _ = job
    (tmp_path / "tiny.toml").write_text(TINY)
    full = said(["-c", FULL.format(bytes=4_000)], *words, "--out", "out", cwd=tmp_path)
    assert full.returncode == 2
    (line,) = [each for each in full.stderr.splitlines() if each.startswith("nnparity: ")]
    assert "out/checkpoint.safetensors" in line and "make room" in line
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
