"""A subject that breaks the contract in an odd way gets a failed verdict that says how: no traceback, and no pass."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from parity_tests import check, explain, replay
from parity_tests.harness.arrays import Arrays
from parity_tests.harness.cases import Case
from parity_tests.harness.checks import dtype_kept, judge
from parity_tests.harness.compare import compare
from parity_tests.harness.run import run_twin
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import WORDS, Verdict, in_words
from parity_tests.pairs import PAIRS
from reference.activations.relu import ReLU
from reference.layers.batch_norm import BatchNorm1d
from reference.layers.dropout import Dropout
from reference.layers.linear import Linear
from reference.networks.sandwich import LinearReLU
from reference.optimizers.sgd import SGD

PLAIN = "dtype=float64 layout=contiguous values=ordinary seed=0"
LINES = {
    Linear: f"layers.linear bias=True / n=2 features=(2,) d_in=2 d_out=3 / {PLAIN}",
    BatchNorm1d: "layers.batch_norm.BatchNorm1d eps=0.1 momentum=0.1 training=True affine=True "
    f"track_running_stats=True / n=2 c=2 t=() / {PLAIN}",
    SGD: f"optimizers.sgd lr=0.1 / shape=(2,) steps=2 / {PLAIN}",
    LinearReLU: f"networks.sandwich.LinearReLU d_in=2 d_out=2 / n=2 shape=(2,) / {PLAIN}",
    Dropout: f"layers.dropout p=0.25 training=True / shape=(3,) / {PLAIN}",
    ReLU: f"activations.relu / shape=(3,) / {PLAIN}",
}


def changed(base: Any, method: str, change: Callable[..., Any]) -> Any:
    """A reference with one method's result changed."""

    def instead(self: Any, *arguments: Any) -> Any:
        return change(getattr(base, method)(self, *arguments))

    return type("Odd", (base,), {method: instead})


def raising(raised: BaseException, method: str = "forward") -> Any:
    def instead(self: Any, *arguments: Any, **options: Any) -> Any:
        raise raised

    return type("Odd", (Linear,), {method: instead})


