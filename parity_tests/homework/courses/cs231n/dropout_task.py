"""How dropout is judged: the mask is the submission's own, so first large masks show how much it keeps, and how.

``p`` is the probability to keep since 2018 and was the probability to drop before. Either will do; the large
masks tell which it is.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy import ndarray as Array

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Configuration
from parity_tests.harness.subject import Named
from parity_tests.homework.courses.cs231n import cases
from parity_tests.homework.courses.cs231n.dropout import (
    SHARES,
    Dropout,
    DropoutThatDrops,
    under_randn,
)
from parity_tests.homework.courses.cs231n.dropout_mistakes import known
from parity_tests.homework.task import Caller, CoursePair, Names, Task, Trouble

PROBABILITIES = (0.25, 0.4, 0.7)
"""Any of them, its opposite and what a normal distribution makes of it are far apart."""
LARGE = (512, 513)
SEED = 231
STILL_NONE = "'NoneType' object has no attribute 'astype'"
Shares = tuple[float, float, float]


def _explained(p: float) -> tuple[float, ...]:
    """The shares that a reading of p, a known mistake or a forgotten 1/2 leads to."""
    return (p, 1 - p, 0.5, *under_randn(p))


@dataclass(frozen=True, slots=True)
class Seen:
    """What large masks of a submission have shown, by p, and whether one seed gives one mask."""

    shares: Mapping[float, Shares]
    seeded: bool

    def keeps(self, share: Callable[[float], float]) -> bool:
        """Whether that share of the values was kept for every p."""
        return all(seen[0] == share(p) for p, seen in self.shares.items())


def look_at(call: Caller) -> Seen | None:
    """Draw a large mask for every p; None where there is nothing to see."""
    try:
        drawn = {p: _mask(call, p) for p in PROBABILITIES}
        again = _mask(call, PROBABILITIES[0])
    except Trouble:
        return None
    if any(mask is None for mask in drawn.values()):
        return None
    seeded = bool(np.array_equal(again, drawn[PROBABILITIES[0]]))
    return Seen({p: _shares(mask, p) for p, mask in drawn.items()}, seeded)


def _mask(call: Caller, p: float) -> Any:
    param = {"p": p, "mode": "train", "seed": SEED}
    (out, cache), _ = call("dropout_forward", np.ones(LARGE), param, returns="vh")
    call.forget(cache)
    return np.not_equal(out, 0) if np.shape(out) == LARGE else None


def _shares(mask: Array, p: float) -> Shares:
    """Over N draws a share leaves its expectation by more than t with a probability of 2 exp(-2 N t^2) at most.

    t is where that is 2^-64 (Hoeffding 1963, theorem 1). A value enters two pairs, which doubles t (McDiarmid 1989).
    Where all rows or all columns are alike, only one of them was drawn.
    """
    samples, features = bool((mask == mask[0]).all()), bool((mask == mask[:, :1]).all())
    draws = mask[0].size if samples else mask[:, 0].size if features else mask.size
    t = math.sqrt(65 * math.log(2) / (2 * draws))
    kept = _nearest(float(mask.mean()), _explained(p), t)
    if samples or features:
        return kept, kept if samples else kept**2, kept if features else kept**2
    after, beside = (mask[1:] & mask[:-1]).mean(), (mask[:, 1:] & mask[:, :-1]).mean()
    pairs = [_nearest(float(share), (kept**2,), 2 * t) for share in (after, beside)]
    return kept, pairs[0], pairs[1]


def _nearest(measured: float, explained: tuple[float, ...], slack: float) -> float:
    """The expectation that what was measured is a draw from; what was measured where there is none."""
    near = min(explained, key=lambda share: abs(measured - share))
    return near if abs(measured - near) <= slack else measured


@dataclass(frozen=True, slots=True)
class StudentDropout:
    """dropout_forward and dropout_backward on one case."""

    call: Caller
    case: Case
    seen: Seen | None = None
    truth: Any = Dropout
    unwritten: Trouble | None = None

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        try:
            values, _ = self.call("dropout_forward", arguments["x"], self._param(), returns="vh")
        except Trouble as trouble:
            if STILL_NONE in str(trouble):  # the handout's last line, where out is None
                raise Trouble("missing", "out is None: it is never set") from None
            raise
        named: Named = {"y": values[0]}
        if self.seen is not None and self.case.options["training"]:
            shares = self.seen.shares.get(self.case.options["p"], ())
            named |= {n: np.asarray(share) for n, share in zip(SHARES, shares, strict=False)}
        return named, values[1]

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        forward = f"out, cache = dropout_forward(x, {self._param()})"
        seen = ["mask = out != 0"] if self.case.options["training"] else []
        backward = [] if function == "dropout_forward" else [f"dx = {function}(dout, cache)"]
        return [forward, *seen, *backward]

    def _param(self) -> dict[str, Any]:
        mode = "train" if self.case.options["training"] else "test"
        return {"p": self.case.options["p"], "mode": mode, "seed": self.case.seed % 2**32}

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        if self.unwritten is not None:
            raise self.unwritten
        values, _ = self.call(function, dy, saved)
        return {"dx": values[0]}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        truth = self.truth(**self.case.options)
        mask = arguments["mask"] / truth.kept() if truth.training else None
        return self._param(), mask


def _unwritten(call: Caller) -> Trouble | None:
    """Why dropout_backward counts as missing: it gives nothing in training. The rest is the handout's."""
    ones, param = np.ones((2, 2)), {"p": PROBABILITIES[0], "mode": "train"}
    try:
        call("dropout_backward", ones, (param, ones))
    except Trouble as trouble:
        return trouble if trouble.kind == "missing" else None
    return None


