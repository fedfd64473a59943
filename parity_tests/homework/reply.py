"""What a confined process says, in the form that it has to have. Its contents stay the word of untrusted code."""

from dataclasses import dataclass
from typing import Any

from parity_tests.homework.sandbox.channel import Forbidden

Found = dict[str, Any]
Plan = list[tuple[str, str]]
"""Modules to import, each with its file."""
_LONGEST_TEXT = 4_000
_MOST_MODULES = 4_000


@dataclass(frozen=True)
class Reply:
    """What came of one request. Every part of it is the word of untrusted code."""

    values: tuple[Any, ...] = ()
    echoed: tuple[Any, ...] = ()
    form: str = ""  # what came instead of what `returns` asks for
    error: str = ""  # what was raised, "" for nothing
    file: str | None = None  # the innermost place inside the submission where it was
    line: int | None = None
    wrote: tuple[int, ...] = ()  # positions of the arrays that the call has written into
    printed: str = ""
    seconds: float = 0.0

    def having(self, values: int, echoed: int = 0) -> "Reply":
        """This reply, which is an error, of another form, or has so many values and echoes.

        Raises:
            Forbidden: it is none of these: not made by our side of that process.
        """
        whole = len(self.values) == values and len(self.echoed) == echoed
        if not (self.error or self.form or whole):
            raise Forbidden("its reply has not the values that were asked for")
        return self


_TYPES: dict[str, tuple[type, ...]] = {
    "values": (tuple,),
    "echoed": (tuple,),
    "form": (str,),
    "error": (str,),
    "file": (str, type(None)),
    "line": (int, type(None)),
    "wrote": (tuple,),
    "seconds": (float,),
}


def reply_of(said: object, printed: str) -> Reply:
    """Its parts, if they are those of a reply.

    Raises:
        Forbidden: they are not.
    """
    if type(said) is not dict or any(type(said[k]) not in _TYPES.get(k, ()) for k in said):
        raise Forbidden("its reply has not the form of one")
    cut: dict[str, Any] = {k: v[:_LONGEST_TEXT] if type(v) is str else v for k, v in said.items()}
    return Reply(**cut, printed=printed)


def plan_of(said: object) -> Plan:
    """The modules to import.

    Raises:
        Forbidden: it has not that form.
    """
    if type(said) is not list or len(said) > _MOST_MODULES:
        raise Forbidden("its plan is no list")
    for step in said:
        if type(step) is not tuple or [type(each) for each in step] != [str, str]:
            raise Forbidden("its plan has not its form")
    return [(name[:_LONGEST_TEXT], path[:_LONGEST_TEXT]) for name, path in said]


def found_of(said: object) -> Found:
    """Dictionaries by name and lists of words, whose texts are cut.

    Raises:
        Forbidden: it has not that form.
    """
    whole: Found = {"functions": {}, "classes": {}, "errors": {}, "remarks": [], "stood_in": []}
    if type(said) is not dict:
        raise Forbidden("what it found is not a dictionary")
    for part, empty in whole.items():
        given: Any = said.get(part, empty)
        entries = given.values() if type(given) is dict else given
        wanted = str if type(empty) is list else dict
        if type(given) is not type(empty) or any(type(entry) is not wanted for entry in entries):
            raise Forbidden(f"its {part} have not their form")
        whole[part] = _cut(given)
    return whole


def _cut(value: Any) -> Any:
    if type(value) is str:
        return value[:_LONGEST_TEXT]
    if type(value) in (list, tuple):
        return type(value)(_cut(item) for item in value)
    if type(value) is dict:
        return {_cut(name): _cut(item) for name, item in value.items()}
    return (
        value if value is None or type(value) in (bool, int, float) else str(value)[:_LONGEST_TEXT]
    )
