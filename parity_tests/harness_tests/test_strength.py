"""Operators do what they say, mutants come to life where they should, and the checks see them."""

import importlib
import sys

import pytest

from parity_tests import strength
from parity_tests.harness.pair import UnknownPair
from parity_tests.pairs import PAIRS
from parity_tests.strength import judging, measurement
from parity_tests.strength.equivalent import Equivalent
from parity_tests.strength.equivalents import EQUIVALENT
from parity_tests.strength.judging import pairs_of, seen_in_mutant
from parity_tests.strength.loader import in_place_of, load, source_of
from parity_tests.strength.measurement import mutants_in
from parity_tests.strength.mutation import LEFT_OUT, OPERATORS, Mutant, mutants_of

EXPRESSIONS = [
    ("arithmetic_swapped", "x + y", {"x - y"}),
    ("arithmetic_swapped", "x * y", {"x / y"}),
    (
        "arithmetic_swapped",
        "x @ y",
        {"y @ x", "x.swapaxes(-1, -2) @ y", "x @ y.swapaxes(-1, -2)"},
    ),
    ("operand_dropped", "x - y", {"x", "-y"}),
    ("operand_dropped", "max(x, 1)", {"x", "1"}),
    ("sign_dropped", "-x", {"x"}),
    ("number_changed", "x[0]", {"x[1]", "x[-1]"}),
    ("number_changed", "x * 0.5", {"x * 0.5005", "x * 1.0"}),
    ("number_changed", "x.sum(keepdims=True)", {"x.sum(keepdims=False)"}),
    ("power_changed", "x ** 2", {"x"}),
    ("comparison_changed", "x > y", {"x >= y", "x < y"}),
    ("comparison_changed", "x == y", {"x != y"}),
    ("condition_forced", "x if y else 0", {"x if True else 0", "x if False else 0"}),
    ("condition_forced", "x and y", {"x or y"}),
    ("rearrangement_dropped", "x.T", {"x"}),
    ("rearrangement_dropped", "x.reshape(2, 3)", {"x"}),
    ("axis_changed", "x.sum(axis=(0, 2))", {"x.sum()", "x.sum(axis=(2,))", "x.sum(axis=(0,))"}),
    ("function_changed", "x.sum()", {"x.mean()"}),
    ("function_changed", "np.sqrt(x)", {"x"}),
    ("branch_taken", "np.where(x, y, 0)", {"np.where(x, 0, y)", "y", "0"}),
    ("arguments_exchanged", "f(x, y)", {"f(y, x)"}),
    ("name_exchanged", "weight + x.weight", {"bias + x.weight", "weight + y.weight"}),
    ("slice_shifted", "x[1:y]", {"x[1 + 1:y]", "x[:y]", "x[1:y + 1]", "x[1:]"}),
    ("range_shortened", "range(x)", {"range(x - 1)", "range(1, x)"}),
]
STATEMENTS = [
    ("update_changed", "x += y", {"x = y", "x -= y"}),
    ("statement_deleted", "x = y", {"(deleted)"}),
    ("statement_deleted", "new = y", set()),
    ("statement_deleted", "x[0] = y", {"(deleted)"}),
]
ARRAYS = "tuple[Array, Array | None, Saved]"
RETURNS = [
    ("returned_exchanged", {"y, x, Saved(x)", "x, Saved(x), y"}),
    ("returned_negated", {"-x, y, Saved(x)", "x, None if y is None else -y, Saved(x)"}),
    ("returned_zero", {"x * 0, y, Saved(x)", "x, None if y is None else y * 0, Saved(x)"}),
    ("precision_lost", {"x * 1.000000000001, y, Saved(x)"}),
    ("dtype_lost", {"x.astype(float), y, Saved(x)"}),
]


def changes(operator: str, statement: str, returns: str = "Any") -> set[str]:
    """What an operator makes of one statement between two others."""
    text = f"def f(x, y, weight, bias) -> {returns}:\n    {statement}\n    return x\n"
    mutants = mutants_of("m", text)
    return {
        m.source.split("\n")[1].strip() for m in mutants if (m.operator, m.line) == (operator, 2)
    }


