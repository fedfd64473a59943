"""Which files of a submission are what: the package among copies and odd folders, and the names to import it by."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

PACKAGE = "cs231n"
ROLES = {
    "layers": (
        "affine_forward affine_backward relu_forward relu_backward softmax_loss svm_loss "
        "batchnorm_forward batchnorm_backward batchnorm_backward_alt layernorm_forward "
        "layernorm_backward dropout_forward dropout_backward conv_forward_naive "
        "conv_backward_naive max_pool_forward_naive max_pool_backward_naive "
        "spatial_batchnorm_forward spatial_batchnorm_backward spatial_groupnorm_forward "
        "spatial_groupnorm_backward"
    ),
    "fast_layers": "conv_forward_fast conv_backward_fast max_pool_forward_fast max_pool_backward_fast",
    "layer_utils": "affine_relu_forward affine_relu_backward conv_relu_forward conv_relu_pool_forward",
    "optim": "sgd sgd_momentum rmsprop adam",
    "solver": "Solver",
    "gradient_check": "eval_numerical_gradient eval_numerical_gradient_array grad_check_sparse",
    "classifiers.fc_net": "FullyConnectedNet TwoLayerNet",
    "classifiers.cnn": "ThreeLayerConvNet",
}
"""The course's modules, in the order in which they are imported, and what tells each of them by its content."""
_TELLING = {role: frozenset(names.split()) for role, names in ROLES.items()}
_BY_FILE = {role.rpartition(".")[2] + ".py": role for role in ROLES}
_SCRIPTS = frozenset({"setup.py", "collectSubmission.py", "makepdf.py", "conftest.py"})
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


@dataclass
class Layout:
    """What can be imported, what is imported at once, and what was decided on the way."""

    modules: dict[str, str] = field(
        default_factory=dict
    )  # name -> path; more than one name may lead to a file
    eager: list[str] = field(default_factory=list)
    above: frozenset[str] = frozenset()  # folders that may stand before the package in an import
    remarks: list[str] = field(default_factory=list)

    @property
    def own(self) -> dict[str, str]:
        """The one name under which each file is known."""
        names: dict[str, str] = {}
        for name, path in self.modules.items():
            names.setdefault(path, name)
        return names


def defined(text: str) -> frozenset[str]:
    r"""Functions and classes at the top level, also of a text that is no Python.

    >>> sorted(defined("def f(x): return x\nclass A:\n  def g(self: print 'old'"))
    ['A', 'f']
    """
    return frozenset(_DEFINED.findall(text))


def layout(texts: Mapping[str, str]) -> Layout:
    """Decides for a submission, given as the text of each file by its relative path.

    >>> layout({"hw2/layers.py": "", "hw2/fc_net.py": ""}).modules
    {'cs231n.layers': 'hw2/layers.py', 'cs231n.classifiers.fc_net': 'hw2/fc_net.py'}
    """
    names = {path: defined(text) for path, text in texts.items()}
    sizes = {path: len(text) for path, text in texts.items()}
    roots = {path: _root(path, names[path]) for path in texts}
    root = _best({root for root in roots.values() if root is not None}, roots, names, sizes)
    result = Layout()
    inside = [
        path for path in texts if root is not None and PurePosixPath(path).is_relative_to(root)
    ]
    _by_role(result, inside, names)
    _from_elsewhere(result, sorted(set(texts) - set(inside)))
    for path in sorted(texts):
        _by_path(result, path, root, roots[path])
    result.eager = _eager(result, names)
    if root is not None:
        result.above = frozenset((*root.parent.parts, root.name))
    _tell_of_copies(result, root, roots, names)
    return result


def _root(path: str, names: frozenset[str]) -> PurePosixPath | None:
    """The folder that stands for the package, if this file belongs to one."""
    pure = PurePosixPath(path)
    folders = pure.parent.parts
    if PACKAGE in folders:
        depth = len(folders) - folders[::-1].index(PACKAGE)
        return PurePosixPath(*folders[:depth])
    known = pure.name in _BY_FILE or any(names & telling for telling in _TELLING.values())
    if not known:
        return None
    return pure.parent.parent if pure.parent.name == "classifiers" else pure.parent


