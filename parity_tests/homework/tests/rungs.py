"""The confinements that the tests run in: what this machine has, and the same with each rung switched off."""

import os

import pytest

from parity_tests.homework.sandbox.confinement import WORDS, Confinement
from parity_tests.homework.sandbox.start import WorkerFailed
from parity_tests.homework.sandbox.strongest import escapes, strongest

LADDERS = ("whole", "no uid", "no landlock", "no seccomp", "bubblewrap")


def confinement(ladder: str) -> Confinement:
    """The one of this name; skips the test where this machine has not got it."""
    here = strongest()
    if ladder == "whole":
        return here
    if ladder == "bubblewrap":
        return _bubblewrap(here)
    rung = ladder.removeprefix("no ")
    if rung not in here:
        pytest.skip(f"nothing to switch off: no {WORDS[rung]} here ({here.missing.get(rung)})")
    return here.without(rung)


def _bubblewrap(here: Confinement) -> Confinement:
    if os.geteuid() == 0 and "uid" not in here:
        pytest.skip("bubblewrap is never started by root")
    below = tuple(rung for rung in ("limits", "uid") if rung in here)
    chosen = Confinement((*below, "bubblewrap"))
    try:
        escapes(chosen)
    except WorkerFailed as error:
        pytest.skip(f"no bubblewrap here: {error}")
    return chosen