@pytest.mark.parametrize(("operator", "expression", "expected"), EXPRESSIONS)
def test_an_operator_makes_what_it_says(operator, expression, expected) -> None:
    assert changes(operator, f"z = {expression}") == {f"z = {after}" for after in expected}


@pytest.mark.parametrize(("operator", "statement", "expected"), STATEMENTS)
def test_statements_change(operator, statement, expected) -> None:
    written = {"pass" if after == "(deleted)" else after for after in expected}
    assert changes(operator, statement) == written


@pytest.mark.parametrize(("operator", "expected"), RETURNS)
def test_results_change(operator, expected) -> None:
    found = changes(operator, "return x, y, Saved(x)", ARRAYS)
    bare = {line.removeprefix("return ").replace("(", "").replace(")", "") for line in found}
    assert {e.replace("(", "").replace(")", "") for e in expected} <= bare


def test_every_operator_is_tried() -> None:
    tried = {name for name, *_ in (*EXPRESSIONS, *STATEMENTS, *RETURNS)}
    assert {operator.__name__ for operator in OPERATORS} == tried


def test_texts_annotations_refusals_and_fields_are_left_alone() -> None:
    text = '''
class C:
    """1 + 1"""
    field: int = 1
    def __post_init__(self):
        self.x = 1 + 1
    def f(self, x: Float[Array, "n 1"]) -> Float[Array, "n 1"]:
        """1 + 1"""
        if x > 1:
            raise ValueError(f"{x + 1}")
        return zip(strict=True)
'''
    assert [m for m in mutants_of("m", text) if m.operator in {"number_changed"}] == []
    assert all(m.function == "C.f" for m in mutants_of("m", text))


def test_a_mutant_changes_its_own_lines_and_keeps_comments() -> None:
    text = "def f(x):\n    # γ: why\n    y = x + 1  # here\n    return y\n"
    (mutant,) = [m for m in mutants_of("m", text) if m.after == "x - 1"]
    assert mutant.source == text.replace("x + 1", "x - 1")
    assert mutant.diff(text).split("\n")[3:] == [
        " def f(x):",
        "     # γ: why",
        "-    y = x + 1  # here",
        "+    y = x - 1  # here",
        "     return y",
        "",
    ]


@pytest.mark.parametrize("module", strength.modules_of())
def test_mutants_are_distinct_and_compile(module: str) -> None:
    mutants = mutants_in(module)
    assert len({mutant.source for mutant in mutants}) == len(mutants) >= 10
    for mutant in mutants[::10]:
        compile(mutant.source, module, "exec")


def test_what_is_left_out_is_there() -> None:
    texts = [source_of(module) for module in strength.modules_of()]
    for name in LEFT_OUT:
        assert any(f"def {name.rpartition('.')[2]}(" in text for text in texts), name


def test_every_reference_is_measured() -> None:
    modules = strength.modules_of()
    assert {pair.address.rpartition(".")[0] for pair in PAIRS.values()} <= set(modules)
    assert strength.modules_of("networks.chain") == ["networks.chain"]
    with pytest.raises(UnknownPair, match=r"layers\.liner"):
        strength.modules_of("layers.liner")


def test_a_loaded_mutant_stands_beside_the_real_module() -> None:
    text = source_of("layers.linear").replace("y + bias", "y - bias")
    mutant = load("layers.linear", text).Linear
    real = PAIRS["layers.linear"].reference
    assert mutant is not real
    assert PAIRS["layers.linear"].reference is real


def test_a_module_in_place_is_what_its_package_sees_and_only_inside() -> None:
    name = "reference.networks.sandwich"
    before = dict(sys.modules)
    text = source_of("networks.links").replace("return Link(name, ReLU())", "return 'planted'")
    with in_place_of("networks.links", text):
        network = importlib.import_module(name).LinearReLU(d_in=1, d_out=1)
        assert network.links()[1] == "planted"
    assert sys.modules[name] is before[name]
    assert importlib.import_module("reference.networks").sandwich is before[name]


def planted(module: str, before: str, after: str) -> Mutant:
    """A mutant made by hand."""
    text = source_of(module)
    assert before in text
    return Mutant(module, "", 1, "by hand", before, after, text.replace(before, after))


