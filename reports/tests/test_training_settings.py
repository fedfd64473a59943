"""Settings in lock step: flags over a file over the recipe, and one clear line for what cannot be."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from parity_tests.training import TrainSettings, recipe
from parity_tests.training.settings import RECIPES
from reports.cli import main
from reports.settings_file import to_toml
from reports.training_settings import settings_from
from reports.usage import UsageError

TEXT = """
net = "fully_connected"
optimizer = "sgd"
reg = 0.5
weight_scale = 1

[net_options]
hidden_dims = [7, 6]
normalization = "layer"

[optimizer_options]
lr = 0.25
momentum = 0.5
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(TEXT)
    return path


def test_flags_win_over_the_file_and_the_file_over_the_recipe(file: Path) -> None:
    chosen = settings_from(file, None, reg=0.125, epochs=None)
    assert chosen == TrainSettings(
        net="fully_connected",
        net_options={"hidden_dims": (7, 6), "normalization": "layer"},
        batch_size=recipe("fully_connected").batch_size,
        optimizer="sgd",
        optimizer_options={"lr": 0.25, "momentum": 0.5},
        reg=0.125,
        weight_scale=1,
    )
    assert settings_from(file, None, hidden_dim="9", lr=0.5) == settings_from(
        None,
        "fully_connected",
        optimizer="sgd",
        optimizer_options={"lr": 0.5, "momentum": 0.5},
        reg=0.5,
        weight_scale=1.0,
        net_options={"hidden_dims": (9,), "normalization": "layer"},
    )


def test_options_go_with_what_they_are_options_of(file: Path) -> None:
    another = settings_from(file, "two_layer_net", optimizer="adam")
    assert (another.net_options, another.optimizer_options, another.reg) == ({}, {}, 0.5)
    assert settings_from(None, "two_conv_net", optimizer="adam", lr=0.5).optimizer_options == {
        "lr": 0.5
    }


@pytest.mark.parametrize("net", RECIPES)
def test_what_is_left_in_a_file_is_read_again(net: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(to_toml(asdict(recipe(net))))
    assert settings_from(file, None) == recipe(net)


def test_a_training_leaves_its_settings_and_takes_them_again(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    few = ["train", "--num-train", "200", "--config"]
    assert main([*few, str(file), "--out", str(one)]) == 0
    assert 'normalization = "layer"' in (one / "settings.toml").read_text()
    assert main([*few, str(one / "settings.toml"), "--out", str(two)]) == 0
    for name in ("settings.toml", "parameters.csv"):
        assert (one / name).read_text() == (two / name).read_text()
    checkpoint = ["--resume", str(one / "checkpoint.safetensors"), "--config", str(file)]
    assert main(["train", *checkpoint]) == 2
    assert "leave out --config" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("momentum = 0.9", "has 'momentum': write some of net, net_options, dtype"),
        ("epochs = 1.5", "has epochs = 1.5: write a whole number"),
        ("reg = -1", "reg must be at least 0, not -1"),
        ("seed = -1", "seed must be at least 0, not -1"),
        ("num_train = 0", "num_train must be at least 1, not 0"),
        ("gain = inf", "gain must be above 0, not inf"),
        ('net = "lenet"', "no network 'lenet'"),
        ('net_options = "small"', "write a table, as { lr = 0.01 }"),
        ("[net_options]\ndropout = 0.5", "net_options has 'dropout': write some of num_filters"),
        ("[optimizer_options]\nlr = -1", "lr must be at least 0, not -1"),
        ("[net_options]\nhidden_dim = 0.5", "has hidden_dim = 0.5: write a whole number"),
        (
            'net = "fully_connected"\n[net_options]\nnormalization = "batc"',
            "net_options has normalization = 'batc': choose from batch, layer",
        ),
        (
            'net = "fully_connected"\n[net_options]\nhidden_dims = [5, "a"]',
            "has hidden_dims = (5, 'a'): write whole numbers, as [100, 100]",
        ),
        ('net = "fully_connected"\n[net_options]\ndropout = 1.5', "must be from 0 to 1, not 1.5"),
        ("[optimizer_options]\nmomentum = 0.9", "optimizer_options has 'momentum'"),
        (
            'net = "fully_connected"\n[net_options]\nnormalization = { batch = true }',
            "net_options has normalization = {'batch': True}: choose from batch, layer",
        ),
        ("[optimizer_options]\nbetas = [0.9, 1.5]", "betas must be"),
        ("[optimizer_options]\nbetas = [0.9]", "betas are 2 numbers, as [0.9, 0.999]"),
        ("[optimizer_options", "settings.toml': "),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        settings_from(file, None)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_network_without_hidden_layers_is_one() -> None:
    options = {"hidden_dims": ()}
    assert settings_from(None, "fully_connected", net_options=options).net_options == options


def test_no_option_takes_a_size_below_1(tmp_path: Path) -> None:
    file: Any = tmp_path / "settings.toml"
    file.write_text("[net_options]\nhidden_dim = 0")
    with pytest.raises(UsageError, match="hidden_dim must be at least 1, not 0"):
        settings_from(file, None)
