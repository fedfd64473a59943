"""Files appear whole or not at all, and a place that cannot be written is found before the work."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reports.usage import UsageError


class OutputError(UsageError):
    """A place that cannot be written; the message names it."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where figures are to be left, besides the screen."""

    json: Path | None = None
    csv: Path | None = None
    markdown: Path | None = None

    def check(self) -> None:
        """Raise :class:`OutputError` for the first that cannot be written."""
        for option in ("json", "csv", "markdown"):
            check_file(getattr(self, option), f"--{option}")

    def write(
        self, json: Callable[[], str], csv: Callable[[], str], markdown: Callable[[], str]
    ) -> None:
        """Leave those that were asked for; no other text is made."""
        for file, text in ((self.json, json), (self.csv, csv), (self.markdown, markdown)):
            if file is not None:
                write_text(file, text())


def check_folder(folder: Path, option: str, shown: Path | None = None) -> None:
    """Try to make a file in the folder, and leave no trace of the trial.

    Raises:
        OutputError: that did not work; the message names the folder, the option and the reason.
    """
    made: list[Path] = []
    try:
        _make(folder, made)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"cannot write to {option} {str(shown or folder)!r} ({reason}): "
            "name a place that can be written"
        ) from None
    finally:
        for path in reversed(made):
            path.rmdir()


def check_file(file: Path | None, option: str) -> None:
    """The same for a file that will be written, or for None."""
    if file is None:
        return
    if file.is_dir():
        raise OutputError(f"{option} {str(file)!r} is a folder: name a file")
    if not _is_device(file):
        check_folder(file.resolve().parent, option, file)


def write_text(file: Path, text: str) -> None:
    """Write the whole text, or leave what was there."""
    if _is_device(file):
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    with replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A temporary name beside the file; it becomes the file when the block ends well."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield temporary
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _is_device(file: Path) -> bool:
    """``/dev/stdout`` and pipes are written to, never replaced."""
    return file.exists() and not file.is_file()


def _make(folder: Path, made: list[Path]) -> None:
    if not folder.exists():
        _make(folder.parent, made)
        folder.mkdir()
        made.append(folder)
