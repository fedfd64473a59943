"""The lines of a script that show what one check found: what is expected, and what is got."""

from collections.abc import Callable
from typing import Any

from parity_tests.harness.arrays import arguments_of
from parity_tests.harness.counterexamples.literals import array, assign, mapping
from parity_tests.harness.counterexamples.script_parts import Parts
from parity_tests.harness.counterexamples.script_sides import Lines, NumPySide, variable
from parity_tests.harness.counterexamples.sides import MASK_SHAPE
from parity_tests.harness.counterexamples.source import NoSource
from parity_tests.harness.slope import STEP
from parity_tests.harness.trial import Trial


def run_lines(parts: Parts) -> Lines:
    """The lines that leave ``expected`` and ``got``. Where there is no text to run, both are pasted."""
    show = CHECKS.get(parts.verdict.check, _against_pytorch)
    definitions = list(parts.definitions)
    try:
        return show(parts)
    except NoSource:
        parts.definitions[:] = definitions
        found = parts.found
        return [*_pasted("expected", found.expected), *_pasted("got", found.got)]


def _pasted(target: str, x: Any) -> Lines:
    comment = ["", "# What it gave: the text of that side cannot be had."]
    if isinstance(x, str):
        return [*comment, *assign(target, repr(x))]
    return [*comment, *assign(target, "None" if x is None else array(x))]


def _got(parts: Parts) -> Lines:
    found = parts.found
    try:
        return ["", "# NumPy", *parts.subject().run(found.quantity, "got")]
    except NoSource:
        return _pasted("got", found.got)


def _by_pytorch(parts: Parts) -> Lines:
    found = parts.found
    try:
        return ["", "# PyTorch", *parts.torch().run(found.quantity, "expected")]
    except NoSource:
        return _pasted("expected", found.expected)


def _against_pytorch(parts: Parts) -> Lines:
    return [*_by_pytorch(parts), *_got(parts)]


def _against_definition(parts: Parts) -> Lines:
    # In the order of the checks: a subject that writes into its arguments has done so before.
    got = _got(parts)
    run = parts.definition().run(parts.found.quantity, "expected")
    return [*got, "", "# The definition, as plain loops", *run]


def _derivations(parts: Parts) -> Lines:
    name, _, own = parts.verdict.quantity.partition(" by ")[2].partition(" and ")
    quantity, side = parts.found.quantity, parts.subject()
    expected = ["", *side.run(quantity, "expected")] if own else _by_pytorch(parts)
    return [*expected, "", "# NumPy", *side.run(quantity, "got", f"backward_{name}")]


def _slopes(parts: Parts) -> Lines:
    """Central differences, by the rule of ``slope.py``."""
    trial, quantity, side = parts.trial, parts.found.quantity, parts.subject()
    name, x = quantity[1:], variable(trial, quantity[1:])
    parts.definitions.append("\n".join(WIDENED))
    return [
        "",
        "# The gradient by NumPy",
        *side.run(quantity, "got"),
        "",
        "",
        "def loss(moved):",
        f'    """The sum of dy·y with another {name}."""',
        *(f"    {line}" for line in assign("y, *_", _moved_forward(trial, side, name))),
        "    return np.sum(dy * y)",
        "",
        "",
        "# The slope of its forward: central differences of the fourth order, in extended precision",
        f"expected, step = np.zeros({x}.shape), {STEP!r}",
        f"for at in np.ndindex({x}.shape):",
        f"    h = np.zeros({x}.shape, np.longdouble)",
        "    h[at] = step",
        f"    near = loss({x} + h) - loss({x} - h)",
        f"    far = loss({x} + 2 * h) - loss({x} - 2 * h)",
        "    expected[at] = (8 * near - far) / (12 * step)",
    ]


WIDENED = (
    "def wide(x):",
    '    """The same in extended precision, if it is a number at all."""',
    '    return x.astype(np.longdouble) if x is not None and x.dtype.kind == "f" else x',
)


def _moved_forward(trial: Trial, side: NumPySide, name: str) -> str:
    if trial.pair.kind == "network":
        arrays = "{name: wide(x) for name, x in arrays.items()}"
        x, others = (
            ("moved", arrays) if name == "x" else ("wide(x)", f'{arrays} | {{"{name}": moved}}')
        )
        return f"{side.variable}.forward({x}, {others})"
    given = ["moved" if n == name else f"wide({n})" for n in trial.arguments]
    absent = {f"wide({n})" for n, x in trial.arguments.items() if x is None}
    arguments = ", ".join("None" if text in absent else text for text in given)
    return f"{side.variable}.forward({arguments})"


def _inputs(parts: Parts) -> Lines:
    name, side = variable(parts.trial, parts.found.quantity), parts.subject()
    run = [*side.made, *side.forward()]
    run += [] if parts.trial.pair.kind == "optimizer" else side.backward()
    return ["", f"expected = {name}.copy()", *run, f"got = {name}"]


def _dtypes(parts: Parts) -> Lines:
    derivation = parts.verdict.quantity.partition(" by ")[2]
    method = f"backward_{derivation}" if derivation else "backward"
    run = parts.subject().run(parts.found.quantity, "got", method)
    return ["", f'expected = "{parts.found.expected}"', *run, "got = str(got.dtype)"]


def _twice(parts: Parts) -> Lines:
    """As ``Trial.again``: a forward on other numbers comes between."""
    trial, quantity, side = parts.trial, parts.found.quantity, parts.subject()
    others = arguments_of(trial.pair, trial.case.with_seed(trial.case.seed + 1))
    written = {name: "None" if x is None else array(x) for name, x in others.items()}
    backward = [] if trial.pair.kind == "optimizer" else side.backward()
    last = [*backward, *backward, f"got = {side.output(quantity)}"]
    return [
        "",
        "# NumPy, twice: the second time with a call in between",
        *side.made,
        *side.forward(),
        *backward,
        f"expected = {side.output(quantity)}",
        "",
        *mapping("others", written),
        *side.forward(),
        *side.forward_others(),
        *last,
    ]


def _fairness(parts: Parts) -> Lines:
    case, pairs = parts.trial.case, parts.verdict.quantity == "pairs kept"
    p, side = case.options["p"], parts.subject()
    kept = "mask[:, 1:] & mask[:, :-1]" if pairs else "mask"
    return [
        "",
        f"expected = (1 - {p}) ** 2" if pairs else f"expected = 1 - {p}",
        *side.made,
        f"mask = operation.draw_mask(np.random.default_rng({case.seed}), {MASK_SHAPE})",
        f"got = np.mean({kept})",
    ]


def _masks(parts: Parts) -> Lines:
    """As ``run.draw_in_pytorch``."""
    seed = f"torch.manual_seed({parts.trial.case.seed})"
    torch, subject = parts.torch(), parts.subject()
    return [
        "",
        "# PyTorch draws a mask, and draws it once more",
        *torch.module(),
        "module.train()",
        seed,
        "mask = module(torch.ones_like(torch.from_numpy(x))).numpy() != 0",
        seed,
        "expected = module(torch.from_numpy(x)).numpy()",
        "",
        "# NumPy, with that mask",
        *subject.made,
        "got, saved = operation.forward(x, mask)",
    ]


CHECKS: dict[str, Callable[[Parts], Lines]] = {
    "definition_agrees": _against_definition,
    "derivations_agree": _derivations,
    "slopes_agree": _slopes,
    "inputs_untouched": _inputs,
    "dtype_kept": _dtypes,
    "same_answer_twice": _twice,
    "masks_are_fair": _fairness,
    "pytorchs_masks_agree": _masks,
}
