"""A submission with right functions in the place of its own, in a folder of its own."""

from collections.abc import Collection
from pathlib import Path

from parity_tests.homework.courses.cs231n.right_layers import with_right_layers
from parity_tests.homework.tests.local import Local


def amended(folder: Path, room: Path, broken: Collection[str] = ()) -> Local:
    """The submission in ``folder`` over right layers and update rules; its files go below ``room``."""
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.py")}
    for path, content in with_right_layers(files, broken).items():
        place = room / "amended" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return Local(room / "amended")
