"""The solution with a mistake planted in one of its files."""

import shutil
from pathlib import Path

from parity_tests.homework.tests.local import PACKAGE, SOLUTION


def planted(room: Path, file: str, old: str, new: str, source: Path = SOLUTION) -> Path:
    """A copy of ``source`` in ``room`` in which ``new`` stands for the first ``old`` of a file."""
    folder = room / "planted"
    shutil.copytree(source / PACKAGE, folder / PACKAGE)
    path = folder / PACKAGE / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
