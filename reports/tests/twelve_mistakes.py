"""docs/mistakes.md: what is printed for a submission with twelve mistakes, made by the command itself.

``python -m reports.tests.twelve_mistakes`` writes it; a test holds it against what is printed now.
"""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from parity_tests.homework.tests.local import PACKAGE, SOLUTION
from reports.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "mistakes.md"
SEED = "1"

LAYERS, OPTIM, NETWORK = "layers.py", "optim.py", "classifiers/fc_net.py"
MISTAKES: tuple[tuple[str, str, str, str], ...] = (
    (LAYERS, "softmax_loss", "    dx /= N\n", ""),
    (
        LAYERS, "batchnorm_forward",
        "std = np.sqrt(running_var + eps)", "std = np.sqrt(running_var) + eps",
    ),
    (LAYERS, "batchnorm_backward", "+ dvar * 2 * xhat * std / N ", ""),
    (LAYERS, "layernorm_backward", "D = dout.shape[1]", "D = dout.shape[0]"),
    (LAYERS, "dropout_forward", "< p) / p", "< p)"),
    (
        LAYERS, "conv_backward_naive",
        "dpadded[:, :, pad : pad + H, pad : pad + W]", "dpadded[:, :, pad:-pad, pad:-pad]",
    ),
    (LAYERS, "max_pool_forward_naive", "window.max(axis=(2, 3))", "np.maximum(window.max(axis=(2, 3)), 0)"),
    (LAYERS, "max_pool_backward_naive", "+= dout[n, c, i, j]", "= dout[n, c, i, j]"),
    (LAYERS, "spatial_batchnorm_forward", "x.transpose(0, 2, 3, 1).reshape(-1, C)", "x.reshape(-1, C)"),
    (
        LAYERS, "spatial_groupnorm_forward",
        "x.reshape(N, G, -1)", "x.reshape(N, -1, G, H, W).swapaxes(1, 2).reshape(N, G, -1)",
    ),
    (OPTIM, "adam", 'mhat = config["m"] / (1 - beta1**t)', 'mhat = config["m"]'),
    (NETWORK, "FullyConnectedNet", "0.5 * self.reg * np.sum(W * W)", "self.reg * np.sum(W * W)"),
)  # fmt: skip
"""File, function, what stands there, and what takes its place."""

HEAD = """# What is printed for twelve mistakes

A submission whose other functions are right, as a terminal shows it. How to read it: [homework.md](homework.md).

```
$ nnparity homework assignment2 --seed 1
"""


def page() -> str:
    """The page, from a run on the solution with the mistakes planted."""
    with tempfile.TemporaryDirectory() as room, _in(Path(room)):
        shutil.copytree(SOLUTION / PACKAGE, Path("assignment2", PACKAGE))
        for file, function, old, new in MISTAKES:
            _plant(Path("assignment2", PACKAGE, file), function, old, new)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            main(["homework", "assignment2", "--seed", SEED])
    lines = (line.rstrip() for line in printed.getvalue().splitlines())
    return HEAD + "\n".join(lines).strip("\n") + "\n```\n"


def _plant(path: Path, function: str, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    kind, end = ("class", ":") if function[0].isupper() else ("def", "(")
    before, found, after = text.partition(f"{kind} {function}{end}")
    if not found or old not in after:
        raise LookupError(f"{path}: {function} has no {old!r}")
    path.write_text(before + found + after.replace(old, new, 1), encoding="utf-8")


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