def _best(
    roots: Iterable[PurePosixPath],
    belongs: Mapping[str, PurePosixPath | None],
    names: Mapping[str, frozenset[str]],
    sizes: Mapping[str, int],
) -> PurePosixPath | None:
    """The folder with most of the course's names; of two alike, the one in which more is written."""

    def rank(root: PurePosixPath) -> tuple[int, int, int, str]:
        mine = [path for path, other in belongs.items() if other == root]
        found = frozenset().union(*(names[path] for path in mine))
        known = sum(len(found & telling) for telling in _TELLING.values())
        written = sum(sizes[path] for path in mine if PurePosixPath(path).name in _BY_FILE)
        return -known, -written, len(root.parts), str(root)

    return min(roots, key=rank, default=None)


def _by_role(result: Layout, inside: Iterable[str], names: Mapping[str, frozenset[str]]) -> None:
    """First the files that are called as in the handout, the ones less deep first, then by what is in them."""
    paths = sorted(inside, key=lambda path: (path.endswith(".ipynb"), path.count("/"), path))
    for path in paths:
        role = _BY_FILE.get(PurePosixPath(path).name)
        if role is not None:
            result.modules.setdefault(f"{PACKAGE}.{role}", path)
    result.modules = {
        name: result.modules[name]
        for role in ROLES
        if (name := f"{PACKAGE}.{role}") in result.modules
    }
    for role, telling in _TELLING.items():
        if f"{PACKAGE}.{role}" not in result.modules and paths:
            path = max(paths, key=lambda path: len(names[path] & telling))
            if names[path] & telling:
                result.modules[f"{PACKAGE}.{role}"] = path


def _from_elsewhere(result: Layout, outside: Iterable[str]) -> None:
    """What the package lacks may lie in another: since 2025 the optimizers belong to the assignment before."""
    for path in outside:
        role = _BY_FILE.get(PurePosixPath(path).name)
        if role is not None and f"{PACKAGE}.{role}" not in result.modules:
            result.modules[f"{PACKAGE}.{role}"] = path
            result.remarks.append(
                f"{path} is judged too: the package has no {role.replace('.', '/')}.py"
            )


def _by_path(
    result: Layout, path: str, root: PurePosixPath | None, its_root: PurePosixPath | None
) -> None:
    """The name that follows from the place: below the package, or beside it as seen from where notebooks lie."""
    pure = PurePosixPath(path)
    elsewhere = its_root is not None and root is not None and not root.is_relative_to(its_root)
    copy = its_root != root and pure.name in _BY_FILE
    if path in result.modules.values() or elsewhere or copy:
        return
    if root is not None and PACKAGE in root.parts and pure.is_relative_to(root):
        parts = (PACKAGE, *pure.relative_to(root).with_suffix("").parts)
    else:
        base = (
            root
            if root is not None and root.name != PACKAGE
            else (root or PurePosixPath("x")).parent
        )
        parts = (
            (pure.relative_to(base) if pure.is_relative_to(base) else pure).with_suffix("").parts
        )
    if parts[-1] == "__init__":
        parts = parts[:-1]
    name = ".".join(re.sub(r"\W", "_", part) for part in parts)
    if name:
        result.modules.setdefault(name, path)


def _eager(result: Layout, names: Mapping[str, frozenset[str]]) -> list[str]:
    """The course's modules and whatever defines one of its names; if there is no such thing, all files but scripts."""
    known = frozenset().union(*_TELLING.values())
    roles = [f"{PACKAGE}.{role}" for role in ROLES]
    first = [name for name in roles if name in result.modules]
    more = [
        name
        for path, name in sorted(result.own.items(), key=lambda item: item[0].endswith(".ipynb"))
        if name not in first and names[path] & known
    ]
    scripts = {path for path in names if PurePosixPath(path).name in _SCRIPTS}
    return first + more or [name for path, name in result.own.items() if path not in scripts]


def _tell_of_copies(
    result: Layout,
    root: PurePosixPath | None,
    roots: Mapping[str, PurePosixPath | None],
    names: Mapping[str, frozenset[str]],
) -> None:
    others = {
        str(other)
        for path, other in roots.items()
        if other not in (None, root) and path not in result.modules.values()
    }
    if others and root is not None:
        left = ", ".join(sorted(others)[:4])
        result.remarks.append(f"{root} is judged; left out, as copies or other assignments: {left}")
    for name, path in result.modules.items():
        role = name.removeprefix(f"{PACKAGE}.")
        if role in ROLES and PurePosixPath(path).name not in _BY_FILE:
            result.remarks.append(f"{path} is taken for {role.replace('.', '/')}.py")
