"""How a network of a submission is made, given its parameters, and asked for scores, loss and gradients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from parity_tests.harness.cases import Case
from parity_tests.harness.subject import Named
from parity_tests.homework.task import Caller, Handle, Names, Trouble

Shape = tuple[int, ...]
KEPT = "kept"
"""How the arrays begin that the submission's own dropout multiplies with."""


@dataclass(frozen=True, slots=True)
class Convention:
    """What differs from year to year: keywords, and whether parameters are numbered from 0.

    Args:
        normalization: the keyword, ``use_batchnorm`` or ``normalization``; None if there is neither.
        dropout: the keyword, ``dropout`` or ``dropout_keep_ratio``; None if there is neither.
        dtype: whether there is a keyword ``dtype``.
        first: the number of the first layer.
    """

    normalization: str | None = None
    dropout: str | None = None
    dtype: bool = False
    first: int = 1

    def own(self, name: str) -> str:
        """The submission's name for W1, b1 …

        >>> Convention(first=0).own("gamma12"), Convention(first=0).course("W0")
        ('gamma11', 'W1')
        """
        return _renumbered(name, self.first - 1)

    def course(self, own: str) -> str:
        """The course's name for what the submission calls so."""
        return _renumbered(own, 1 - self.first)

    def keywords(self, options: Names, seed: int) -> dict[str, Any]:
        """What the constructor gets for these options."""
        found: dict[str, Any] = {"dtype": "float64"} if self.dtype else {}
        if options.get("normalization") is not None:
            kind = options["normalization"]
            by_year = {"use_batchnorm": True, "normalization": f"{kind}norm"}
            found[str(self.normalization)] = by_year[str(self.normalization)]
        if options.get("dropout") is not None:
            found |= {str(self.dropout): options["dropout"], "seed": seed}
        return found


@dataclass(frozen=True, slots=True)
class StudentNetwork:
    """A network of the submission on one case: made, trained on a batch, tested, and trained once more.

    Args:
        truth: the class that it is held against, of the same name.
        sizes: the constructor's arguments for the options of a case.
    """

    truth: Any
    sizes: Callable[[Names], dict[str, Any]]
    call: Caller
    case: Case
    convention: Convention = Convention()

    @property
    def name(self) -> str:
        """Of the class."""
        return str(self.truth.__name__)

    @property
    def seed(self) -> int:
        """Of the dropout layers."""
        return 1 + self.case.seed % 2**16

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        (network,), _ = self.call(self.name, returns="h", **self._keywords())
        try:
            self._set(network, arguments)
            return self._asked(network, arguments)
        finally:
            self.call.forget(network)

    def _keywords(self) -> dict[str, Any]:
        """What the class is called with."""
        options = self.case.options
        own = self.convention.keywords(options, self.seed)
        return {**self.sizes(options), "reg": options["reg"], **own}

    def _labels(self, n: int) -> Any:
        return np.array(self.case.options["labels"][:n], dtype=np.int64)

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        keywords = {k: v for k, v in self._keywords().items() if k != "dtype"}
        given = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
        n = self.case.sizes["n"]
        shapes = self.truth(**self.case.options).shapes(n)
        names = [name for name in shapes if not name.startswith(KEPT)]
        return [
            f"model = {self.name}({given})",
            f"model.params.update({', '.join(f'{self.convention.own(x)}={x}' for x in names)})",
            f"loss, grads = model.loss(x, np.array({self._labels(n).tolist()}))",
            "scores = model.loss(x)",
        ]

    def _set(self, network: Handle, arguments: Mapping[str, Any]) -> None:
        params = parameters(self.call, self.name, network)
        for name, x in _parameters_in(arguments):
            own = self.convention.own(name)
            shape = np.shape(params[own]) if own in params else None
            params[own] = x.reshape(held_against(own, shape, x.shape))
        self.call.set(f"{self.name}.params", network, params)

    def _asked(self, network: Handle, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        x, method = arguments["x"], f"{self.name}.loss"
        y = self._labels(len(x))
        (loss, grads), _ = self.call(method, network, x, y, returns="vv")
        if not isinstance(grads, dict):
            raise Trouble("form", "its loss gives no dictionary of gradients")
        if not grads:
            raise Trouble("missing", "its loss gives no gradients: still to be written")
        for name, _ in _parameters_in(arguments):
            own = self.convention.own(name)
            if own not in grads:
                raise Trouble("form", f"its loss gives no gradient of {own}")
        (scores,), _ = self.call(method, network, x)
        (again, kept), _ = self.call(method, network, x, y, returns="vh")
        self.call.forget(kept)
        named: Named = {"y": loss, "scores": scores, "loss after testing": again}
        return named | self._kept(arguments), grads

    def _kept(self, arguments: Mapping[str, Any]) -> Named:
        """What the dropout layers multiply with, which they do again for the same seed."""
        found: Named = {}
        param = {"p": self.case.options.get("dropout"), "mode": "train", "seed": self.seed}
        for name, x in arguments.items():
            if name.startswith(KEPT):
                ones = np.ones(x.shape)
                (found[name], cache), _ = self.call("dropout_forward", ones, param, returns="vh")
                self.call.forget(cache)
        return found

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        return {f"d{self.convention.course(name)}": gradient for name, gradient in saved.items()}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None


def _parameters_in(arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [item for item in arguments.items() if item[0] != "x" and not item[0].startswith(KEPT)]


def held_against(name: str, shape: Shape | None, wanted: Shape) -> Shape:
    """The shape of a parameter; a bias may have (1, M) for (M,).

    Raises:
        Trouble: there is no such parameter, or it has another size.
    """
    if shape is None:
        raise Trouble("form", f"its params have no {name}")
    if _long(shape) != _long(wanted):
        raise Trouble("form", f"its {name} has the shape {shape}, where {wanted} belongs")
    return shape


def _long(shape: tuple[int, ...]) -> list[int]:
    """The axes that are longer than 1."""
    return [size for size in shape if size > 1]


def _renumbered(name: str, by: int) -> str:
    word = name.rstrip("0123456789")
    return f"{word}{int(name[len(word) :]) + by}" if word != name else name


def parameters(call: Caller, name: str, network: Handle) -> dict[str, Any]:
    """The dictionary in which a network keeps its parameters.

    Raises:
        Trouble: there is none, or it is still empty.
    """
    params = call.get(f"{name}.params", network)
    if not isinstance(params, dict):
        raise Trouble("form", "keeps no dictionary of params")
    if not params:
        raise Trouble("missing", "its params are empty: still to be written")
    return params
