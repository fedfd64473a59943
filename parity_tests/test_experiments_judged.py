"""What the experiments that train for long say of figures: reached by a margin, missed without, on either side."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from parity_tests.experiments import (
    EXPERIMENTS,
    batch_size,
    conv_net,
    dropout,
    optimizers,
    weight_scale,
)
from parity_tests.experiments.outcome import Outcome
from parity_tests.experiments.trained import Trained
from parity_tests.training import EpochRecord, History, StepRecord, TrainSettings
from reference.datasets import make_synthetic

DATA = make_synthetic(num_train=20, num_val=10, num_test=1)
Figures = tuple[float, float, float]
"""Training accuracy, validation accuracy and loss."""
ROUGH = np.random.default_rng(0).standard_normal((4, 3, 5, 5))
SMOOTH = ROUGH.cumsum(axis=-1)


def made(
    setting: str,
    settings: TrainSettings,
    reference: Figures,
    torch: Figures,
    filters: np.ndarray = SMOOTH,
) -> Trained:
    """A training of one step and one epoch."""
    history = History()
    history.add(StepRecord(0, 0, reference[2], torch[2], abs(reference[2] - torch[2])))
    history.add(EpochRecord(0, 1, *reference[:2], *torch[:2]))
    arrays = {side: {conv_net.FILTERS: filters} for side in ("reference", "torch")}
    return Trained(setting, settings, history, arrays)


def missed(
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    run: Callable[[Any], Outcome],
    reference: Callable[[str], Figures],
    torch: Callable[[str], Figures] | None = None,
) -> list[str]:
    """The settings that miss their mark, if each training comes to such figures."""

    def train(setting: str, settings: TrainSettings, data: Any) -> Trained:
        return made(setting, settings, reference(setting), (torch or reference)(setting))

    monkeypatch.setattr(module, "train", train)
    return [row.setting for row in run(DATA).missed]


def losses(**of: float) -> Callable[[str], Figures]:
    """The loss of each setting that begins with a word."""
    return lambda setting: (0.5, 0.3, next(of[word] for word in of if setting.startswith(word)))


LEADING = losses(SGD=1.9, momentum=1.4, RMSProp=1.4, Adam=1.4)


@pytest.mark.parametrize(
    ("reference", "torch", "expected"),
    [
        (LEADING, LEADING, []),
        (losses(SGD=1.9, momentum=1.85, RMSProp=1.4, Adam=1.4), LEADING, ["momentum 0.9, lr 5e-3"]),
        (LEADING, losses(SGD=1.9, momentum=1.4, RMSProp=2.0, Adam=1.4), ["RMSProp, lr 1e-4"]),
        (LEADING, losses(SGD=1.9, momentum=1.4, RMSProp=1.4, Adam=np.nan), ["Adam, lr 1e-3"]),
    ],
)
def test_the_others_are_ahead_of_sgd(
    reference: Any, torch: Any, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert missed(monkeypatch, optimizers, optimizers.run, reference, torch) == expected


def accuracies(of: dict[str, float], loss: float = 1.0) -> Callable[[str], Figures]:
    """The training accuracy of each setting that ends with a phrase."""
    return lambda setting: (next(of[end] for end in of if setting.endswith(end)), 0.3, loss)


def of_scales(none: float, small: float, large: float) -> Callable[[str], Figures]:
    """Without norm one accuracy at both ends; with batch norm one at each."""

    def figures(setting: str) -> Figures:
        with_norm = small if setting.endswith("0.0001") else large
        return (none if setting.startswith("no norm") else with_norm, 0.3, 1.0)

    return figures


SMALLEST, WORST = "batch norm, the smallest scale", "batch norm, the worst scale"


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (of_scales(0.1, 0.4, 0.3), []),
        (of_scales(0.1, 0.15, 0.3), [SMALLEST, WORST]),
        (of_scales(0.1, 0.4, 0.15), [WORST]),
    ],
)
def test_batch_norm_needs_no_scale(
    figures: Any, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert missed(monkeypatch, weight_scale, weight_scale.run, figures) == expected


@pytest.mark.parametrize(
    ("five", "ten", "fifty", "expected"),
    [
        (0.4, 0.6, 0.8, []),
        (0.55, 0.6, 0.8, ["batch norm, batches of 10"]),
        (0.4, 0.6, 0.45, ["batch norm, batches of 50"]),
    ],
)
def test_batch_norm_is_harmed_by_small_batches(
    five: float, ten: float, fifty: float, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = accuracies({"of 50": fifty, "of 10": ten, "of 5": five})
    assert missed(monkeypatch, batch_size, batch_size.with_batch_norm, figures) == expected


@pytest.mark.parametrize(("layer", "expected"), [(1.0, []), (1.9, ["layer norm, batches of 5"])])
def test_layer_norm_is_not(
    layer: float, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = losses(batch=2.0, layer=layer)
    assert missed(monkeypatch, batch_size, batch_size.with_layer_norm, figures) == expected


@pytest.mark.parametrize(
    ("known", "val", "count"), [(0.8, 0.3, 0), (0.98, 0.3, 1), (0.8, 0.2, 1), (0.99, 0.2, 2)]
)
def test_dropout_narrows_the_gap(
    known: float, val: float, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {"no dropout": (1.0, 0.31, 0.0), "dropout 0.75": (known, val, 1.0)}
    assert len(missed(monkeypatch, dropout, dropout.run, figures.__getitem__)) == count


@pytest.mark.parametrize(
    ("accuracy", "filters", "expected"),
    [
        (0.45, SMOOTH, []),
        (0.4, SMOOTH, ["1 epoch"]),
        (0.45, ROUGH, ["filters of the first layer"]),
    ],
)
def test_the_conv_net_learns_patterns(
    accuracy: float, filters: np.ndarray, expected: list[str]
) -> None:
    one, other = (0.5, 0.4, 1.0), (accuracy, 0.4, 1.0)
    for figures in ((one, other), (other, one)):
        trained = made(conv_net.NET, TrainSettings(), *figures, filters)
        outcome = conv_net.judge(trained, "data")
        assert [row.setting for row in outcome.missed] == expected
        assert [tile.title for tile in outcome.pictures[0].tiles] == ["NumPy", "PyTorch"]


def test_first_weights_have_no_pattern() -> None:
    assert abs(conv_net.correlation(ROUGH)) < conv_net.LEAST_CORRELATION / 2


def test_short_and_full_differ_in_size_alone() -> None:
    for name, experiment in EXPERIMENTS.items():
        full = experiment.full
        assert (full.func if isinstance(full, partial) else full) is experiment.short, name
