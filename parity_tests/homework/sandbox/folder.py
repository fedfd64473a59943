"""The private folder of one confined process: what it runs, what it may read, and the one place it may write to."""

import os
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from parity_tests.homework.sandbox import temporary

PACKAGE = PurePosixPath("parity_tests/homework/worker")
MOST_ENTRIES = 10_000


@cache
def _program() -> dict[str, bytes]:
    here = Path(__file__).parents[1] / "worker"
    return {str(PACKAGE / path.name): path.read_bytes() for path in sorted(here.glob("*.py"))}


class Folder:
    """`program`, `files` and `preset` can be read, `scratch` can be written to."""

    def __init__(self, files: Mapping[str, bytes], preset: Mapping[str, bytes], uid: int | None):
        """Writes them, readable for the user `uid` (None: for this one) and for nobody else.

        Raises:
            ValueError: a name is not one below the folder, or is a file's and a folder's.
        """
        self.path, self._lock = temporary.owned_folder()
        self.uid = uid
        self.program, self.files, self.preset, self.scratch = (
            self.path / name for name in ("program", "files", "preset", "tmp")
        )
        try:
            for folder, content in (
                (self.program, _program()),
                (self.files, files),
                (self.preset, preset),
            ):
                folder.mkdir()
                self._write(folder, content)
            self.scratch.mkdir(mode=0o700)
            if uid is not None:
                os.chown(self.scratch, uid, uid)
            self._hand_over(self.path, 0o550 if uid is not None else 0o500)
        except BaseException:
            self.remove()
            raise

    def _write(self, folder: Path, content: Mapping[str, bytes]) -> None:
        made = {folder}
        for name, data in content.items():
            path = folder / _checked(name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                raise ValueError(f"a file and a folder are both called {name!r}") from None
            self._hand_over(path, 0o440 if self.uid is not None else 0o400)
            made.update(parent for parent in path.parents if parent.is_relative_to(folder))
        for each in made:
            self._hand_over(each, 0o750 if self.uid is not None else 0o700)

    def _hand_over(self, path: Path, mode: int) -> None:
        if self.uid is not None:
            os.chown(path, -1, self.uid)
        path.chmod(mode)

    def overfull(self, most_bytes: int) -> bool:
        """Whether more lies in `scratch` than is allowed."""
        size, entries, todo = 0, 0, [str(self.scratch)]
        while todo and entries <= MOST_ENTRIES and size <= most_bytes:
            try:
                with os.scandir(todo.pop()) as found:
                    for entry in found:
                        entries += 1
                        status = entry.stat(follow_symlinks=False)
                        size += status.st_blocks * 512
                        if stat.S_ISDIR(status.st_mode):
                            todo.append(entry.path)
            except (FileNotFoundError, NotADirectoryError):  # it changes while we look
                entries += 1
            except OSError:  # a path too long, or locked: hidden from us
                return True
        return entries > MOST_ENTRIES or size > most_bytes

    def remove(self) -> None:
        """Removes all of it. The processes must be gone. A second time nothing happens."""
        if self._lock >= 0:
            temporary.remove(self.path)
            os.close(self._lock)
            self._lock = -1


def _checked(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    bad = path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts
    if bad or len(name) > 1000 or len(path.parts) > 40:
        raise ValueError(f"not a name of a file below a folder: {name[:200]!r}")
    return path
