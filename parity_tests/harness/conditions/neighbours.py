"""Further cases of a pair, one by one: at random, or next to one that is known.

A neighbour has one thing changed (a stride, an option, the layout …) and is as valid as any drawn
case: it is drawn again from the pair's strategy with the same choices but one.
"""

from dataclasses import dataclass
from random import Random

from hypothesis.control import BuildContext
from hypothesis.internal.conjecture.choice import ChoiceT
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.strategies import SearchStrategy

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Pair
from parity_tests.harness.search import only_the_seed_decides

Choices = tuple[ChoiceT, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case, and the choices of Hypothesis that lead to it."""

    case: Case
    choices: Choices


def random_cases(pair: Pair, dtype: str, count: int, seed: int) -> list[Drawn]:
    """That many cases of the pair, a function of the seed.

    Hypothesis as a plain generator: it neither looks for failures nor mutates what it has drawn.
    """
    strategy, rng = pair.cases(dtype), Random(seed)
    with only_the_seed_decides():
        return [_draw(strategy, rng) for _ in range(count)]


def neighbours(pair: Pair, drawn: Drawn, seed: int) -> list[Drawn]:
    """For each choice behind the case, the case with another one in its place.

    What depends on a choice follows it: an image grows with the kernel that it must hold.
    """
    strategy, rng = pair.cases(drawn.case.dtype), Random(seed)
    with only_the_seed_decides():
        changed = [_with_another(strategy, rng, drawn, i) for i in range(len(drawn.choices))]
    return [one for one in changed if one.case != drawn.case]


def _with_another(strategy: SearchStrategy[Case], rng: Random, drawn: Drawn, place: int) -> Drawn:
    before, after = drawn.choices[:place], drawn.choices[place + 1 :]
    other = _draw(strategy, rng, before).choices[place]
    return _draw(strategy, rng, (*before, other, *after))


def _draw(strategy: SearchStrategy[Case], rng: Random, prefix: Choices = ()) -> Drawn:
    data = ConjectureData(prefix=prefix, random=rng)
    with BuildContext(data, wrapped_test=_draw):
        return Drawn(data.draw(strategy), data.choices)
