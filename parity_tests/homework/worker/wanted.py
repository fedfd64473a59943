"""Which files of a submission matter, under which names, and how large they may be: for folders and archives alike."""

import re
from pathlib import PurePosixPath

MEGABYTE = 2**20
LARGEST = {".py": 4 * MEGABYTE, ".ipynb": 32 * MEGABYTE}
"""Kinds of files that are read, and the most bytes of one; notebooks hold pictures."""
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")  # gzip, bzip2, xz
UNREADABLE = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
}
"""How archives begin, by which they are told from anything else."""
LARGEST_ARCHIVE = 128 * MEGABYTE
MOST_BYTES = 96 * MEGABYTE  # of all files together
MOST_FILES = 2_000
MOST_ENTRIES = 100_000
DEEPEST = 30
_LONGEST_NAME = 400
_FOLDERS = (
    "__MACOSX .git .svn .hg .venv venv env __pycache__ .ipynb_checkpoints .idea .vscode "
    "node_modules site-packages"
)
_JUNK = frozenset(_FOLDERS.split())
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def is_junk(name: str) -> bool:
    """Whether a path leads through what tools leave behind.

    >>> is_junk("hw2/__MACOSX/hw2/._layers.py"), is_junk("hw2/layers.py")
    (True, False)
    """
    return any(part in _JUNK or part.startswith("._") for part in PurePosixPath(name).parts)


def largest(name: str) -> int | None:
    """The most bytes that a file of this name may have; None if such files are not read."""
    return LARGEST.get(PurePosixPath(name).suffix.lower())


def is_archive(name: str) -> bool:
    """Whether the name is an archive's."""
    return name.lower().endswith(ARCHIVES)


def begins_like_archive(data: bytes) -> bool:
    """Whether content is an archive's, of a kind that can be read or not.

    >>> begins_like_archive(b"import numpy as np")
    False
    """
    return data.startswith((*ZIPPED, *COMPRESSED, *UNREADABLE)) or data[257:262] == b"ustar"


def relative(name: str) -> str | None:
    r"""The name as one below a folder, with `/` between its parts; None if it leads elsewhere or cannot be shown.

    >>> relative("./hw2\\layers.py"), relative("../layers.py"), relative("/etc/layers.py"), relative("C:\\x.py")
    ('hw2/layers.py', None, None, None)
    """
    name = name.replace("\\", "/")
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name)
    if outside or _CONTROL.search(name) or not path.parts:
        return None
    return str(path) if len(name) <= _LONGEST_NAME and len(path.parts) <= DEEPEST else None


def shown(name: str) -> str:
    """A name that nobody has checked, fit to be printed."""
    return ascii(name[:80])[1:-1] + ("…" if len(name) > 80 else "")


def shown_line(text: str) -> str:
    """A remark that nobody has checked, as one line without control characters."""
    return _CONTROL.sub("?", " ".join(text.split()))[:300]
