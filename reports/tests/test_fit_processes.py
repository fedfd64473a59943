"""``nnparity fit`` in two processes, as torchrun starts them: one speaks, and Ctrl-C in any stops both."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from reference import datasets
from reference.datasets import make_synthetic
from reports.cli import main
from reports.fit_history import read_history

ROOT = Path(__file__).parents[2]
TINY = 'widths = [2, 2, 2]\nbatch_size = 8\ndtype = "float64"\nwhitening = false\ntta_level = 0\n'
IMAGES = make_synthetic(num_train=40, num_val=9, num_test=8)
FIT = """
import signal, sys
from reference import datasets
from reports.cli import main
from reports.tests.test_fit_processes import IMAGES
from torch_impl.airbench import AirbenchTraining

datasets.resolve = lambda *given: IMAGES
take = AirbenchTraining._take_step
def taken(self):
    if (self.processes.rank, self.step) == ({rank}, {step}):
        signal.raise_signal(signal.SIGINT)
    return take(self)
AirbenchTraining._take_step = taken
sys.exit(main(sys.argv[1:]))
"""


def two(*words: str, cwd: Path, rank: int = -1, step: int = -1) -> list[tuple[int, str, str]]:
    """Exit code, output and errors of each; one of them may be interrupted in a step."""
    (cwd / "tiny.toml").write_text(TINY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environ |= {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": f"{port}"}
    environ.pop("CIFAR10_DIR", None)
    command = [sys.executable, "-c", FIT.format(rank=rank, step=step), "fit", *words]
    running = [
        subprocess.Popen(
            command,
            cwd=cwd,
            env={**environ, "RANK": f"{each}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in range(2)
    ]
    try:
        said = [process.communicate(timeout=300) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    return [(process.returncode, *each) for process, each in zip(running, said, strict=True)]


def test_one_speaks_and_the_losses_are_those_of_one_process(tmp_path):
    """That the losses agree within what rounding does is measured in ``test_airbench_processes.py``."""
    words = ("--config", "tiny.toml", "--epochs", "1")
    (code, out, err), second = two(*words, "--out", "both", cwd=tmp_path)
    assert (code, second) == (0, (0, "", ""))
    assert out.count("epoch 1:") == out.count("Test accuracy") == 1
    summary = json.loads((tmp_path / "both" / "summary.json").read_text())
    assert (summary["processes"], summary["interrupted"]) == (2, False)
    lines = err.splitlines()
    assert ", 2 processes" in lines[0]
    assert [line.split()[1] for line in lines[1:]] == [
        f"{step}/{summary['steps']}" for step in range(1, summary["steps"] + 1)
    ]


def test_ctrl_c_in_one_process_stops_both_after_the_same_step(tmp_path, monkeypatch):
    """And one process alone goes on from there."""
    words = ("--config", "tiny.toml", "--epochs", "2", "--out", "out")
    (code, out, err), second = two(*words, cwd=tmp_path, rank=1, step=4)
    assert (code, second) == (130, (130, "", ""))
    assert "Interrupted after 5 steps" in out and "once more" not in err
    monkeypatch.setattr(datasets, "resolve", lambda *given: IMAGES)
    checkpoint = tmp_path / "out" / "checkpoint.safetensors"
    assert main(["fit", "--resume", str(checkpoint), "--out", str(tmp_path / "out")]) == 0
    steps = [record.step for record in read_history(tmp_path / "out", 10**9, 2).steps]
    assert steps == list(range(10))
