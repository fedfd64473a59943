"""The fast training: cut anywhere, in any number of processes, on images it can learn by heart."""

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
import torch
from torch import Tensor

from parity_tests.tiny_airbench import TINY, alone_and_allowed, apart, images, same, training
from torch_impl.airbench import (
    AirbenchSettings,
    AirbenchTraining,
    EpochRecord,
    Labelled,
    LossNotFiniteError,
    Processes,
    StepRecord,
    muon,
)
from torch_impl.airbench.augmentation import order
from torch_impl.airbench.batch_norm import BatchNorm
from torch_impl.airbench.settings import Dtype, OptimizerName


def test_an_epoch_has_its_steps_and_an_accuracy() -> None:
    records = list(training())
    kinds = [type(record) for record in records]
    assert kinds == [StepRecord, StepRecord, StepRecord, EpochRecord] * 2
    steps = [record for record in records if isinstance(record, StepRecord)]
    assert [record.step for record in steps] == list(range(6))
    assert [record.epoch for record in steps] == [0, 0, 0, 1, 1, 1]
    assert [record.lr for record in steps] == [0.17 * (1.0 - step / 6) for step in range(6)]
    epochs = [record for record in records if isinstance(record, EpochRecord)]
    assert [record.val_accuracy_tta is None for record in epochs] == [True, False]
    assert records == list(training())
    assert records != list(training(replace(TINY, seed=1)))


def test_an_epoch_takes_every_image_of_its_order_once() -> None:
    run, seen = training(replace(TINY, flip=False, shift=0)), []
    for _ in range(3):
        seen.append(run.batch())
        next(run)
    numbers = order(25, seed=0, epoch=0)[:24]
    assert torch.equal(torch.cat([batch.labels for batch in seen]), run.train.labels[numbers])
    assert torch.equal(torch.cat([batch.images for batch in seen]), run.train.images[numbers])


def head_after_a_step(run: AirbenchTraining) -> Tensor:
    """By the formulas: mean cross-entropy with q = 0.8 at the class and 0.02 everywhere, a sum over images."""
    batch, head = run.batch(), run.network.head.weight
    run.network.train()
    log_p = run.network(batch.images).log_softmax(dim=1)
    q = 0.02 + 0.8 * torch.nn.functional.one_hot(batch.labels, 10).double()
    (gradient,) = torch.autograd.grad(-(q * log_p).sum(), head)
    decayed = gradient + 2e-6 * len(batch.labels) / 0.67 * head
    return (head - 0.67 * (1 + 0.85) * decayed).detach()


@pytest.mark.parametrize("wrong", [{}, {"weight_decay": 0.0}, {"label_smoothing": 0.19}])
def test_a_step_of_the_head_is_the_formula(wrong: dict[str, Any]) -> None:
    """The bound: the sums of one forward and backward, of 8·31² terms at most."""
    run = training(replace(TINY, **wrong))
    expected = head_after_a_step(run)
    next(run)
    error = (run.network.head.weight - expected).abs().max().item()
    assert (error < 8 * 31**2 * torch.finfo(torch.float64).eps) == (not wrong)


def test_measuring_accuracy_changes_nothing() -> None:
    run = training()
    next(run)
    before = run.state()
    run.accuracy(run.val, level=2)
    assert same(before, run.state())


def test_the_whitening_bias_is_trained_in_its_epochs_only() -> None:
    """Afterwards it has no gradient, so none is computed for what lies before the first group."""
    run = training()
    bias, rates = run.network.whiten.bias, run.optimizers.of_rest.param_groups[0]
    seen = [(bias.requires_grad, rates["lr"]) for record in run if isinstance(record, StepRecord)]
    expected = [(True, 0.053 * (1.0 - step / 3)) for step in range(3)]
    assert seen == [*expected, (False, 0.0), (False, 0.0), (False, 0.0)]


def test_a_new_network_has_seen_the_images_and_lets_them_through() -> None:
    run = training()
    standardized = run.network.standardized(run.train.images)
    var, mean = torch.var_mean(standardized, dim=(0, 2, 3), correction=0)
    rounding = standardized.numel() * torch.finfo(torch.float64).eps
    assert mean.abs().max() < rounding
    assert (var - 1).abs().max() < rounding
    assert torch.equal(
        run.network.group2.conv1(standardized.new_ones(1, 4, 5, 5))[:, :4].unique(),
        torch.ones(1).double(),
    )


def is_exact(settings: AirbenchSettings, lost: str = "nothing") -> bool:
    """Whether a training cut after each of its records ends as the one that was not."""
    whole = training(settings)
    records = list(whole)
    for cut in range(len(records) + 1):
        first, second = training(settings), training(settings)
        before = list(islice(first, cut))
        kept = first.state()
        second.restore({n: torch.zeros_like(v) if lost in n else v for n, v in kept.items()})
        if before + list(second) != records or not same(second.state(), whole.state()):
            return False
    return True


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_a_training_can_be_cut_after_any_record(dtype: Dtype) -> None:
    assert is_exact(replace(TINY, dtype=dtype))


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_it_can_with_every_optimizer_and_schedule(optimizer: OptimizerName) -> None:
    assert is_exact(replace(TINY, optimizer=optimizer, schedule="onecycle"))


