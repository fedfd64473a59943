"""Runs the twin of a case in PyTorch. Here, and in ``training``, NumPy and PyTorch meet."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy import ndarray as Array
from torch import Tensor

from parity_tests.harness.arrays import Arrays
from parity_tests.harness.cases import HALF, Case
from parity_tests.harness.layout import layout_of
from parity_tests.harness.pair import Pair
from parity_tests.harness.subject import Outcome
from parity_tests.harness.verdict import in_words


def run_twin(
    pair: Pair, case: Case, arguments: Arrays, draw_dy: Callable[[tuple[int, ...]], Array]
) -> Outcome:
    """Outputs and autograd's gradients of the twin; ``draw_dy`` is asked for dy once y's shape is known."""
    tensors = {
        name: _in_half(to_tensor(array, layout_of(case.layout, name)), case.dtype)
        for name, array in arguments.items()
        if array is not None
    }
    try:
        if pair.kind == "optimizer":
            return Outcome(_trajectory(pair.twin, case.options, tensors))
        return _differentiate(pair, case, tensors, draw_dy)
    except Exception as refused:  # whatever it raises, the twin has no answer
        return Outcome(error=in_words(refused))


def draw_in_pytorch(pair: Pair, case: Case, x: Array) -> tuple[Array, Array]:
    """A dropout left to draw for itself: which values of x it kept, and its output."""
    module = build(pair, case).train()
    results = []
    # Both in the same layout: numbers are drawn in the order of memory.
    for given in (np.ones_like(x), x):
        torch.manual_seed(case.seed)
        results.append(to_array(module(to_tensor(given, layout_of(case.layout, "x")))))
    return results[0] != 0, results[1]


def to_tensor(array: Array, layout: str = "contiguous") -> Tensor:
    """A copy in PyTorch's own aligned memory, with the strides that the layout gives in NumPy."""
    tensor = torch.tensor(np.ascontiguousarray(array).reshape(array.shape))
    if layout == "transposed":
        back = list(range(tensor.ndim))[::-1]
        return tensor.permute(back).contiguous().permute(back)
    if layout == "strided" and tensor.ndim:
        room = tensor.new_zeros(*tensor.shape[:-1], 2 * tensor.shape[-1])
        room[..., ::2] = tensor
        return room[..., ::2]
    return tensor


def _in_half(tensor: Tensor, dtype: str) -> Tensor:
    """Half precision comes in float64, on numbers that it holds; the strides are kept."""
    return (
        tensor.to(getattr(torch, dtype)) if dtype in HALF and tensor.is_floating_point() else tensor
    )


def to_array(tensor: Tensor) -> Array:
    """A NumPy copy; half precision, of which NumPy has no bfloat16, in float64."""
    is_half = tensor.dtype in (torch.float16, torch.bfloat16)
    tensor = tensor.detach().contiguous()
    return np.array((tensor.double() if is_half else tensor).numpy())


def _differentiate(
    pair: Pair, case: Case, tensors: dict[str, Tensor], draw_dy: Callable[[tuple[int, ...]], Array]
) -> Outcome:
    module = build(pair, case).to(getattr(torch, case.dtype))
    own = load(module, tensors)
    inputs = {name: tensor for name, tensor in tensors.items() if name not in own}
    leaves = {name: t.requires_grad_() for name, t in inputs.items() if t.is_floating_point()}
    y = _call(pair, module, inputs)
    states = {name: to_array(buffer) for name, buffer in module.named_buffers()}
    dy = to_tensor(draw_dy(tuple(y.shape)), layout_of(case.layout, "dy"))
    dy = _in_half(dy, case.dtype)
    leaves |= dict(module.named_parameters())
    gradients = torch.autograd.grad(y, list(leaves.values()), dy, allow_unused=True)
    named = zip(leaves, gradients, strict=True)
    arrays = {f"d{name}": None if g is None else to_array(g) for name, g in named}
    return Outcome({"y": to_array(y), **states}, arrays)


def build(pair: Pair, case: Case) -> torch.nn.Module:
    """The twin for a case: its constructor takes sizes and options by their names."""
    names = case.options if pair.kind == "network" else case.names
    wanted = inspect.signature(pair.twin).parameters
    module: torch.nn.Module = pair.twin(**{name: names[name] for name in wanted if name in names})
    return module.train(bool(case.options.get("training", True)))


def load(module: torch.nn.Module, tensors: Mapping[str, Tensor]) -> set[str]:
    """Copy the arrays that are the module's own parameters and buffers, strictly; return their names."""
    own = set(module.state_dict())
    module.load_state_dict({name: t for name, t in tensors.items() if name in own}, strict=True)
    return own


def _call(pair: Pair, module: torch.nn.Module, inputs: Mapping[str, Tensor]) -> Tensor:
    if pair.kind == "network":
        masks = {name: tensor for name, tensor in inputs.items() if name != "x"}
        return module(inputs["x"], masks)  # type: ignore[no-any-return]
    return module(*inputs.values())  # type: ignore[no-any-return]


def _trajectory(
    twin: Any, options: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> dict[str, Array]:
    param = torch.nn.Parameter(tensors["param"].clone())
    optimizer = twin([param], **options)
    path: dict[str, list[Array]] = {}
    for grad in tensors["grads"]:
        param.grad = grad.clone()
        optimizer.step()
        for name, now in {"param": param, **optimizer.state[param]}.items():
            if now is not None:
                path.setdefault(name, []).append(to_array(torch.as_tensor(now)))
    return {name: np.stack(steps) for name, steps in path.items()}
