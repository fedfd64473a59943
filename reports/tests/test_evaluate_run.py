"""Weights of either side, evaluated by both."""

import pytest
from safetensors.numpy import load_file, save_file

from reference.datasets import make_synthetic
from reports import evaluate_run, training_run
from reports.cli import main

DATA = make_synthetic(num_train=40, num_val=30, num_test=20)
NETS = {
    "fully_connected": ["--net", "fully_connected", "--hidden-dim", "7,6"],
    "two_layer_net": ["--net", "two_layer_net", "--hidden-dim", "4"],
}


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    for room in (evaluate_run, training_run):
        monkeypatch.setattr(room, "load", lambda given: DATA)


@pytest.fixture(params=NETS)
def trained(request, tmp_path):
    assert main(["train", *NETS[request.param], "--batch-size", "10", "--out", str(tmp_path)]) == 0
    return tmp_path


@pytest.mark.parametrize("side", ["reference", "torch"])
def test_both_sides_predict_the_same_with_the_weights_of_either(trained, side, capsys):
    capsys.readouterr()
    assert main(["evaluate", str(trained / f"{side}.safetensors"), "--part", "test"]) == 0
    said = capsys.readouterr().out
    assert "of 20 images right, every prediction the same" in said and DATA.name in said


def test_a_side_that_predicts_otherwise_is_seen(trained, monkeypatch, capsys):
    import reference.layers.linear as linear

    right = linear.Linear.forward

    def spoiled(self, x, weight, bias=None):
        y, saved = right(self, x, weight, bias)
        return -y, saved

    monkeypatch.setattr(linear.Linear, "forward", spoiled)
    assert main(["evaluate", str(trained / "torch.safetensors")]) == 1
    assert "another class on" in capsys.readouterr().out


def test_what_cannot_be_evaluated_is_refused_in_one_line(trained, tmp_path, capsys):
    capsys.readouterr()
    weights = load_file(trained / "torch.safetensors")
    some = tmp_path / "some.safetensors"
    save_file(dict(list(weights.items())[1:]), some, {"network": '{"net": "two_layer_net"}'})
    for file, said in (
        (some, "does not fit two_layer_net"),
        (tmp_path / "none.safetensors", "cannot read"),
        (trained / "checkpoint.safetensors", "holds no network that both sides have"),
    ):
        assert main(["evaluate", str(file)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
