"""The smallest failing case as a student would write it down: what is called, with what, what came and what should."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy import ndarray as Array

from parity_tests.harness.counterexamples.drawing import WIDTH, number, picture
from parity_tests.homework.trial import HomeworkTrial
from reference.layers.max_pool2d import MaxPool2d

LINES = 25
TERMS = 6
"""A sum of more numbers is not written out."""


@runtime_checkable
class Writes(Protocol):
    """A student's side that can write its calls down."""

    def calls(self, function: str) -> list[str]: ...


def on_paper(trial: HomeworkTrial, function: str) -> str:
    """Calls, inputs, and the two sides of the first quantity that is wrong, in 25 lines of 80 columns."""
    failed = next((v for v in trial.verdicts(function) if not v.passed), None)
    if failed is None:
        return ""
    student = trial.student
    described = isinstance(student, Writes)
    calls = student.calls(function) if isinstance(student, Writes) else [_configuration(trial)]
    lines = [
        line for call in calls for line in textwrap.wrap(call, WIDTH, subsequent_indent="    ")
    ]
    written = {_shown(trial, name): x for name, x in trial.arguments.items() if x is not None}
    arrays = {name: x for name, x in written.items() if _stands_in(calls, name) or not described}
    if trial.dy is not None and function in _differentiated(trial):
        arrays[trial.task.arrays.get("dout", "dout")] = trial.dy
    trouble = trial.answers[function].trouble
    if trouble is not None:
        pictures = _pictures(arrays, LINES - len(lines) - 3)
        return "\n".join([*lines, *pictures, *_wrapped(f"{function}: {trouble}")])
    quantity = failed.quantity
    expected = trial.expected_of(function, trial.twin)[quantity]
    got: Any = trial.answers[function].values.get(quantity)
    name = _quantity(trial, quantity)
    arrays |= {f"{name} should be": np.asarray(expected) + 0}  # 0 and not -0
    if np.shape(got) == np.shape(expected) and got is not None:
        arrays[f"{name} is"] = got
    last = [
        line
        for text in _last(trial, name, quantity, expected, got, failed.at)
        for line in _wrapped(text)
    ]
    pictures = _pictures(arrays, LINES - len(lines) - len(last), failed.at)
    return "\n".join([*lines, *pictures, *last])


def _last(
    trial: HomeworkTrial,
    name: str,
    quantity: str,
    expected: Any,
    got: Any,
    at: tuple[int, ...] | None,
) -> Iterator[str]:
    """The wrong element, or what is wrong with the whole."""
    if got is None:
        yield f"{name} is None."
    elif np.shape(got) != np.shape(expected):
        yield f"{name} should have the shape {np.shape(expected)} and has {np.shape(got)}."
    elif at is not None:
        should, has = (number(np.asarray(x)[at] + 0.0) for x in (expected, got))
        place = _place(trial, name, at)
        yield f"{place} should be {should} and is {has}."
        if sum_of := _sum(trial, quantity, at):
            yield sum_of


def _place(trial: HomeworkTrial, name: str, at: tuple[int, ...]) -> str:
    if trial.pair.kind == "optimizer":
        step, *rest = at
        return f"{name}{_index(tuple(rest))} after step {step + 1}"
    return f"{name}{_index(at)}"


def _index(at: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, at))}]" if at else ""


def _sum(trial: HomeworkTrial, quantity: str, at: tuple[int, ...]) -> str:
    """The arithmetic behind an element, where it is a short sum of elements of dout."""
    if trial.dy is None or trial.dy.ndim == 0:
        return ""
    maximal = getattr(trial.task.pair.truth, "operation", None) is MaxPool2d
    if maximal and quantity == "dx":
        terms = _won(trial, at)
        said = f"{_index(at)} is the maximum of {len(terms)} windows"
    elif quantity in ("db", "dbeta"):
        channel = max(at, default=0) if trial.dy.ndim != 1 else 0
        terms = [float(x) for x in np.moveaxis(trial.dy, 1, 0)[channel].reshape(-1)]
        dout, name = trial.task.arrays.get("dout", "dout"), _quantity(trial, quantity)
        said = f"{len(terms)} elements of {dout} belong to {name}{_index(at)}"
    else:
        return ""
    if not 2 <= len(terms) <= TERMS:
        return ""
    return f"{said}: {' + '.join(map(number, terms))} = {number(sum(terms))}."


def _won(trial: HomeworkTrial, at: tuple[int, ...]) -> list[float]:
    """What dout gives a pixel: an element for each window whose first maximum it is."""
    x, dy = trial.arguments["x"], trial.dy
    assert x is not None
    assert dy is not None
    (kh, kw), stride = trial.case.options["kernel_size"], trial.case.options["stride"]
    n, c, row, column = at
    terms = []
    for i, j in np.ndindex(*dy.shape[2:]):
        window = x[n, c, i * stride : i * stride + kh, j * stride : j * stride + kw]
        k, l = np.unravel_index(window.argmax(), window.shape)
        if (i * stride + k, j * stride + l) == (row, column):
            terms.append(float(dy[n, c, i, j]))
    return terms


def _pictures(
    arrays: Mapping[str, Array], room: int, mark: tuple[int, ...] | None = None
) -> list[str]:
    """Each array in as many lines as there are for one; the last two with the wrong element marked."""
    each = max(room // max(len(arrays), 1), 1)
    lines: list[str] = []
    for name, x in arrays.items():
        compared = name.endswith((" should be", " is"))
        drawn = picture(f"{name} {np.shape(x)}", x, mark if compared else None, max(each, 2))
        lines += [line[:WIDTH] for line in drawn]
    return lines


def _differentiated(trial: HomeworkTrial) -> tuple[str, ...]:
    """The functions that get an upstream gradient: a network makes its own."""
    if not trial.task.differentiated(trial.case.names):
        return ()
    return trial.task.backwards or (() if trial.task.scalar else trial.task.functions)


def _shown(trial: HomeworkTrial, name: str) -> str:
    """An argument under its name in the course."""
    if name in trial.task.arrays:
        return trial.task.arrays[name]
    return name if len(name) == 1 else trial.task.words.get(name, name)  # w is the width as well


def _stands_in(calls: list[str], name: str) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", call) for call in calls)


def _quantity(trial: HomeworkTrial, quantity: str) -> str:
    if quantity in trial.task.arrays:
        return trial.task.arrays[quantity]
    if quantity == "y":
        return "loss" if trial.task.scalar else "out"
    return trial.task.words.get(quantity, quantity)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, max_lines=3)


def _configuration(trial: HomeworkTrial) -> str:
    groups = [*trial.case.options.items(), *trial.case.sizes.items()]
    words = trial.task.words
    return " ".join(f"{words.get(name, name)}={value}".replace(" ", "") for name, value in groups)
