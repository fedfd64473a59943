"""Where a mutation may be made: every expression and statement of a function, with its surroundings."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# What holds no arithmetic: annotations are read by the harness, refusals and texts are for people.
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "type_params"}
SKIPPED_NODES = (
    ast.Raise,
    ast.JoinedStr,
    ast.FunctionDef,
    ast.expr_context,
    ast.operator,
    ast.cmpop,
)


@dataclass(frozen=True, slots=True)
class Site:
    """One node of a function: what may stand there instead is what operators say.

    Args:
        node: the expression or statement.
        field: where its parent holds it, at ``index`` where that is a list.
        around: what it is part of, from its statement inwards; the parent is last.
        function: the function, and ``qualname`` its name, with its class.
    """

    node: Any
    field: str
    index: int | None
    around: tuple[Any, ...]
    function: ast.FunctionDef
    qualname: str

    @property
    def parent(self) -> Any:
        """The node that holds this one."""
        return self.around[-1]

    @property
    def statement(self) -> Any:
        """The innermost statement that this is, or is part of."""
        return next(n for n in (self.node, *reversed(self.around)) if isinstance(n, ast.stmt))

    @property
    def widening(self) -> Iterator[Any]:
        """This node, and what it is part of, up to its statement."""
        for node in (self.node, *reversed(self.around)):
            yield node
            if isinstance(node, ast.stmt):
                return

    def put(self, node: ast.AST) -> None:
        """Let ``node`` stand here, in the tree itself."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def bound(self) -> set[str]:
        """The names that certainly have a value here: parameters, and what earlier lines assigned."""
        own = self.function.args
        names = {a.arg for a in (*own.posonlyargs, *own.args, *own.kwonlyargs)}
        for node in ast.walk(self.function):
            if isinstance(node, ast.Assign | ast.For) and node.lineno < self.statement.lineno:
                for target in getattr(node, "targets", [getattr(node, "target", None)]):
                    names |= stored(target)
        for node in self.around:
            for generator in getattr(node, "generators", ()):
                names |= stored(generator.target)
        return names


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method of a module, with its qualified name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.{member.name}", member


def sites(qualname: str, function: ast.FunctionDef) -> Iterator[Site]:
    """Every place of a function that may be mutated: its body, and the defaults of its parameters."""
    for field in ("defaults", "kw_defaults"):
        for index, default in enumerate(getattr(function.args, field)):
            if default is not None:
                around = (function, function.args)
                yield from _within(Site(default, field, index, around, function, qualname))
    for index, statement in enumerate(function.body):
        if not _is_left_out(statement):
            yield from _within(Site(statement, "body", index, (function,), function, qualname))


def stored(target: ast.AST) -> set[str]:
    """The names that an assignment target binds."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def changed(node: Any, **fields: Any) -> Any:
    """The node with other fields; what it holds is shared, so nothing may be written into it."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _within(site: Site) -> Iterator[Site]:
    yield site
    for field, value in ast.iter_fields(site.node):
        if field in SKIPPED_FIELDS:
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                around = (*site.around, site.node)
                yield from _within(Site(child, field, index, around, site.function, site.qualname))


def _is_left_out(node: ast.AST) -> bool:
    return isinstance(node, SKIPPED_NODES) or _is_text(node) or _refuses(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _refuses(node: ast.AST) -> bool:
    """Whether all that a statement, or the ``strict`` of a ``zip``, does is to refuse an argument."""
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    return isinstance(node, ast.If) and all(isinstance(s, ast.Raise) for s in node.body)
