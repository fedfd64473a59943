"""Which years' handout a file was written into, as far as its text says so."""

import ast
import re
from pathlib import PurePosixPath

from parity_tests.homework.worker.layout import PACKAGE

_BEFORE_2018 = re.compile(
    r"We\s+drop\s+each\s+neuron|\buse_batchnorm\s*=|filter_size: Size of filters"
)
_SINCE_2018 = re.compile(
    r"We\s+keep\s+each\s+neuron|\bdef\s+(?:layernorm|spatial_groupnorm)_|filter_size: Width/height of filters|"
    r"\bnormalization\s*=|\bdropout_keep_ratio\b|^\s*from\s+\.",
    re.MULTILINE,
)
_BESIDE = frozenset(
    {
        "layers",
        "fast_layers",
        "layer_utils",
        "optim",
        "solver",
        "gradient_check",
        "data_utils",
        "vis_utils",
        "im2col",
    }
)
_FOR_BOTH = frozenset({"__future__", "builtins", "past", "future", "six"})


def is_2016_or_2017(text: str) -> bool:
    r"""Whether the handout of these years speaks in a text, and no later one does.

    >>> dropout = "def dropout_forward(x, dropout_param): 'We drop each neuron output with probability p.'"
    >>> is_2016_or_2017(dropout), is_2016_or_2017(dropout + "\ndef layernorm_forward(x): pass")
    (True, False)
    """
    return bool(_BEFORE_2018.search(text)) and not is_later(text)


def is_later(text: str) -> bool:
    """Whether something in a text has been in the handouts since 2018 only."""
    return bool(_SINCE_2018.search(text))


def python2_imports(path: str, text: str, tree: ast.Module) -> list[str]:
    """Neighbours in the package that a file of 2016 imports without saying where they are: Python 3 finds none.

    A file that is not in the package, changes `sys.path` or was made for both versions is no evidence.

    >>> text = "from im2col import *  # We drop each neuron output"
    >>> python2_imports("cs231n/layers.py", text, ast.parse(text)), python2_imports("layers.py", text, ast.parse(text))
    (['im2col'], [])
    """
    imported = [name for node in tree.body for name in _imported(node)]
    found = [name for name in imported if name in _BESIDE]
    in_package = PurePosixPath(path).parent.name == PACKAGE
    for_both = any(name.partition(".")[0] in _FOR_BOTH for name in imported)
    alike = for_both or "sys.path" in text or not is_2016_or_2017(text)
    return found if in_package and not alike else []


def _imported(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(name), level=0):
            return [name]
    return []