@pytest.mark.parametrize(
    ("mutant", "says"),
    [
        (planted("activations.tanh", "dy * (1", "dy / (1"), "gradients_agree"),
        (planted("activations.tanh", "np.tanh(x)", "np.tan_h(x)"), "AttributeError"),
        (planted("networks.chain", "reversed(saved)", "saved"), "networks."),
        (planted("networks.links", "(d_out, d_in)", "(d_in, d_out)"), "networks."),
        (planted("activations.tanh", "import NamedTuple", "import nothing"), "ImportError"),
    ],
)
def test_a_mistake_is_seen(mutant: Mutant, says: str) -> None:
    assert says in seen_in_mutant(mutant, 50, 0)


def test_what_changes_nothing_is_not_seen() -> None:
    assert seen_in_mutant(planted("activations.tanh", "y = np", "y = 1 * np"), 20, 0) == ""


def test_a_mutant_that_hangs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "PATIENCE", 0.2)
    endless = planted("activations.tanh", "y = np.tanh(x)", "while True: pass")
    assert seen_in_mutant(endless, 5, 0).startswith("hangs")


def test_a_mutant_that_ends_its_process_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    deadly = planted("activations.tanh", "y = np.tanh(x)", "import os; os._exit(1)")
    harmless = planted("activations.tanh", "dy * (1", "dy / (1")
    monkeypatch.setattr(measurement, "mutants_in", lambda module: [deadly, harmless])
    found = strength.measure("activations.tanh", jobs=2, examples=5, equivalent=())
    assert [judged.seen.split(" ")[0] for judged in found.mutants] == ["ends", "gradients_agree"]


def test_an_equivalent_mutant_survives_and_is_counted_apart() -> None:
    known = strength.measure("activations.leaky_relu", examples=50)
    assert known.passed
    assert known.rows[0].equivalent == 1
    unknown = strength.measure("activations.leaky_relu", examples=50, equivalent=())
    assert [judged.mutant.after for judged in unknown.survivors] == ["x >= 0"]
    assert not unknown.passed


@pytest.mark.parametrize(
    ("before", "after"),
    [("x > 0", "x > 17"), ("x > 0", "x < 0")],
    ids=["matches no mutant", "its mutant is seen"],
)
def test_a_stale_equivalent_is_an_error(before: str, after: str) -> None:
    entry = Equivalent("activations.leaky_relu", "LeakyReLU.forward", before, after, "it is wrong")
    found = strength.measure("activations.leaky_relu", examples=50, equivalent=(*EQUIVALENT, entry))
    assert found.stale == (entry,)
    assert not found.passed


def test_a_reference_that_fails_unchanged_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = source_of("activations.tanh").replace("dy * (1", "dy / (1")
    monkeypatch.setattr(measurement, "source_of", lambda module: wrong)
    found = strength.measure("activations.tanh", sample=1, examples=50)
    assert [module for module, _ in found.broken] == ["activations.tanh"]
    assert not found.passed


def test_every_equivalent_matches_a_mutant_and_says_why() -> None:
    for entry in EQUIVALENT:
        assert entry.reason
        assert any(map(entry.matches, mutants_in(entry.module))), entry.name


def test_the_same_seed_gives_the_same_in_any_number_of_processes() -> None:
    one = strength.measure("losses", sample=3, seed=1, jobs=1)
    assert one == strength.measure("losses", sample=3, seed=1, jobs=2)
    other = strength.measure("losses", sample=3, seed=2, jobs=1)
    assert [j.mutant for j in other.mutants] != [j.mutant for j in one.mutants]


def test_pairs_of_a_shared_module_are_the_networks() -> None:
    assert {pair.kind for pair in pairs_of("networks.chain")} == {"network"}


@pytest.mark.parametrize("module", strength.modules_of())
def test_a_sample_of_mutants_is_killed(module: str) -> None:
    found = strength.measure(module, sample=4, jobs=1)
    assert [judged.mutant.name for judged in found.survivors] == []


@pytest.mark.nightly
@pytest.mark.parametrize("module", strength.modules_of())
def test_everything_planted_is_seen(module: str) -> None:
    found = strength.measure(module, jobs=1)
    assert [judged.mutant.name for judged in found.survivors] == []
    assert not found.missed
    assert not found.stale
    assert not found.broken