@pytest.mark.parametrize(
    ("optimizer", "lost"),
    [
        ("muon", "momentum_buffer/group1"),
        ("muon", "momentum_buffer/head"),
        ("sgd", "momentum_buffer/group3"),
        ("adamw", "exp_avg/"),
        ("adamw", "exp_avg_sq/"),
        ("adamw", "step/"),
    ],
)
def test_a_checkpoint_without_the_optimizers_state_is_seen(
    optimizer: OptimizerName, lost: str
) -> None:
    assert not is_exact(replace(TINY, optimizer=optimizer), lost)


def test_a_checkpoint_of_other_batches_is_refused() -> None:
    with pytest.raises(ValueError, match=r"3 steps in an epoch, .* batch_size 4 make 6"):
        training(replace(TINY, batch_size=4)).restore(training().state())


def test_a_checkpoint_is_a_copy_and_complete() -> None:
    run = training()
    next(run)
    kept = run.state()
    before = {name: value.clone() for name, value in kept.items()}
    next(run)
    assert same(kept, before)
    assert not same(kept, run.state())
    with pytest.raises(RuntimeError, match="running_mean"):
        run.restore({name: value for name, value in kept.items() if "running_mean" not in name})


def test_restoring_leaves_pytorchs_generator_alone() -> None:
    before = torch.get_rng_state()
    list(training())
    assert torch.equal(before, torch.get_rng_state())


ORTHOGONALIZED = muon.orthogonalized
LEARNING = AirbenchSettings(
    epochs=40, widths=(16, 32, 32), dtype="float32", flip=False, shift=0, tta_level=0
)


def test_sixty_four_images_are_learnt_by_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    run = training(LEARNING, n=64)
    list(run)
    assert run.accuracy(run.train).plain == 1.0
    monkeypatch.setattr(muon, "orthogonalized", lambda *given: -ORTHOGONALIZED(*given))
    uphill = training(LEARNING, n=64)
    list(uphill)
    assert uphill.accuracy(uphill.train).plain < 1.0


def test_the_layout_in_memory_is_no_matter() -> None:
    alone, allowed = alone_and_allowed()
    run = training(replace(TINY, channels_last=False))
    list(run)
    assert apart(run.state(), alone) < allowed


def test_without_whitening_the_filters_are_pixels() -> None:
    run = training(replace(TINY, whitening=False, epochs=1))
    list(run)
    assert torch.equal(run.network.whiten.weight[:12].flatten(1), torch.eye(12).double())


def test_half_precision_learns_and_keeps_weights_whole() -> None:
    run = training(replace(LEARNING, dtype="bfloat16", epochs=8), n=64)
    losses = [record.loss for record in run if isinstance(record, StepRecord)]
    assert losses[-1] < 0.9 * losses[0]
    kept = run.state().values()
    assert {value.dtype for value in kept} == {torch.float32, torch.int64}
    x = torch.randn(4, 3, 5, 5, dtype=torch.bfloat16, generator=torch.Generator().manual_seed(0))
    alone, by_hand = BatchNorm(3), BatchNorm(3, processes=Processes(size=0))
    assert (alone(x) - by_hand(x)).abs().max() <= 2**-7 * alone(x).abs().max()


def test_a_loss_that_is_no_number_ends_the_training_with_its_weights() -> None:
    run = training()
    next(run)
    with torch.no_grad():
        run.network.head.weight[0, 0] = torch.nan
    before = [value.clone() for value in run.network.parameters()]
    with pytest.raises(LossNotFiniteError, match=r"the loss is nan at step 1 of 6 .* lr than 0.17"):
        next(run)
    pairs = zip(before, run.network.parameters(), strict=True)
    assert all(torch.equal(one.nan_to_num(), other.nan_to_num()) for one, other in pairs)
    assert run.step == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"dtype": "float16"}, "choose from auto, bfloat16, float32, float64"),
        ({"optimizer": "adam"}, "no optimizer 'adam': choose from muon, sgd, adamw"),
        ({"schedule": "step"}, "choose from linear, cosine, constant, onecycle"),
        ({"lr": 0.0}, "lr must be above 0, not 0.0"),
        ({"head_lr": float("nan")}, "head_lr must be above 0, not nan"),
        ({"label_smoothing": 1.0}, "label_smoothing must be from 0 to below 1"),
        ({"weight_decay": -1e-6}, "weight_decay must be at least 0"),
        ({"seed": 2**63}, "seed must be from 0 to"),
        ({"tta_level": 3}, "choose from 0, 1, 2"),
        ({"shift": 32}, "0 to 31"),
        ({"widths": (1, 2)}, "write three"),
    ],
)
def test_settings_say_what_to_write_instead(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AirbenchSettings(**wrong)


def test_images_that_are_no_bytes_are_refused() -> None:
    train, _ = images()
    with pytest.raises(ValueError, match="uint8"):
        Labelled(train.images.float(), train.labels)
    with pytest.raises(ValueError, match="int64"):
        Labelled(train.images, train.labels[:-1])


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore:`torch.jit")  # PyTorch's own, while it compiles
def test_compiled_it_takes_the_same_path() -> None:
    run = training(replace(TINY, compile=True))
    list(run)
    alone, allowed = alone_and_allowed()
    assert apart(run.state(), alone) < allowed
