"""The operators of mutation: each says what a hurried hand could have written in a node's place.

Those of Offutt et al. 1996 (*An experimental determination of sufficient mutant operators*, ACM TOSEM 5) that
Python has, and those that gradient code calls for: a lost transpose, an axis, a term of a sum, a factor,
``=`` for ``+=``, a gradient at another's place.
"""

import ast
from collections.abc import Callable, Iterator

from parity_tests.strength.roles import partner
from parity_tests.strength.site import Site, changed

Operator = Callable[[Site], Iterator[ast.AST]]

SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
RENAMED = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "exp": "expm1",
    "log": "log1p",
    "any": "all",
    "zeros_like": "ones_like",
    "prod": "sum",
}
PASSED_THROUGH = {"sqrt", "abs", "tanh", "exp", "log", "asarray", "reversed"}
COMMUTING = {"max", "min", "maximum", "minimum", "swapaxes"}
REARRANGING = {"swapaxes", "transpose", "reshape", "copy"}


def arithmetic_swapped(site: Site) -> Iterator[ast.AST]:
    """``+`` for ``-``, ``*`` for ``/``, and the operands of ``@`` the other way round."""
    node = site.node
    if not isinstance(node, ast.BinOp):
        return
    if type(node.op) in SWAPPED:
        yield changed(node, op=SWAPPED[type(node.op)]())
    if isinstance(node.op, ast.MatMult):
        yield changed(node, left=node.right, right=node.left)
        yield changed(node, left=_transposed(node.left))
        yield changed(node, right=_transposed(node.right))


def operand_dropped(site: Site) -> Iterator[ast.AST]:
    """One term of a sum, one factor of a product, one of two that are compared for the larger."""
    node = site.node
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult | ast.Pow):
        yield node.left
        yield ast.UnaryOp(ast.USub(), node.right) if isinstance(node.op, ast.Sub) else node.right
    elif _named(node, {"max", "min", "maximum", "minimum"}) and len(node.args) == 2:
        yield from node.args
    elif isinstance(node, ast.BoolOp):
        yield from node.values


def sign_dropped(site: Site) -> Iterator[ast.AST]:
    """A minus forgotten."""
    if isinstance(site.node, ast.UnaryOp) and isinstance(site.node.op, ast.USub):
        yield site.node.operand


def number_changed(site: Site) -> Iterator[ast.AST]:
    """Whole numbers one more and one less, fractions 1 and a thousandth larger, truth turned round."""
    if not isinstance(site.node, ast.Constant):
        return
    value = site.node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1) if value else ast.UnaryOp(ast.USub(), ast.Constant(1))
    elif isinstance(value, float):
        yield ast.Constant(value * 1.001 if value else 1e-3)
        yield ast.Constant(0.0 if value == 1 else 1.0)


def power_changed(site: Site) -> Iterator[ast.AST]:
    """The power left out."""
    if isinstance(site.node, ast.BinOp) and isinstance(site.node.op, ast.Pow):
        yield site.node.left


def comparison_changed(site: Site) -> Iterator[ast.AST]:
    """``>=`` for ``>``, ``<`` for ``>``, ``!=`` for ``==``."""
    if isinstance(site.node, ast.Compare) and len(site.node.ops) == 1:
        for operator in COMPARED.get(type(site.node.ops[0]), ()):
            yield changed(site.node, ops=[operator()])


def condition_forced(site: Site) -> Iterator[ast.AST]:
    """A condition that always holds, or never; ``or`` for ``and``."""
    if site.field == "test" and isinstance(site.parent, ast.If | ast.IfExp):
        yield ast.Constant(True)
        yield ast.Constant(False)
    if isinstance(site.node, ast.BoolOp):
        other = ast.Or if isinstance(site.node.op, ast.And) else ast.And
        yield changed(site.node, op=other())


