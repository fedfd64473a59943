"""What the solver does with an update rule beside calling it."""

from typing import Any

import numpy as np
import pytest

from reference import solver
from reference.optimizers import BY_NAME

RULES: dict[str, dict[str, Any]] = {
    "sgd": {"lr": 0.1, "momentum": 0.9},
    "adagrad": {},
    "rmsprop": {"momentum": 0.5, "centered": True},
    "adam": {"amsgrad": True},
    "adamw": {},
}


@pytest.mark.parametrize("shape", [(7, 2, 2), (7,)], ids=str)
@pytest.mark.parametrize("block", [1, 9, 28])
@pytest.mark.parametrize("rule", BY_NAME)
def test_an_update_by_blocks_has_the_bits_of_the_update(
    rule: str, block: int, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver, "BLOCK", block)
    optimizer, rng = BY_NAME[rule](**RULES[rule]), np.random.default_rng(0)
    param = mine = rng.standard_normal(shape, dtype=np.float32)
    state = own = optimizer.init(param)
    for _ in range(3):
        gradient = rng.standard_normal(shape, dtype=np.float32)
        param, state = optimizer.update(param, gradient, state)
        mine, own = solver.updated(optimizer, mine, gradient, own)
        np.testing.assert_array_equal(mine, param, strict=True)
        assert type(own) is type(state)
        for field, value in state._asdict().items():
            assert type(getattr(own, field)) is type(value)
            np.testing.assert_array_equal(getattr(own, field), value)
