"""Nobody has chosen a tolerance: the syntax trees of the harness and the pairs hold no such number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import parity_tests

ROOT = Path(parity_tests.__file__).parent
FILES = sorted(path for room in ("harness", "pairs") for path in (ROOT / room).rglob("*.py"))

NAMES = re.compile(r"(a|r|abs_|rel_)?tol(erance)?s?", re.IGNORECASE)
CLOSE = re.compile(r"(assert_)?(np_)?(all_?close|is_?close|almost_equal|approx)(_nulp|_equal)?")
GRANTED = re.compile(r"allowed|limit|noise|tolerance", re.IGNORECASE)
# A number between 0 and this is no coefficient of anything: an eps, a step, or a tolerance.
SMALL = 2.0**-7

REASONS = {
    "pairs/layers.py: 1e-05": "an eps that normalisation is drawn with",
    "pairs/layers.py: 0.001": "an eps that normalisation is drawn with",
    "pairs/optimizers.py: 1e-08": "an eps that optimizers are drawn with",
    "pairs/optimizers.py: 0.001": "a learning rate that is drawn",
    "pairs/losses.py: < 0.2": "the share of classes that are drawn without probability",
    "pairs/activations.py: 2.0 ** (-40)": "the size of numbers that are drawn",
    "harness/blame.py: 2.0 ** (-20)": "how much closer to a kink the definition is evaluated again",
    "harness/checks.py: 2 * limit": "McDiarmid 1989, as the comment there says",
    "harness/sensitivity.py: 1e-12": "what a bound is asked to see, no bound",
    "harness/sensitivity.py: 1e-05": "what a bound is asked to see, no bound",
    "harness/slope.py: 1.5 * noise": "3/2 d / h, as the docstring there says",
    "harness/bounds/ufuncs.py: == 0.5": "the mantissa of a power of two",
}


def offences(source: str) -> Iterator[str]:
    """Every construct that puts a chosen number where a computed bound belongs, as source text."""
    for node in ast.walk(ast.parse(source)):
        yield from _by_name(node)
        if isinstance(node, ast.Call) and CLOSE.fullmatch(_last_name(node.func)):
            yield f"{_last_name(node.func)}()"
        if isinstance(node, ast.Compare):
            for operator, side in zip(node.ops, node.comparators, strict=True):
                if _is_number(side, float) and ast.literal_eval(side) not in (0.0, 1.0):
                    yield ast.unparse(ast.Compare(ast.Name(""), [operator], [side])).strip()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            sides = (node.left, node.right), (node.right, node.left)
            if any(_is_number(a, int, float) and GRANTED.search(ast.unparse(b)) for a, b in sides):
                yield ast.unparse(node)
        if (value := _constant(node)) is not None and 0 < abs(value) < SMALL:
            yield ast.unparse(node)


def _by_name(node: ast.AST) -> Iterator[str]:
    """A keyword, parameter or variable that is called a tolerance and gets a number."""
    if isinstance(node, ast.keyword) and NAMES.fullmatch(node.arg or "") and _numbers(node.value):
        yield f"{node.arg}={ast.unparse(node.value)}"
    if isinstance(node, ast.arg) and NAMES.fullmatch(node.arg):
        yield f"argument {node.arg}"
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _numbers(node.value):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if NAMES.fullmatch(_last_name(target)):
                yield f"{_last_name(target)} = {ast.unparse(node.value)}"


def _numbers(node: ast.AST) -> bool:
    return any(_is_number(part, int, float) for part in ast.walk(node))


def _is_number(node: ast.AST, *kinds: type) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in kinds


def _constant(node: ast.AST) -> float | None:
    """The value of a literal, or of a power of two literals; whole numbers are counts."""
    if isinstance(node, ast.Constant) and type(node.value) is float:
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        try:
            return float(ast.literal_eval(node.left) ** ast.literal_eval(node.right))
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            return None
    return None


def _last_name(node: ast.AST | None) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def found_in(files: list[Path]) -> set[str]:
    return {
        f"{path.relative_to(ROOT).as_posix()}: {offence}"
        for path in files
        for offence in offences(path.read_text(encoding="utf-8"))
    }


def test_no_number_stands_where_a_bound_belongs() -> None:
    assert len(FILES) > 30
    assert sorted(found_in(FILES) - set(REASONS)) == []


def test_every_reason_is_still_needed() -> None:
    assert sorted(set(REASONS) - found_in(FILES)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "compare(case, rtol=1e-5)",
        "def compare(got, atol=0): ...",
        "TOLERANCE = 1 / 1000",
        "self.tol: float = 3",
        "np.allclose(got, expected)",
        "assert_allclose(got, expected)",
        "math.isclose(a, b)",
        "pytest.approx(3)",
        "passed = error < 0.02",
        "limit = limit + 1e-9",
        "passed = error <= 10 * allowed",
        "passed = error <= 1.05 * trial.allowed.of(name)",
        "limit = allowed / 0.5",
        "slack = 2.0 ** -30",
    ],
)
def test_a_planted_tolerance_is_seen(planted: str) -> None:
    assert list(offences(planted))


@pytest.mark.parametrize(
    "innocent",
    ["SIDES * x.error", "np.isclose", "error <= limit", "x > 0.0", "2.0**20 * x", "h = 3 / n"],
)
def test_what_is_computed_is_let_through(innocent: str) -> None:
    assert list(offences(innocent)) == []
