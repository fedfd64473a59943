"""Which rungs of the ladder a confined process stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WORDS = {  # the rungs, in the order in which they are told
    "limits": "limits of memory, time and files",
    "uid": "a user of its own",
    "landlock": "Landlock",
    "seccomp": "seccomp",
    "bubblewrap": "bubblewrap",
}


@dataclass(frozen=True)
class Confinement:
    """The rungs in force, why the others are not, and the escapes that were tried and not refused.

    >>> here = Confinement(("limits", "seccomp"), {"landlock": "not in this kernel"}, ("read a file",))
    >>> print(here)
    limits of memory, time and files, seccomp; without Landlock (not in this kernel); not refused: read a file
    >>> print(here.without("landlock", "seccomp"))
    limits of memory, time and files; without Landlock (switched off), seccomp (switched off); escapes not tried
    """

    rungs: tuple[str, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    escapes: tuple[str, ...] | None = None  # None: not tried

    def without(self, *rungs: str) -> "Confinement":
        """The same without these rungs, whether it had them or not."""
        unknown = set(rungs) - set(WORDS)
        if unknown:
            raise ValueError(
                f"no rung is called {', '.join(sorted(unknown))}: there are {', '.join(WORDS)}"
            )
        off = dict.fromkeys(rungs, "switched off")
        left = tuple(rung for rung in self.rungs if rung not in rungs)
        return Confinement(left, {**self.missing, **off})

    def __contains__(self, rung: str) -> bool:
        return rung in self.rungs

    def __str__(self) -> str:
        held = ", ".join(WORDS[rung] for rung in self.rungs) or "nothing"
        lacking = [f"{WORDS[r]} ({self.missing[r]})" for r in WORDS if r in self.missing]
        without = f"; without {', '.join(lacking)}" if lacking else ""
        if self.escapes is None:
            return f"{held}{without}; escapes not tried"
        return f"{held}{without}; not refused: {', '.join(self.escapes) or 'nothing'}"
