"""Which floating-point format this machine convolves fastest in: it is asked, not looked up.

Processors with avx512_bf16 or AMX multiply two or more times as many pairs in bfloat16 as in
float32 at a time; on others bfloat16 is emulated, and slower. A name in a list of features does not say which.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from torch_impl.airbench.processes import ALONE, Processes

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float64": torch.float64}


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch's kernels on the calling thread alone, while the block runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def seconds(dtype: torch.dtype, repeats: int = 5) -> float:
    """Processor time of the quickest of a few convolutions, forward and backward (3 GFLOP).

    On one thread, whose own time does not count what else the machine is busy with: measured with a
    clock and two threads on a busy machine, float32 once seemed faster where it takes twice as long.
    """
    x = torch.ones(16, 64, 15, 15, dtype=dtype).to(memory_format=torch.channels_last)
    weight = torch.ones(256, 64, 3, 3, dtype=dtype).to(memory_format=torch.channels_last)
    x.requires_grad_()
    weight.requires_grad_()
    times = []
    with one_thread():
        for _ in range(repeats + 1):  # the first one also compiles the kernel
            start = time.thread_time()
            y: Tensor = F.conv2d(x, weight, padding=1)
            torch.autograd.grad(y, (x, weight), y)
            times.append(time.thread_time() - start)
    return min(times[1:])


def fastest(device: torch.device, processes: Processes = ALONE) -> Literal["bfloat16", "float32"]:
    """``bfloat16`` or ``float32``; all processes take what the first one finds."""
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    faster = torch.tensor(int(seconds(torch.bfloat16) < seconds(torch.float32)))
    processes.take_from_first_([faster])
    return "bfloat16" if faster else "float32"
