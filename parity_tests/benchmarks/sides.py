"""One pass of a case as a call: forward, backward or an optimizer's step, on each side.

Everything that a training would not repeat is done before: arrays are drawn and converted, the twin is
built and loaded, and what backward needs is computed. PyTorch records its graph in forward, as
the reference saves what its backward needs.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy import ndarray as Array
from torch import Tensor

from parity_tests.benchmarks.timing import Call
from parity_tests.harness.arrays import Arrays, arguments_of, upstream
from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Pair
from parity_tests.harness.run import build, load, to_tensor
from parity_tests.harness.subject import make_subject

Sides = dict[str, Call]


def passes(pair: Pair, case: Case, with_naive: bool) -> Iterator[tuple[str, Sides]]:
    """The passes of a case by name, each with its calls: ``reference``, ``torch`` and perhaps ``naive``.

    Args:
        pair: what is timed.
        case: on which arrays.
        with_naive: also the definition, where there is one and it has that pass.
    """
    arguments = arguments_of(pair, case)
    implementations = {"naive": pair.naive if with_naive else None, "reference": pair.reference}
    instances = {
        side: _instance(pair, case, implementation)
        for side, implementation in implementations.items()
        if implementation is not None
    }
    if pair.kind == "optimizer":
        numpy = {side: _update(optimizer, arguments) for side, optimizer in instances.items()}
        yield "step", {**numpy, "torch": _step(pair, case, arguments)}
        return
    given = _by_position(pair, arguments)
    forward = {side: partial(subject.forward, *given) for side, subject in instances.items()}
    yield "forward", {**forward, "torch": _forward(pair, case, arguments)[0]}
    dy = upstream(pair, case, np.shape(forward["reference"]()[0]))
    backward = {
        side: partial(subject.backward, forward[side]()[-1], dy)
        for side, subject in instances.items()
        if hasattr(subject, "backward")
    }
    yield "backward", {**backward, "torch": _backward(pair, case, arguments, dy)}


def _instance(pair: Pair, case: Case, implementation: Any) -> Any:
    """The object itself: what the harness wraps around it is no part of its cost."""
    subject: Any = make_subject(pair, case, implementation)
    return getattr(subject, pair.kind)


def _by_position(pair: Pair, arrays: dict[str, Any]) -> tuple[Any, ...]:
    """A network takes x and all its other arrays in one dict."""
    if pair.kind != "network":
        return tuple(arrays.values())
    return arrays["x"], {name: array for name, array in arrays.items() if name != "x"}


def _update(optimizer: Any, arguments: Arrays) -> Call:
    """The step after the first: states are no longer what they begin with."""
    param, grads = arguments["param"], arguments["grads"]
    assert grads is not None
    param, state = optimizer.update(param, grads[0], optimizer.init(param))
    return partial(optimizer.update, param, grads[0], state)


def _step(pair: Pair, case: Case, arguments: Arrays) -> Call:
    param, grads = (to_tensor(x) for x in arguments.values() if x is not None)
    parameter = torch.nn.Parameter(param)
    parameter.grad = grads[0]
    step: Call = pair.twin([parameter], **case.options).step
    return step


def _forward(pair: Pair, case: Case, arguments: Arrays) -> tuple[Call, list[Tensor]]:
    """The twin's forward, and what its gradients are taken by."""
    module = build(pair, case).to(getattr(torch, case.dtype))
    tensors = {name: to_tensor(x) for name, x in arguments.items() if x is not None}
    own = load(module, tensors)
    inputs = {name: tensor for name, tensor in tensors.items() if name not in own}
    leaves = [t.requires_grad_() for t in inputs.values() if t.is_floating_point()]
    return partial(module, *_by_position(pair, inputs)), [*leaves, *module.parameters()]


def _backward(pair: Pair, case: Case, arguments: Arrays, dy: Array) -> Call:
    """Autograd on a graph of its own: another forward may write into what this one has saved."""
    forward, leaves = _forward(pair, case, arguments)
    y: Any = forward()
    return partial(
        torch.autograd.grad, y, leaves, to_tensor(dy), retain_graph=True, allow_unused=True
    )
