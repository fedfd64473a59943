"""Reads a zip or tar archive inside the confined process. Nothing is extracted: regular files are read, up to a size.

What the archive is, its content decides and not its name. One archive inside another is read too, as learning
platforms wrap what is handed in.
"""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO

from parity_tests.homework.worker import wanted

MOST_INFLATED = 1024 * wanted.MEGABYTE  # looked through, most of it not kept
LARGEST_DIRECTORY = 16 * wanted.MEGABYTE
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
)
_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = dict(
    zip(wanted.COMPRESSED, (gzip.open, bz2.open, lzma.open), strict=True)  # type: ignore[arg-type]
)


class ArchiveError(ValueError):
    """Nothing that can be read; the message is one line."""


def members(data: bytes, name: str) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Python files and notebooks in an archive, and remarks on what was left out.

    Raises:
        ArchiveError: no archive, a damaged or an encrypted one, or one without any such file.
    """
    reading = _Reading()
    reading.read(data, name, "")
    if not reading.files:
        why = f" ({'; '.join(reading.remarks[:3])})" if reading.remarks else ""
        raise ArchiveError(f"{wanted.shown(name)} holds no Python file and no notebook{why}")
    return list(reading.files.items()), reading.told()


class _TooMuch(Exception):
    """More than a submission can be."""


class _Reading:
    """What has been read so far, over all archives in the archive."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.remarks: list[str] = []
        self.size = self.entries = 0

    def told(self) -> list[str]:
        """The remarks, not more than anybody reads."""
        rest = len(self.remarks) - 20
        return self.remarks[:20] + ([f"{rest} further remarks of this kind"] if rest > 0 else [])

    def read(self, data: bytes, name: str, prefix: str) -> None:
        """Takes what matters from an archive; `prefix` is the folder that stands for it inside another."""
        for magic, kind in wanted.UNREADABLE.items():
            if data.startswith(magic):
                raise ArchiveError(f"{wanted.shown(name)} is {kind}: a .zip or .tar.gz can be read")
        try:
            if data.startswith(wanted.ZIPPED):
                self._zip(data, prefix)
            elif (
                opener := next((o for m, o in _OPENERS.items() if data.startswith(m)), None)
            ) is not None:
                with opener(io.BytesIO(data)) as stream:
                    self._tar(_Counted(stream), prefix)
            else:
                self._tar(_Counted(io.BytesIO(data)), prefix)
        except (_TooMuch, MemoryError) as error:
            raise ArchiveError(f"{wanted.shown(name)}: {error or 'too large to be read'}") from None
        except ArchiveError:
            raise
        except _BROKEN as error:
            message = " ".join(str(error).split())[:200]
            if not self.files:
                raise ArchiveError(
                    f"{wanted.shown(name)} is no archive that can be read: {message}"
                ) from None
            self.remarks.append(f"the archive is damaged, only its beginning was read: {message}")

    def _zip(self, data: bytes, prefix: str) -> None:
        if _size_of_directory(data) > LARGEST_DIRECTORY:  # zipfile would read all of it at once
            raise _TooMuch(f"more than {wanted.MOST_ENTRIES} entries")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                path = self._wanted(_decoded(info), prefix)
                if path is None or info.is_dir():
                    continue
                kind = stat.S_IFMT(info.external_attr >> 16)
                if kind not in (0, stat.S_IFREG):
                    self._leave(path, "it is a link or a device")
                elif info.flag_bits & 1:
                    self._leave(path, "it is encrypted")
                else:
                    try:
                        with archive.open(info) as stream:
                            self._keep(path, stream, prefix)
                    except (*_BROKEN, NotImplementedError, RuntimeError) as error:
                        self._leave(path, f"it cannot be read: {error}")

    def _tar(self, stream: "_Counted", prefix: str) -> None:
        with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
            for info in _each(archive):
                path = self._wanted(info.name, prefix)
                if path is None or info.isdir():
                    continue
                content = (
                    archive.extractfile(info) if info.isreg() and not info.issparse() else None
                )
                if content is None:
                    self._leave(path, "it is a link or a device")
                else:
                    self._keep(path, content, prefix)

    def _wanted(self, name: str, prefix: str) -> str | None:
        """The path to keep a member under, if it is to be read at all."""
        self.entries += 1
        if self.entries > wanted.MOST_ENTRIES:
            raise _TooMuch(f"more than {wanted.MOST_ENTRIES} entries")
        if wanted.largest(name) is None and not (wanted.is_archive(name) and not prefix):
            return None
        path = wanted.relative(name)
        if path is None:
            self.remarks.append(
                f"left out {wanted.shown(name)}: not a name of a file below a folder"
            )
            return None
        return None if wanted.is_junk(path) else prefix + path

    def _leave(self, path: str, why: str) -> None:
        self.remarks.append(f"left out {path}: {' '.join(why.split())[:100]}")

    def _keep(self, path: str, stream: IO[bytes], prefix: str) -> None:
        most = wanted.largest(path) or wanted.LARGEST_ARCHIVE // 2
        if path in self.files:
            self._leave(path, "the archive has it twice, the first counts")
            return
        data = stream.read(most + 1)
        self.size += len(data)
        if len(data) > most:
            self._leave(path, f"larger than {most >> 20} MB")
        elif self.size > wanted.MOST_BYTES or len(self.files) >= wanted.MOST_FILES:
            raise _TooMuch("too much to be a submission: more files or bytes than anybody writes")
        elif wanted.largest(path) is not None:
            self.files[path] = data
        else:
            self._nested(data, path)

    def _nested(self, data: bytes, path: str) -> None:
        folder = str(PurePosixPath(path).parent / PurePosixPath(path).name.partition(".")[0]) + "/"
        try:
            self.read(data, path, folder)
        except ArchiveError as error:
            self.remarks.append(str(error))


class _Counted(io.RawIOBase):
    """A stream that ends with an error when more comes out of it than is ever wanted."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MOST_INFLATED

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuch(f"it inflates to more than {MOST_INFLATED >> 20} MB")
        return data


def _size_of_directory(data: bytes) -> int:
    """What a zip says of its list of members: APPNOTE.TXT 4.3.14 and 4.3.16."""
    end = data.rfind(b"PK\x05\x06")
    if end < 0:
        return 0
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    if size < 0xFFFFFFFF:
        return size
    end = data.rfind(b"PK\x06\x06")
    return int.from_bytes(data[end + 40 : end + 48], "little")


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, one at a time, without a list of them."""
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]
        yield info


def _decoded(info: zipfile.ZipInfo) -> str:
    """Zip says whether a name is UTF-8; many programs write UTF-8 and do not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
