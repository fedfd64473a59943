"""Several processes that train as one: the same sums, wherever their terms are computed.

Every process holds all images and the whole network, takes its part of each batch, and three sums
are taken over all processes: of a batch's statistics in batch norm (``batch_norm.py``), of the
gradients, and of the loss. The loss of a batch is a sum over its images, so that summed gradients are
those of the whole batch whatever the sizes of the parts. Nothing else differs from one process, so
the result differs by the rounding of sums only; all processes get the same bits from each sum, so
their weights stay equal without being exchanged.

Launched with ``torchrun --nproc-per-node 2 …`` this happens by itself; launched alone, nothing does.
Between machines and on the CPU the sums go through gloo, between GPUs through NCCL.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Processes:
    """How many there are, and which this is.

    >>> Processes(rank=1, size=2).part(torch.arange(5))
    tensor([3, 4])
    """

    rank: int = 0
    size: int = 1

    def part(self, rows: Tensor) -> Tensor:
        """This process's rows of a batch; the parts differ in length by at most one."""
        return rows.tensor_split(self.size)[self.rank]

    def sum_(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in place; the same bits in each of them."""
        if self.size > 1:
            dist.all_reduce(tensor)
        return tensor

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether one of them says so; all of them ask, with tensors on ``device``."""
        return self.sum_(torch.tensor(int(flag), device=device)).item() > 0

    def sum_gradients_(self, parameters: Iterable[Tensor]) -> None:
        """All gradients in one message."""
        grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.size == 1 or not grads:
            return
        total = self.sum_(torch.cat([grad.flatten() for grad in grads]))
        for grad, part in zip(grads, total.split([grad.numel() for grad in grads]), strict=True):
            grad.copy_(part.view(grad.shape))

    def take_from_first_(self, tensors: Iterable[Tensor]) -> None:
        """The first process's numbers in all of them: machines may round a start differently."""
        if self.size > 1:
            for tensor in tensors:
                whole = tensor.contiguous()
                dist.broadcast(whole, src=0)
                tensor.copy_(whole)


ALONE = Processes()


@contextmanager
def launched(device: torch.device, environ: Mapping[str, str] = os.environ) -> Iterator[Processes]:
    """The processes that torchrun has started, joined while the block runs; else this one alone.

    >>> with launched(torch.device("cpu"), environ={}) as processes:
    ...     processes
    Processes(rank=0, size=1)
    """
    if int(environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


def device_here(environ: Mapping[str, str] = os.environ) -> torch.device:
    """The GPU that belongs to this process, or the CPU where there is none."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(environ.get("LOCAL_RANK", "0")))
