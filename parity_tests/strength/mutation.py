"""Makes mutants of a reference module: the same text with one small mistake in it."""

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from parity_tests.strength import operators, returned
from parity_tests.strength.site import Site, changed, functions, sites

OPERATORS: tuple[operators.Operator, ...] = (
    operators.arithmetic_swapped,
    operators.operand_dropped,
    operators.sign_dropped,
    operators.number_changed,
    operators.power_changed,
    operators.comparison_changed,
    operators.condition_forced,
    operators.rearrangement_dropped,
    operators.axis_changed,
    operators.function_changed,
    operators.branch_taken,
    operators.update_changed,
    operators.statement_deleted,
    operators.arguments_exchanged,
    operators.name_exchanged,
    operators.slice_shifted,
    operators.range_shortened,
    returned.returned_exchanged,
    returned.returned_negated,
    returned.returned_zero,
    returned.precision_lost,
    returned.dtype_lost,
)

LEFT_OUT = {
    "__post_init__": "refuses hyper-parameters: no number depends on it",
    "Chain.gradients": "held to Chain.backward, bit by bit: parity_tests/test_networks.py",
    "Chain.init": "draws first weights, which no parity check reads: parity_tests/test_networks.py",
    "Chain.draw_masks": "draws masks, which no parity check reads: parity_tests/test_training.py",
    "Chain.decayed": "tells the solver what to regularise: parity_tests/test_networks.py",
}
"""Functions that no mutant is made of, by the end of their qualified name, and why."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one mistake.

    Args:
        module: where, under ``reference``: ``layers.linear``.
        function: the function or method, qualified by its class.
        line: the line in the original.
        operator: what kind of mistake.
        before: the smallest expression around the mistake that stands once in the function.
        after: the same with the mistake.
        source: the whole text with the mistake.
    """

    module: str
    function: str
    line: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """One line that says what was done where."""
        return f"{self.module}:{self.line} {self.function}: {self.before} -> {self.after}"

    def diff(self, original: str) -> str:
        """A patch of the module, as ``git apply`` takes it."""
        path = f"reference/{self.module.replace('.', '/')}.py"
        texts = (original.splitlines(keepends=True), self.source.splitlines(keepends=True))
        return "".join(difflib.unified_diff(*texts, f"a/{path}", f"b/{path}", n=3))


def mutants_of(module: str, source: str) -> list[Mutant]:
    r"""All mutants of a module's text, each text once, in the order of the lines.

    >>> text = "def double(x):\n    return x * 2\n"
    >>> [mutant.after for mutant in mutants_of("double", text)]
    ['x / 2', 'x', '2', 'x * 3', 'x * 1']
    """
    found = []
    for qualname, function in functions(ast.parse(source)):
        if not qualname.endswith(tuple(LEFT_OUT)):
            texts = {ast.unparse(function)}
            for text, mutant in _of_function(module, source, qualname, function):
                if text not in texts:
                    texts.add(text)
                    found.append(mutant)
    return found


def _of_function(
    module: str, source: str, qualname: str, function: ast.FunctionDef
) -> Iterator[tuple[str, Mutant]]:
    """Each mutant of a function, with the function's text as the tree has it."""
    whole = ast.unparse(function)
    for site in list(sites(qualname, function)):
        shown = next(node for node in site.widening if _tells(node, whole))
        before = one_line(shown)
        for operator in OPERATORS:
            for node in list(operator(site)):
                site.put(node)
                after = one_line(node if shown is site.node else shown)
                text = ast.unparse(function)
                site.put(site.node)
                place = (module, qualname, site.node.lineno, operator.__name__)
                yield text, Mutant(*place, before, after, _edited(source, site, node, text))


def one_line(node: ast.AST) -> str:
    r"""An expression or a simple statement as it is; of a compound statement its first line.

    >>> one_line(ast.parse("for i in x:\n    y += i").body[0])
    'for i in x:'
    """
    if isinstance(node, ast.Pass):
        return "(deleted)"
    if isinstance(node, ast.stmt) and hasattr(node, "body"):
        node = changed(node, body=[ast.Pass()], orelse=[])
    return ast.unparse(ast.fix_missing_locations(node)).split("\n")[0]


def _tells(node: ast.AST, whole: str) -> bool:
    """Whether a node says by itself which one of the function it is; a statement has to."""
    if isinstance(node, ast.stmt | ast.arguments):
        return True
    bare = (ast.Constant, ast.Name, ast.Attribute, ast.Slice, ast.Starred, ast.UnaryOp)
    told = isinstance(node, ast.expr) and not isinstance(node, bare)
    return told and whole.count(one_line(node)) == 1


def _edited(source: str, site: Site, node: ast.AST, expected: str) -> str:
    """The text with ``node`` where the site's was, everything else and its comments untouched.

    Raises:
        AssertionError: the edited text does not say what the edited tree says.
    """
    written = ast.unparse(ast.fix_missing_locations(node))
    for text in (written, f"({written})"):
        edited = _replaced(source, site.node, text)
        try:
            found = dict(functions(ast.parse(edited)))[site.qualname]
        except SyntaxError:
            continue
        if ast.unparse(found) == expected:
            return edited
    raise AssertionError(f"cannot write {written!r} at {site.qualname}, line {site.node.lineno}")


def _replaced(source: str, node: ast.stmt | ast.expr, text: str) -> str:
    """Columns count bytes of UTF-8."""
    lines = source.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    first, last = node.lineno - 1, node.end_lineno - 1
    head, tail = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    lines[first : last + 1] = [head + text.encode() + tail]
    return b"".join(lines).decode()
