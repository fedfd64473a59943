"""What a script is put together from: imports, definitions, and the sides that use them."""

from dataclasses import dataclass, field
from typing import Any

from parity_tests.harness.counterexamples.script_sides import NumPySide, TorchSide
from parity_tests.harness.counterexamples.sides import Sides
from parity_tests.harness.counterexamples.source import Excerpts
from parity_tests.harness.trial import Trial
from parity_tests.harness.verdict import Verdict

METHODS = ("forward", "backward", "init", "update", "draw_mask")
# Names of the script's own variables, beside those of the arrays.
RESERVED = """
sys np torch nn F expected got allowed difference same close module operation network optimizer definition
weight arrays others gradients masks mask saved y dy h near far step path state trajectory loss wide
"""


@dataclass(slots=True)
class Parts:
    """The parts of one script, as far as they are known.

    Args:
        trial: the case, run.
        verdict: one of its verdicts.
        found: the two sides of that verdict.
    """

    trial: Trial
    verdict: Verdict
    found: Sides
    imports: list[dict[str, set[str]]] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    excerpts: Excerpts = field(init=False)

    def __post_init__(self) -> None:
        arrays = [*self.trial.arguments, *(f"d{name}" for name in self.trial.arguments)]
        self.excerpts = Excerpts({*RESERVED.split(), *arrays})
        self.imports.append({"sys": {""}, "numpy": {"as np"}})

    def subject(self) -> NumPySide:
        """The subject's side; its text comes among the definitions.

        Raises:
            NoSource: the class has no text.
        """
        derivations = self.trial.pair.derivations if " by " in self.verdict.quantity else ()
        name = self._add(self.trial.implementation, (*METHODS, *derivations), "")
        return NumPySide(self.trial, self.trial.implementation, name, self.trial.pair.kind)

    def definition(self) -> NumPySide:
        """The side of the plain loops, under the same conditions."""
        naive = self.trial.pair.naive
        return NumPySide(self.trial, naive, self._add(naive, METHODS, "Plain"), "definition")

    def torch(self) -> TorchSide:
        """PyTorch's side, under the same conditions."""
        self.imports.append({"torch": {""}})
        return TorchSide(self.trial, self._add(self.trial.pair.twin, METHODS, "Torch"))

    def _add(self, operation: Any, methods: tuple[str, ...], prefix: str) -> str:
        excerpt = self.excerpts.add(operation, methods, prefix)
        self.imports.append(excerpt.imports)
        self.definitions += excerpt.definitions
        return excerpt.name