def _dropped(arguments: Mapping[str, Any], outputs: Named, names: Names) -> dict[str, Any]:
    """What the submission's own mask kept: x is nowhere 0."""
    x, out = arguments["x"], np.asarray(outputs.get("y"))
    if np.shape(out) != x.shape:
        return {"mask": np.ones_like(x, dtype=bool)}
    return {"mask": out != 0}


def _own_gradient(arguments: Mapping[str, Any], outputs: Named, dy: Any) -> Named:
    """dout times what each x was multiplied by: x is nowhere 0."""
    x, out = arguments["x"], outputs.get("y")
    fits = type(out) is np.ndarray and out.dtype.kind == "f" and out.shape == x.shape
    return {"dx": dy * (out / x)} if fits else {}


def _fitted(task: Task, call: Caller) -> Task:
    """In the convention that the large masks show, or else in that of the handout."""
    seen = look_at(call)
    drops, remarks = "we drop" in str(call.entry("dropout_forward").get("doc", "")).lower(), []
    if seen is not None and seen.keeps(lambda p: p):
        if drops:
            remarks.append("p is the probability to keep, as since 2018; this handout's p drops")
        drops = False
    elif seen is not None and seen.keeps(lambda p: 1 - p):
        if not drops:
            remarks.append("p is the probability to drop, as in 2016 and 2017")
        drops = True
    if seen is not None and not seen.seeded:
        remarks.append("ignores the seed in dropout_param: one seed, two masks")
    truth, unwritten = DropoutThatDrops if drops else Dropout, _unwritten(call)
    return replace(
        task,
        pair=replace(task.pair, truth=truth),
        student=lambda call, case: StudentDropout(call, case, seen, truth, unwritten),
        mistakes=known(truth),
        remarks=tuple(remarks),
    )


@st.composite
def _configurations(draw: st.DrawFn) -> Configuration:
    features = draw(st.lists(st.integers(2, 4), min_size=1, max_size=3).map(tuple))
    options = {"p": draw(st.sampled_from(PROBABILITIES)), "features": features}
    return {**options, "training": draw(cases.SWITCH)}, {"n": draw(cases.BATCH), "shape": features}


TASK = Task(
    CoursePair(
        "layers.Dropout", _configurations(), (cases.OFF_ZERO,), kind="network", truth=Dropout
    ),
    ("dropout_forward", "dropout_backward"),
    StudentDropout,
    known(Dropout),
    {"n": "N", "not training": "mode == 'test'", "training": "mode == 'train'"},
    observed=_dropped,
    own=_own_gradient,
    fitted=_fitted,
)
