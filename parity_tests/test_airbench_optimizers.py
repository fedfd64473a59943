"""What moves the weights of the fast training: one step by the formulas, and the rates of all of them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from parity_tests.tiny_airbench import TINY, training
from torch_impl.airbench import AirbenchSettings, StepRecord
from torch_impl.airbench.network import AirbenchNet
from torch_impl.airbench.optimizers import Optimizers
from torch_impl.airbench.schedule import FIRST, PEAK, SCHEDULES, Schedule, share
from torch_impl.airbench.settings import LR, OptimizerName

EPS = torch.finfo(torch.float64).eps
BATCH, DECAY = 8, 2e-6 * 8


def sgd(w: Tensor, g: Tensor, lr: float) -> Tensor:
    """Nesterov's first step: the buffer is the gradient, and it is looked ahead along it by 0.85."""
    return w - lr * (1 + 0.85) * (g + DECAY / lr * w)


def adamw(w: Tensor, g: Tensor, lr: float) -> Tensor:
    """Of the first step both corrected moments are the gradient's own; the decay is apart."""
    return (1 - DECAY) * w - lr * g / (g.abs() + 1e-8)


STEPS = {"sgd": sgd, "adamw": adamw}


def off_the_formula(settings: AirbenchSettings, formula: Callable[..., Tensor]) -> float:
    """After one step on a random gradient: the largest error of a filter, in units of the last place of 1."""
    generator = torch.Generator().manual_seed(0)
    network = AirbenchNet(settings.widths, generator, dtype=torch.float64)
    optimizers = Optimizers(network, settings, BATCH, steps_in_an_epoch=3)
    for parameter in network.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    filters = [weight for weight in network.parameters() if weight.ndim == 4]
    expected = [formula(w.detach(), w.grad, settings.rate) for w in filters]
    assert optimizers.set_rates(0) == settings.rate
    optimizers.step()
    pairs = zip(filters, expected, strict=True)
    return max((w - e).abs().max().item() for w, e in pairs) / EPS


@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_the_filters_is_the_formula(name: OptimizerName) -> None:
    """The bound: a dozen roundings of numbers of at most 8, as no weight and no gradient here is larger."""
    settings = replace(TINY, optimizer=name)
    assert off_the_formula(settings, STEPS[name]) < 12 * 8
    assert off_the_formula(replace(settings, weight_decay=0.0), STEPS[name]) > 12 * 8
    assert off_the_formula(settings, lambda w, g, lr: STEPS[name](w, g, 1.001 * lr)) > 12 * 8


def test_every_optimizer_has_a_rate_of_its_own_and_takes_another() -> None:
    for name, lr in LR.items():
        assert AirbenchSettings(optimizer=name).rate == lr
        assert AirbenchSettings(optimizer=name, lr=0.5).rate == 0.5
        run = training(replace(TINY, optimizer=name))
        assert run.settings.lr == lr  # for whoever saves the settings
        first = next(run)
        assert isinstance(first, StepRecord)
        assert first.lr == lr


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_begin_end_and_do_not_jump(name: Schedule) -> None:
    """The steepest is one cycle's way up: 0.8 in 0.23 of the training."""
    shares = [share(name, step, steps=1000) for step in range(1001)]
    assert shares[0] == (FIRST if name == "onecycle" else 1.0)
    assert max(shares) == pytest.approx(1.0, abs=4 * EPS)
    assert all(each > 0 for each in shares[:1000]) and shares[1000] == 0.0
    gaps = [abs(one - other) for one, other in pairwise(shares[:1000])]
    assert max(gaps) <= (1 - FIRST) / PEAK / 1000 + 4 * EPS
    assert shares[999] == 1.0 if name == "constant" else shares[999] < 0.002


def test_the_schedule_is_that_of_all_rates() -> None:
    """The whitening's bias has its own, shorter one: three of the six steps."""
    run = training(replace(TINY, schedule="cosine"))
    for step in range(6):
        next_record = next(record for record in run if isinstance(record, StepRecord))
        groups = run.optimizers.of_filters.param_groups + run.optimizers.of_rest.param_groups
        left, whiten = share("cosine", step, 6), share("cosine", step, 3)
        first = [0.17, 0.053, 0.053, 0.67]
        expected = [lr * of for lr, of in zip(first, (left, whiten, left, left), strict=True)]
        assert [group["lr"] for group in groups] == expected
        assert next_record.lr == 0.17 * left