def rearrangement_dropped(site: Site) -> Iterator[ast.AST]:
    """No transpose, no reshape."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif _method(node) in REARRANGING:
        yield node.func.value


def axis_changed(site: Site) -> Iterator[ast.AST]:
    """No axis at all, or one axis of several forgotten."""
    node = site.node
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            if keyword.arg == "axis":
                yield changed(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])
    elif isinstance(node, ast.Tuple) and getattr(site.parent, "arg", None) == "axis":
        for index in range(len(node.elts)):
            yield changed(node, elts=node.elts[:index] + node.elts[index + 1 :])


def function_changed(site: Site) -> Iterator[ast.AST]:
    """``mean`` for ``sum``, ``min`` for ``max``; a root, a logarithm, an absolute value forgotten."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr in RENAMED and _is_called(site):
        yield changed(node, attr=RENAMED[node.attr])
    elif isinstance(node, ast.Name) and node.id in {"max", "min"} and _is_called(site):
        yield changed(node, id=RENAMED[node.id])
    elif _named(node, PASSED_THROUGH) and len(node.args) == 1 and not node.keywords:
        yield node.args[0]


def update_changed(site: Site) -> Iterator[ast.AST]:
    """``=`` where ``+=`` belongs, ``-=`` where ``+=`` belongs."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
        if type(node.op) in SWAPPED:
            yield changed(node, op=SWAPPED[type(node.op)]())


def statement_deleted(site: Site) -> Iterator[ast.AST]:
    """A line forgotten, where every name keeps an earlier value."""
    node = site.node
    if isinstance(node, ast.Assign):
        targets = [t for target in node.targets for t in getattr(target, "elts", [target])]
        names = [t for t in targets if isinstance(t, ast.Name)]
        if all(name.id in site.bound() for name in names):
            yield ast.Pass()
    elif isinstance(node, ast.AugAssign | ast.For | ast.Continue):
        yield ast.Pass()


def arguments_exchanged(site: Site) -> Iterator[ast.AST]:
    """Two neighbouring arguments of a call the wrong way round."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] not in COMMUTING:
        for i in range(len(node.args) - 1):
            one, two = node.args[i : i + 2]
            if not isinstance(one, ast.Starred) and not isinstance(two, ast.Starred):
                yield changed(node, args=[*node.args[:i], two, one, *node.args[i + 2 :]])


def name_exchanged(site: Site) -> Iterator[ast.AST]:
    """Another name of the same role: x for x_hat, h for w, stride for padding."""
    node = site.node
    if _is_called(site):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        if (other := partner(node.id, site.bound())) is not None:
            yield changed(node, id=other)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        used = {n.attr for n in ast.walk(site.function) if isinstance(n, ast.Attribute)}
        if (other := partner(node.attr, used)) is not None:
            yield changed(node, attr=other)


def slice_shifted(site: Site) -> Iterator[ast.AST]:
    """A slice that begins or ends one late, or takes every element."""
    node = site.node
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper"):
            bound = getattr(node, field)
            if bound is not None:
                yield changed(node, **{field: ast.BinOp(bound, ast.Add(), ast.Constant(1))})
                yield changed(node, **{field: None})
    elif _named(node, {"slice"}) and len(node.args) == 3:
        start, stop, _ = node.args
        yield changed(node, args=[start, ast.BinOp(stop, ast.Add(), ast.Constant(1)), node.args[2]])
        yield changed(node, args=[start, stop])


def range_shortened(site: Site) -> Iterator[ast.AST]:
    """A loop that stops one early, or begins one late."""
    node = site.node
    if _named(node, {"range"}):
        *first, end = node.args
        yield changed(node, args=[*first, ast.BinOp(end, ast.Sub(), ast.Constant(1))])
        if not first:
            yield changed(node, args=[ast.Constant(1), end])


def branch_taken(site: Site) -> Iterator[ast.AST]:
    """``np.where`` with its branches exchanged."""
    node = site.node
    if _named(node, {"where"}) and len(node.args) == 3:
        condition, one, other = node.args
        yield changed(node, args=[condition, other, one])
        yield one
        yield other


def _transposed(node: ast.expr) -> ast.expr:
    """The last two axes exchanged; for a matrix, its transpose."""
    minus = [ast.UnaryOp(ast.USub(), ast.Constant(axis)) for axis in (1, 2)]
    return ast.Call(ast.Attribute(node, "swapaxes", ast.Load()), list(minus), [])


def _named(node: ast.AST, names: set[str]) -> bool:
    """Whether a node calls ``max(...)`` or ``np.maximum(...)``, by one of these names."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr in names and ast.unparse(function.value) in {"np", "math"}
    return isinstance(function, ast.Name) and function.id in names


def _method(node: ast.AST) -> str | None:
    return (
        node.func.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        else None
    )


def _is_called(site: Site) -> bool:
    return isinstance(site.parent, ast.Call) and site.field == "func"
