"""``nnparity show``: the formula, and under it reference and twin beside each other."""

import ast
import inspect
import textwrap
from itertools import pairwise

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table as Grid
from rich.text import Text

from parity_tests.harness.pair import Pair

FULL = 75
"""A docstring's line of this length was broken because it was full."""
WIDE = 120
"""From this many columns on the two stand side by side."""


def formula(subject: type) -> str:
    """The docstring of a class without its doctest: formula, gradient, where they differ, source.

    >>> class Twice:
    ...     '''y = 2 x.
    ...
    ...     >>> 2 * 3
    ...     6
    ...     '''
    >>> formula(Twice)
    'y = 2 x.'
    """
    paragraphs = (inspect.getdoc(subject) or "").split("\n\n")
    return "\n\n".join(unwrapped(text) for text in paragraphs if not text.startswith(">>>"))


def unwrapped(paragraph: str) -> str:
    r"""Lines that an editor broke are joined again; those that end early were meant to.

    >>> unwrapped("a" * FULL + "\nb\nc").replace("a", "")
    ' b\nc'
    """
    lines = paragraph.split("\n")
    text = lines[0]
    for before, line in pairwise(lines):
        begins = line.split(" ")[0].endswith(":")
        text += f" {line.strip()}" if len(before) >= FULL and not begins else f"\n{line}"
    return text


def source(subject: type) -> str:
    """The text of a class without its own docstring."""
    text = textwrap.dedent(inspect.getsource(subject))
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.ClassDef)
    if ast.get_docstring(definition) is None:
        return text
    docstring = definition.body[0]
    lines = text.splitlines(keepends=True)
    kept = lines[: docstring.lineno - 1] + lines[docstring.end_lineno :]
    if len(definition.body) == 1:
        kept.append("    ...\n")
    while len(kept) > docstring.lineno and not kept[docstring.lineno - 1].strip():
        del kept[docstring.lineno - 1]
    return "".join(kept)


def path(root: str, address: str) -> str:
    """The file that holds an address.

    >>> path("reference", "layers.linear.Linear")
    'reference/layers/linear.py'
    """
    return "/".join([root, *address.split(".")[:-1]]) + ".py"


def tell(pair: Pair, console: Console) -> None:
    """Print the pair, in two columns where the terminal is wide."""
    console.print(_rule(pair.name))
    console.print(Text(formula(pair.reference)), "")
    sides = (("reference", pair.reference), ("torch_impl", pair.twin))
    listings = [(path(root, pair.address), _code(source(side))) for root, side in sides]
    if console.width < WIDE:
        for title, code in listings:
            console.print(_rule(title), code)
        return
    grid = Grid.grid(expand=True, padding=(0, 1))
    for _ in listings:
        grid.add_column(ratio=1)
    panels = [Panel(c, title=Text(t, "bold"), title_align="left", padding=0) for t, c in listings]
    grid.add_row(*panels)
    console.print(grid)


def _rule(title: str) -> Rule:
    return Rule(Text(title, "bold"), align="left")


def _code(text: str) -> Syntax:
    return Syntax(
        text.rstrip(), "python", theme="ansi_dark", word_wrap=True, background_color="default"
    )