def first(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Changes y, dx or param, and leaves the rest."""
    return lambda given: (change(given[0]), *given[1:])


def failures(base: Any, subject: Any) -> dict[tuple[str, str], Verdict]:
    found = replay(LINES[base], subject).failures
    for verdict in found:
        assert "\n" not in verdict.sentence()
        assert explain(verdict, subject)
    return {(verdict.check, verdict.quantity): verdict for verdict in found}


def read_only(x: Any) -> Any:
    return np.broadcast_to(x, x.shape)


class Unconvertible:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise SystemExit

    def __deepcopy__(self, _: Any) -> Any:
        raise ValueError


READ_ONLY = "a read-only array, and PyTorch's can be written to"
UNFIT: dict[str, tuple[Callable[[Any], Any], str]] = {
    "list": (lambda x: x.tolist(), "a list, not an array"),
    "ragged": (lambda x: [[1.0], [2.0, 3.0]], "a list, not an array"),
    "generator": (lambda x: (row for row in x), "a generator, not an array"),
    "text": (lambda x: "y", "a str, not an array"),
    "tensor": (torch.tensor, "a Tensor, not an array"),
    "class": (type, "a type, not an array"),
    "unconvertible": (lambda x: Unconvertible(), "an Unconvertible, not an array"),
    "masked": (lambda x: np.ma.array(x, mask=False), "a MaskedArray, not a plain array"),
    "matrix": (lambda x: x.view(np.matrix), "a matrix, not a plain array"),
    "complex": (lambda x: x + 0j, "an array of complex128, not of real numbers"),
    "object": (lambda x: x.astype(object), "an array of object, not of real numbers"),
    "strings": (lambda x: x.astype(str), "an array of <U32, not of real numbers"),
    "read-only": (read_only, READ_ONLY),
    "huge": (lambda x: np.broadcast_to(0.0, (10**6, 10**6)), READ_ONLY),
}


@pytest.mark.parametrize("odd", UNFIT)
@pytest.mark.parametrize(
    ("base", "method", "quantity"),
    [(Linear, "forward", "y"), (Linear, "backward", "dx"), (LinearReLU, "forward", "y"),
     (LinearReLU, "backward", "dx"), (BatchNorm1d, "forward", "y")],
)  # fmt: skip
def test_what_is_no_array_of_numbers_fails(base: Any, method: str, quantity: str, odd: str) -> None:
    change, what = UNFIT[odd]
    found = failures(base, changed(base, method, first(change)))
    assert list(found) == [("dtype_kept", quantity)]
    assert found["dtype_kept", quantity].message == f"{quantity} is {what}"


@pytest.mark.parametrize("odd", ["list", "complex", "object", "masked", "tensor"])
def test_a_parameter_that_is_no_array_fails_though_its_trajectory_is_stacked(odd: str) -> None:
    change, what = UNFIT[odd]
    found = failures(SGD, changed(SGD, "update", first(change)))
    assert found["dtype_kept", "param"].message == f"param is {what}"


class Unlike(NamedTuple):
    """A result of another structure, and what is said of it."""

    base: Any
    method: str
    change: Callable[[Any], Any]
    says: str


UNLIKE = [
    Unlike(Linear, "forward", lambda _: None, "None in forward instead of the tuple (y, saved)"),
    Unlike(Linear, "forward", lambda given: given[0], "an array in forward instead of"),
    Unlike(Linear, "forward", lambda given: iter(given), "a tuple_iterator in forward instead of"),
    Unlike(Linear, "forward", lambda given: (given[0], *given), "a tuple of 3 in forward instead"),
    Unlike(Linear, "backward", lambda given: given[:2],
           "a tuple of 2 in backward instead of the tuple (dx, dweight, dbias)"),
    Unlike(Linear, "backward", list, "a list in backward instead of"),
    Unlike(ReLU, "backward", lambda _: (), "a tuple of 0 in backward instead of dx"),
    Unlike(SGD, "update", lambda _: None, "None in update instead of the tuple (param, state)"),
    Unlike(SGD, "update", lambda given: (given[0], None), "None as state instead of a NamedTuple"),
    Unlike(SGD, "update", first(lambda x: x[None]), "makes of a param of shape (2,) one of (1, 2)"),
    Unlike(LinearReLU, "forward", lambda given: (given[0], None, given[2]),
           "None as new_state instead of a dict"),
    Unlike(LinearReLU, "backward", lambda given: (given[0], 3), "an int as gradients instead of a dict"),
]  # fmt: skip


@pytest.mark.parametrize("odd", UNLIKE, ids=lambda odd: f"{odd.base.__name__} {odd.says[:14]}")
def test_another_structure_is_named(odd: Unlike) -> None:
    (verdict,) = failures(odd.base, changed(odd.base, odd.method, odd.change)).values()
    assert odd.says in verdict.message


@pytest.mark.parametrize("method", ["__init__", "forward", "backward"])
@pytest.mark.parametrize(
    ("raised", "says"),
    [
        (SystemExit(3), "raises SystemExit: 3"),
        (GeneratorExit(), "raises GeneratorExit"),
        (RecursionError("too deep"), "raises RecursionError: too deep"),
        (StopIteration(), "raises StopIteration"),
        (ValueError("one\ntwo"), "raises ValueError: one two"),
    ],
)
def test_an_error_is_a_verdict(raised: BaseException, says: str, method: str) -> None:
    (verdict,) = failures(Linear, raising(raised, method)).values()
    assert (verdict.check, verdict.message) == ("outputs_agree", f"the subject {says}")


@pytest.mark.parametrize("subject", [object, 0, lambda **_: None, lambda width: None])
def test_what_is_no_implementation_at_all_is_a_verdict(subject: Any) -> None:
    findings = check("layers.linear", examples=3, implementation=subject, shrink=False)
    assert {verdict.check for verdict in findings.failures} == {"outputs_agree"}


def test_ctrl_c_still_stops_the_run() -> None:
    with pytest.raises(KeyboardInterrupt):
        check("layers.linear", examples=3, implementation=raising(KeyboardInterrupt()))


def test_an_exit_while_failures_are_made_small_is_a_verdict() -> None:
    def exits(mask: Any) -> Any:
        raise SystemExit

    subject = changed(Dropout, "draw_mask", exits)
    findings = check("layers.dropout", examples=5, implementation=subject)
    assert {verdict.check for verdict in findings.failures} == {"masks_are_fair"}
    assert explain(findings.failures[0], subject)


@pytest.mark.parametrize(
    "change", [lambda m: None, np.ravel, lambda m: m * 1.0, lambda m: m * np.nan]
)
def test_a_mask_that_is_none_is_named(change: Any) -> None:
    found = failures(Dropout, changed(Dropout, "draw_mask", change))
    message = found["masks_are_fair", "share kept"].message
    assert message.startswith("draw_mask gives ")
    assert message.endswith("where booleans of shape (512, 513) are wanted")


@pytest.mark.parametrize("subject", [None, changed(Dropout, "draw_mask", np.logical_not)])
def test_masks_are_judged_where_p_is_left_to_its_default(subject: Any) -> None:
    line = LINES[Dropout].replace("p=0.25 ", "")
    assert replay(line, subject).passed  # by default as many are kept as dropped
    eager = changed(Dropout, "draw_mask", lambda mask: mask | np.roll(mask, 1))
    assert {v.check for v in replay(line, eager).failures} == {"masks_are_fair"}


def test_a_huge_output_of_another_shape_is_judged_by_its_shape() -> None:
    def huge(_: Any) -> Any:
        return np.lib.stride_tricks.as_strided(np.zeros(1), (10**6, 10**6), (0, 0))

    for method, quantity in (("forward", "y"), ("backward", "dx")):
        trial = Trial(PAIRS["layers.linear"], Case.parse(LINES[Linear]),
                      changed(Linear, method, first(huge)))  # fmt: skip
        failed = [verdict for verdict in judge(trial) if not verdict.passed]
        assert {verdict.quantity.partition(" ")[0] for verdict in failed} == {quantity}
        assert all("has shape (1000000, 1000000)" in verdict.message for verdict in failed)


def test_not_a_number_is_named() -> None:
    found = failures(Linear, changed(Linear, "forward", first(lambda y: y * np.nan)))
    assert found["outputs_agree", "y"].message.startswith("is nan at [0, 0], where ")


def test_memory_that_is_used_again_is_seen() -> None:
    buffer = np.zeros((2, 3))

    def into_the_buffer(y: Any) -> Any:
        if y.dtype != buffer.dtype or y.shape != buffer.shape:
            return y
        buffer[...] = y
        return buffer

    found = failures(Linear, changed(Linear, "forward", first(into_the_buffer)))
    assert list(found) == [("same_answer_twice", "y")]


@pytest.mark.parametrize("dtype", ["float32", "float16", "longdouble", ">f8", "int64"])
def test_another_dtype_is_named(dtype: str) -> None:
    found = failures(Linear, changed(Linear, "forward", first(lambda y: y.astype(dtype))))
    said = found["dtype_kept", "y"].message
    assert said == f"y is {np.dtype(dtype)} for input of float64"


@pytest.mark.parametrize(
    ("kind", "kept"), [(float, False), (bool, False), (int, True), (np.int32, True)]
)
def test_what_pytorch_counts_in_whole_numbers_is_whole(kind: Any, kept: bool) -> None:
    subject = changed(BatchNorm1d, "forward", lambda given: (*given[:3], kind(given[3]), given[4]))
    found = failures(BatchNorm1d, subject)
    assert (("dtype_kept", "num_batches_tracked") not in found) is kept


def test_the_dtype_check_alone_sees_it_too() -> None:
    subject = changed(Linear, "forward", first(lambda y: y.tolist()))
    trial = Trial(PAIRS["layers.linear"], Case.parse(LINES[Linear]), subject)
    assert [verdict.message for verdict in dtype_kept(trial)] == ["y is a list, not an array"]


def test_comparison_takes_an_empty_tensor_and_refuses_what_is_imaginary() -> None:
    case = Case("layers.linear")
    empty = torch.zeros((0, 3), dtype=torch.float64)
    assert compare(case, "c", "y", empty, np.zeros((0, 3)), None).passed
    verdict = compare(case, "c", "y", np.array([1 + 1j]), np.array([1.0]), None)
    assert verdict.message == "is an array of complex128, not of real numbers"


def test_pytorchs_error_is_told_in_full_on_one_line() -> None:
    case = Case.parse(LINES[Linear])
    arguments: Arrays = {"x": np.ones((2, 2)), "weight": np.ones((5, 2)), "bias": np.ones(3)}
    error = run_twin(PAIRS["layers.linear"], case, arguments, np.ones).error
    assert "\n" not in error
    assert "size mismatch for weight" in error


def test_any_error_of_pytorch_is_its_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(PAIRS["layers.linear"].twin, "forward", refuses)
    (verdict,) = judge(Trial(PAIRS["layers.linear"], Case.parse(LINES[Linear])))
    assert verdict.message == "PyTorch refuses the case: AssertionError"


def test_an_error_is_told_in_so_many_characters_though_its_message_fails() -> None:
    class Speechless(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert in_words(Speechless()) == "Speechless"
    assert len(in_words(ValueError("long " * WORDS))) == WORDS
