"""Every pair in every dtype: all checks hold on random cases."""

import pytest

from parity_tests import assert_parity, replay
from parity_tests.harness.cases import DTYPES
from parity_tests.pairs import PAIRS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pair", PAIRS)
def test_parity(pair: str, dtype: str, request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("--parity-seed")
    assert_parity(pair, dtypes=[dtype], examples=30, seed=seed)


def test_a_window_may_have_more_positions_than_a_byte_counts() -> None:
    case = (
        "layers.max_pool2d kernel_size=(17,16) stride=(17,16) padding=(0,0) dilation=(1,1) ceil_mode=False / "
        "n=4 c=3 h=17 w=16 / dtype=float64 layout=contiguous values=ordinary seed=0"
    )
    assert replay(case).passed


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("pair", PAIRS)
def test_parity_at_length(pair: str, seed: int) -> None:
    assert_parity(pair, examples=1000, seed=seed)
