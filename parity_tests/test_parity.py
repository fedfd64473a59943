"""Every pair in every dtype: all checks hold on random cases."""

import pytest

from parity_tests import assert_parity
from parity_tests.harness.cases import DTYPES
from parity_tests.pairs import PAIRS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pair", PAIRS)
def test_parity(pair: str, dtype: str, request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("--parity-seed")
    assert_parity(pair, dtypes=[dtype], examples=30, seed=seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("pair", PAIRS)
def test_parity_at_length(pair: str, seed: int) -> None:
    assert_parity(pair, examples=1000, seed=seed)
