"""What was handed in, as the bytes of its files, from a folder, a file, an archive or a notebook. Nothing of it is run.

Archives are opened inside a confined process, notebooks are not opened at all.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     _ = Path(folder, "layers.py").write_text("def f(): pass")
...     read(Path(folder)).files
{'layers.py': b'def f(): pass'}
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from parity_tests.homework.process import Worker, WorkerLost
from parity_tests.homework.sandbox.confinement import Confinement
from parity_tests.homework.worker import wanted

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_LEFT_OUT = "left out {name}: larger than {most} MB"


class SubmissionError(ValueError):
    """Nothing that can be judged. The message is one line."""


@dataclass(frozen=True)
class Submission:
    """Files that matter, by relative path with `/`, and what was left out."""

    name: str
    files: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()


def read(path: Path, confinement: Confinement | None = None) -> Submission:
    """Reads a submission.

    Args:
        path: a folder, a Python file, a notebook, a .zip, or a .tar in any compression.
        confinement: how the process that opens an archive is confined; the strongest there is if None.

    Raises:
        SubmissionError: there is no such thing, it cannot be read, or there is no Python in it.
        WorkerFailed: no process to open the archive in; nothing that the submission has done.
    """
    name = wanted.shown(path.resolve().name)
    try:
        files, remarks = _folder(path) if path.is_dir() else _file(path, confinement)
    except (OSError, ValueError) as error:
        if isinstance(error, SubmissionError):
            raise
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise SubmissionError(f"{name}: {reason}"[:400]) from None
    files = _without_conflicts(files, remarks)
    if not files:
        why = f" ({remarks[0]})" if remarks else ""
        raise SubmissionError(f"{name}: no Python file and no notebook in it{why}")
    return Submission(name, files, tuple(remarks))


def _file(path: Path, confinement: Confinement | None) -> tuple[dict[str, bytes], list[str]]:
    descriptor = os.open(path, _READ)
    data = _content(descriptor, wanted.LARGEST_ARCHIVE)
    if data is None:
        raise SubmissionError(
            f"{wanted.shown(path.name)}: no regular file, or larger than {wanted.LARGEST_ARCHIVE >> 20} MB"
        )
    if wanted.begins_like_archive(data):
        return _archive(data, path.name, confinement)
    name = wanted.relative(path.name) or "submission"
    most, remarks = wanted.largest(name), list[str]()
    if most is None:
        name = _by_content(name, data)
        most = wanted.largest(name) or 0
        remarks.append(f"{wanted.shown(path.name)} is read as {name}")
    if len(data) > most:
        raise SubmissionError(f"{name}: larger than {most >> 20} MB")
    return {name: data}, remarks


def _by_content(name: str, data: bytes) -> str:
    """A name with the suffix that the content ought to have.

    >>> _by_content("layers.txt", b"import numpy as np")
    'layers.py'
    """
    stem = name.partition(".")[0] or "submission"
    if data.lstrip().startswith(b"{") and b'"cells"' in data:
        return f"{stem}.ipynb"
    if b"\0" not in data and (b"def " in data or b"import " in data):
        return f"{stem}.py"
    raise SubmissionError(f"{wanted.shown(name)}: neither Python, nor a notebook, nor an archive")


def _archive(
    data: bytes, name: str, confinement: Confinement | None
) -> tuple[dict[str, bytes], list[str]]:
    """The names that come back are the word of a process that has met the archive, and are checked again."""
    try:
        with Worker({}, confinement=confinement) as worker:
            found, remarks = worker.members(data, name)
    except WorkerLost as error:
        raise SubmissionError(f"{wanted.shown(name)}: it cannot be opened: {error}") from None
    except ValueError as error:
        raise SubmissionError(" ".join(str(error).split())[:400]) from None
    files: dict[str, bytes] = {}
    for path, content in found[: wanted.MOST_FILES]:
        most = wanted.largest(path)
        if wanted.relative(path) == path and most is not None and len(content) <= most:
            files.setdefault(path, content)
    return files, [wanted.shown_line(remark) for remark in remarks[:21]]


def _folder(root: Path) -> tuple[dict[str, bytes], list[str]]:
    files: dict[str, bytes] = {}
    left: Counter[str] = Counter()
    remarks: list[str] = []
    size = 0
    for path, name in _walk(root, left):
        most = wanted.largest(name) or 0
        try:
            data = _content(os.open(path, _READ | os.O_NOFOLLOW), most)
        except OSError as error:  # not ours to read, or a link that was put there a moment ago
            remarks.append(f"left out {name}: {error.strerror}")
            continue
        if data is None:
            remarks.append(_LEFT_OUT.format(name=name, most=most >> 20))
            continue
        files[name] = data
        size += len(data)
        if len(files) > wanted.MOST_FILES or size > wanted.MOST_BYTES:
            raise SubmissionError(
                f"{wanted.shown(root.resolve().name)}: too many files to be one submission"
            )
    remarks += [f"left out {count} {what}" for what, count in left.items()]
    return dict(sorted(files.items())), remarks


def _walk(root: Path, left: Counter[str]) -> Iterator[tuple[str, str]]:
    """Regular files that matter, with their names below the folder. No link is followed."""
    todo, entries = [(str(root), "")], 0
    while todo:
        folder, prefix = todo.pop()
        with os.scandir(folder) as found:
            for entry in found:
                entries += 1
                if entries > wanted.MOST_ENTRIES:
                    raise SubmissionError(
                        f"{wanted.shown(root.name)}: more than {wanted.MOST_ENTRIES} entries"
                    )
                name = wanted.relative(prefix + entry.name)
                kind = entry.stat(follow_symlinks=False).st_mode
                if name is not None and wanted.is_junk(name):
                    continue
                if stat.S_ISDIR(kind) and name is not None:
                    todo.append((entry.path, name + "/"))
                elif name is None:
                    left["names that cannot be used"] += 1
                elif stat.S_ISLNK(kind):
                    left["symbolic links"] += 1
                elif wanted.largest(name) is not None and stat.S_ISREG(kind):
                    yield entry.path, name
                elif wanted.largest(name) is not None:
                    left["pipes or devices"] += 1
                elif wanted.is_archive(name):
                    left["archives inside the folder"] += 1


def _content(descriptor: int, most: int) -> bytes | None:
    """All of an open file; None if it is no regular one, or larger. Opened so that a pipe does not block."""
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        data = file.read(most + 1)
    return data if len(data) <= most else None


def _without_conflicts(files: dict[str, bytes], remarks: list[str]) -> dict[str, bytes]:
    """An archive can have a file and a folder of one name; a folder here cannot."""
    kept = {}
    for name, data in files.items():
        above = {"/".join(name.split("/")[:n]) for n in range(1, name.count("/") + 1)}
        if above & files.keys():
            remarks.append(f"left out {name}: a file has the name of its folder")
        else:
            kept[name] = data
    return kept
