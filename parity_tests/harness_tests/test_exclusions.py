"""No pair draws a case on which PyTorch crashes, and each exclusion knows one when it sees it."""

import pytest

from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.conditions.neighbours import random_cases
from parity_tests.pairs import PAIRS
from parity_tests.pairs.exclusions import NOT_DRAWN, Exclusion

SETTINGS = "dtype=float64 layout=contiguous values=ordinary seed=0"
SEEN = {
    "layers.max_pool2d": (
        "kernel_size=(2,2) stride=(1,1) padding=(0,1) dilation=(1,3) ceil_mode=False / n=1 c=1 h=3 w=2"
    ),
    "losses.multiclass_hinge_loss": "margin=1.0 reduction='mean' / n=0 c=2",
    "layers.group_norm": "num_groups=1 eps=0.1 affine=True / n=1 c=2 d=(0,)",
}


@pytest.mark.parametrize("exclusion", NOT_DRAWN, ids=lambda exclusion: exclusion.pair)
class TestExclusion:
    def test_it_knows_its_case(self, exclusion: Exclusion) -> None:
        assert exclusion.applies(
            Case.parse(f"{exclusion.pair} {SEEN[exclusion.pair]} / {SETTINGS}")
        )

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_the_pair_draws_no_such_case(self, exclusion: Exclusion, dtype: str) -> None:
        cases = [drawn.case for drawn in random_cases(PAIRS[exclusion.pair], dtype, 500, seed=0)]
        assert not any(map(exclusion.applies, cases))
        assert len({str(case) for case in cases}) > 400
