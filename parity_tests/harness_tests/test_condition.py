"""Operations that are wrong under one condition only: the condition is found, and nothing is made up."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from parity_tests.harness.cases import DTYPES, Case
from parity_tests.harness.checks import judge
from parity_tests.harness.conditions.condition import Condition, find
from parity_tests.harness.conditions.features import facts, predicates
from parity_tests.harness.conditions.neighbours import neighbours, random_cases
from parity_tests.harness.conditions.vocabulary import WORDS
from parity_tests.harness.conditions.windows import maxima, windows_of
from parity_tests.harness.pair import Pair
from parity_tests.harness.trial import Trial
from parity_tests.pairs import PAIRS

Wrong = Callable[..., bool]
"""Whether an operation is wrong for these arguments of forward (of update, without the state)."""

CONV, MAX, AVG = "layers.conv2d", "layers.max_pool2d", "layers.avg_pool2d"
NORM1, NORM2 = "layers.batch_norm.BatchNorm1d", "layers.batch_norm.BatchNorm2d"
LAYER, GROUP = "layers.layer_norm", "layers.group_norm"
CROSS, HINGE = "losses.cross_entropy_loss", "losses.multiclass_hinge_loss"


def kernel(weight: Any) -> Any:
    return weight.shape[2:]


def overlaps(layer: Any, size: Any) -> bool:
    return any(s < k for s, k in zip(layer.stride, size, strict=True))


def transposed(x: Any) -> bool:
    return bool(x.flags.f_contiguous and not x.flags.c_contiguous)


PLANTED: list[tuple[str, str, Wrong, str]] = [
    (CONV, "dx", lambda s, x, w, b: s.padding == (0, 0), "padding == 0"),
    (CONV, "dweight", lambda s, x, w, b: max(s.stride) > 1, "stride > 1"),
    (CONV, "dweight", lambda s, x, w, b: s.groups > 1, "groups > 1"),
    (CONV, "dx", lambda s, x, w, b: x.shape[2] != x.shape[3], "h != w"),
    (CONV, "dx", lambda s, x, w, b: kernel(w)[0] != kernel(w)[1], "kh != kw"),
    (CONV, "y", lambda s, x, w, b: max(s.dilation) > 1, "dilation > 1"),
    (CONV, "dx", lambda s, x, w, b: kernel(w) == (1, 1), "kernel_size == 1"),
    (CONV, "dx", lambda s, x, w, b: overlaps(s, kernel(w)), "stride < kernel_size"),
    (CONV, "y", lambda s, x, w, b: s.stride[0] > 1, "stride[0] > 1"),
    (CONV, "dx", lambda s, x, w, b: s.groups == x.shape[1], "groups == c_in"),
    (CONV, "dbias", lambda s, x, w, b: len(x) == 1, "n == 1"),
    (
        CONV, "dx", lambda s, x, w, b: s.groups > 1 and s.padding == (0, 0),
        "groups > 1 and padding == 0",
    ),
    (
        CONV, "dx", lambda s, x, w, b: max(s.padding) > 0 and max(s.dilation) > 1,
        "padding > 0 and dilation > 1",
    ),
    (
        CONV, "dx", lambda s, x, w, b: s.groups > 1 and max(s.padding) > 0 and max(s.stride) > 1,
        "groups > 1 and stride > 1 and padding > 0",
    ),
    (
        CONV, "dweight", lambda s, x, w, b: len(x) > 1 and kernel(w) == (1, 1),
        "n > 1 and kernel_size == 1",
    ),
    (
        MAX, "dx", lambda s, x: s.kernel_size[0] < s.kernel_size[1],
        "kernel_size[0] < kernel_size[1]",
    ),
    (MAX, "dx", lambda s, x: overlaps(s, s.kernel_size), "stride < kernel_size"),
    (MAX, "dx", lambda s, x: s.ceil_mode, "ceil_mode"),
    (MAX, "dx", lambda s, x: len(np.unique(x)) < x.size, "ties in x"),
    (AVG, "y", lambda s, x: not s.count_include_pad, "not count_include_pad"),
    (AVG, "dx", lambda s, x: s.stride == s.kernel_size, "stride == kernel_size"),
    (NORM1, "dx", lambda s, x, *a: not s.training, "not training"),
    (NORM1, "y", lambda s, x, *a: s.momentum is None, "momentum is None"),
    (NORM2, "dx", lambda s, x, w, *a: w is None, "not affine"),
    (NORM2, "dx", lambda s, x, *a: len(x) == 2, "n == 2"),
    (
        NORM2, "dx", lambda s, x, w, b, mean, *a: mean is None and not s.training,
        "not training and not track_running_stats",
    ),
    (LAYER, "dx", lambda s, x, w, b: w is not None and b is None, "elementwise_affine and not bias"),
    (GROUP, "dx", lambda s, x, w, b: s.num_groups == 1, "num_groups == 1"),
    (GROUP, "dx", lambda s, x, w, b: s.num_groups == x.shape[1], "num_groups == c"),
    ("layers.dropout", "dx", lambda s, x, m: s.p == 0, "p == 0"),
    ("layers.dropout", "y", lambda s, x, m: not s.training, "not training"),
    ("layers.linear", "y", lambda s, x, w, b: b is None, "not bias"),
    ("layers.linear", "dweight", lambda s, x, w, b: w.shape[1] > w.shape[0], "d_in > d_out"),
    ("layers.linear", "dx", lambda s, x, w, b: x.ndim > 2, "x.ndim > 2"),
    ("layers.linear", "dx", lambda s, x, w, b: len(w) > 4, "d_out > 4"),
    (CROSS, "dx", lambda s, x, t: s.label_smoothing > 0, "label_smoothing > 0"),
    (CROSS, "dx", lambda s, x, t: s.reduction == "none", "reduction == 'none'"),
    (CROSS, "dx", lambda s, x, t: len(set(t)) < len(t), "len(set(target)) < n"),
    (HINGE, "y", lambda s, x, t: s.margin > 1, "margin > 1"),
    ("activations.leaky_relu", "y", lambda s, x: s.negative_slope > 1, "negative_slope > 1"),
    ("activations.softmax", "dx", lambda s, x: s.dim < 0, "dim < 0"),
    (
        "activations.softmax", "dx", lambda s, x: s.dim in (-1, x.ndim - 1),
        "dim in (-1, x.ndim - 1)",
    ),
    ("layers.flatten", "dx", lambda s, x: s.end_dim < 0, "end_dim < 0"),
    ("optimizers.sgd", "param", lambda s, param: s.nesterov, "nesterov"),
    ("optimizers.adam", "param", lambda s, param: s.amsgrad, "amsgrad"),
    (
        "optimizers.rmsprop", "param", lambda s, param: s.centered and s.momentum > 0,
        "centered and momentum > 0",
    ),
]  # fmt: skip


def planted(pair: Pair, quantity: str, wrong: Wrong) -> type:
    """The reference, but for one quantity that is wrong where ``wrong`` says so."""

    class Layer(pair.reference):  # type: ignore[misc, name-defined]
        def forward(self, *arguments: Any) -> Any:
            y, *states, saved = super().forward(*arguments)
            if quantity == "y" and wrong(self, *arguments):
                y = _spoilt(y)
            return (y, *states, (arguments, saved))

        def backward(self, saved: Any, dy: Any) -> Any:
            arguments, saved = saved
            given = super().backward(saved, dy)
            if quantity == "y" or not wrong(self, *arguments):
                return given
            names = [f"d{name}" for name in pair.signature.gradients]
            gradients = dict(
                zip(names, given if isinstance(given, tuple) else [given], strict=True)
            )
            gradients[quantity] = _spoilt(gradients[quantity])
            return tuple(gradients.values()) if isinstance(given, tuple) else gradients[quantity]

    class Optimizer(pair.reference):  # type: ignore[misc, name-defined]
        def update(self, param: Any, grad: Any, state: Any) -> Any:
            new, state = super().update(param, grad, state)
            return _spoilt(new) if wrong(self, param) else new, state

    return Optimizer if pair.kind == "optimizer" else Layer


def _spoilt(array: Any) -> Any:
    """Another number everywhere, in the place of infinities too."""
    return None if array is None else np.where(np.isfinite(array), array * 1.5 + 0.5, 0)


def ask(
    name: str, quantity: str, wrong: Wrong, examples: int = 80, dtype: str = "float64"
) -> Condition | None:
    """Judge an implementation that is planted with a fault, and ask for the condition of the failures."""
    pair = PAIRS[name]
    implementation = planted(pair, quantity, wrong)
    check = "gradients_agree" if quantity.startswith("d") else "outputs_agree"

    def fails(case: Case) -> bool | None:
        verdicts = judge(Trial(pair, case, implementation), only=check)
        return next((not v.passed for v in verdicts if v.quantity == quantity), None)

    cases = [drawn.case for drawn in random_cases(pair, dtype, examples, seed=1)]
    outcomes = [(case, fails(case)) for case in cases]
    return find(pair, [(case, bool(o)) for case, o in outcomes if o is not None], fails, seed=0)


@pytest.mark.parametrize(
    ("pair", "quantity", "wrong", "formula"),
    PLANTED,
    ids=[f"{pair} {quantity} {formula}" for pair, quantity, _, formula in PLANTED],
)
def test_a_planted_condition_is_found(pair: str, quantity: str, wrong: Wrong, formula: str) -> None:
    found = ask(pair, quantity, wrong, examples=20 if pair.startswith("optimizers") else 80)
    assert found is not None
    assert set(found.formula.split(" and ")) == set(formula.split(" and "))
    assert (found.failed, found.passed) == (found.inside, found.outside)
    assert found.failed > 0 < found.passed


def test_the_pooling_of_a_network_is_a_condition_too() -> None:
    pair = PAIRS["networks.sandwich.ConvReLUPool"]
    fails = lambda case: case.options["pool_stride"] != case.options["pool_size"]  # noqa: E731
    cases = [drawn.case for drawn in random_cases(pair, "float64", 80, seed=1)]
    found = find(pair, [(case, fails(case)) for case in cases], fails, seed=0)
    assert found is not None
    assert found.formula == "pool_stride != pool_size"


def test_of_a_loss_c_counts_the_classes() -> None:
    found = ask(CROSS, "dx", lambda s, x, t: x.shape[1] == 1)
    assert found is not None
    assert (found.formula, found.words) == ("c == 1", "one class")


def test_a_fault_that_shows_always_has_no_condition() -> None:
    found = ask("layers.linear", "dx", lambda *_: True)
    assert found is not None
    assert found.formula == "always"
    assert found.sentence().startswith("fails always: in ")


@pytest.mark.parametrize("share", [2, 20])
@pytest.mark.parametrize("pair", [CONV, "layers.linear", NORM1])
def test_no_condition_is_made_up_for_a_fault_at_random(pair: str, share: int) -> None:
    """Wrong for one x in ``share``, whatever else."""
    assert ask(pair, "dx", lambda s, x, *_: zlib.crc32(x.tobytes()) % share == 0) is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_fault_in_one_dtype_only(dtype: str) -> None:
    found = ask("layers.linear", "y", lambda s, x, *_: x.dtype == dtype, dtype=dtype)
    assert found is not None
    assert found.formula == f"dtype == '{dtype}'"
    assert f"cases in {dtype}" in found.sentence()


def test_a_condition_within_one_dtype() -> None:
    found = ask(
        "layers.linear",
        "dx",
        lambda s, x, w, b: b is None and x.dtype == "float32",
        dtype="float32",
    )
    assert found is not None
    assert found.formula == "not bias and dtype == 'float32'"


def test_one_layout_only() -> None:
    found = ask(CONV, "dx", lambda s, x, *_: min(x.shape) > 1 and transposed(x))
    assert found is not None
    assert "layout == 'transposed'" in found.formula


def test_a_condition_under_which_numbers_decide_too_is_necessary_only() -> None:
    """With overlapping windows, but for every second x."""
    found = ask(
        AVG, "dx", lambda s, x: overlaps(s, s.kernel_size) and zlib.crc32(x.tobytes()) % 2 == 0
    )
    assert found is not None
    assert found.formula == "stride < kernel_size"
    assert found.sentence().startswith("fails only with overlapping windows (stride < kernel_size)")


def test_a_second_cause_does_not_hide_the_first() -> None:
    found = ask(
        "layers.linear", "dx", lambda s, x, w, b: b is None or zlib.crc32(x.tobytes()) % 40 == 0
    )
    assert found is not None
    assert found.formula == "not bias"
    assert found.passed < found.outside


def test_what_never_failed_has_no_condition() -> None:
    assert ask("layers.linear", "dx", lambda *_: False) is None


def test_cases_without_numbers_say_nothing() -> None:
    """Wrong for every batch; of an empty one there is no gradient that could be wrong."""
    found = ask("layers.linear", "dx", lambda s, x, *_: x.size > 0)
    assert found is not None
    assert found.formula == "always"


def test_the_same_seed_gives_the_same_condition() -> None:
    first, second = (ask(CONV, "dx", lambda s, *_: s.padding == (0, 0)) for _ in range(2))
    assert first == second


def test_a_neighbour_differs_in_one_choice_and_is_valid() -> None:
    pair = PAIRS[MAX]
    (drawn,) = random_cases(pair, "float64", 1, seed=5)
    near = neighbours(pair, drawn, seed=0)
    assert len(near) > len(drawn.choices) / 2
    for other in near:
        assert other.case != drawn.case
        assert not Trial(pair, other.case).twin.error
    assert near == neighbours(pair, drawn, seed=0)


def test_windows_are_those_of_pytorch() -> None:
    """Their number and their maxima, dilation, padding and rounded-up sizes included."""
    pair = PAIRS[MAX]
    for drawn in random_cases(pair, "float64", 60, seed=2):
        trial = Trial(pair, drawn.case)
        x = trial.arguments["x"]
        assert x is not None
        if drawn.case.values != "nan":
            largest, times, _ = maxima(x, windows_of(drawn.case, {}))
            np.testing.assert_array_equal(largest, trial.twin.outputs["y"])
            assert np.all(times >= 1)


def test_every_word_belongs_to_a_formula_that_is_asked() -> None:
    asked = {f"dtype == {dtype!r}" for dtype in DTYPES}
    for pair in PAIRS.values():
        cases = random_cases(pair, "float64", 60, seed=3)
        asked |= {p.formula for p in predicates([facts(pair, drawn.case) for drawn in cases])}
    assert set(WORDS) <= asked
