"""Fetches CIFAR-10 from its author's page, checks it, and unpacks what belongs in it."""

import shutil
import sys
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import IO

from reference.datasets.images import DatasetError, locating
from reference.datasets.layouts import BATCHES, PYTHON

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
MD5 = "md5:c58f30108f718f92721af3b95e74349a"
FILES = (*BATCHES, PYTHON.meta)
FILE_LIMIT = 40_000_000
"""An official batch has 31 million bytes."""


class Progress:
    """A line on standard error for every tenth of a download, as pooch reports it."""

    def __init__(self, output: IO[str] | None = None) -> None:
        self.output = output or sys.stderr
        self.total = self.done = self.tenths = 0

    def update(self, size: int) -> None:
        if not self.total:  # the server does not say
            return
        self.done += size
        tenths = min(10, 10 * self.done // self.total)
        if tenths > self.tenths:
            self.tenths = tenths
            line = f"CIFAR-10: {10 * tenths} % of {self.total / 1e6:.0f} MB"
            print(line, file=self.output, flush=True)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        """Nothing is held open."""


def import_pooch() -> ModuleType:
    """Imported when something is downloaded, which few do."""
    try:
        import pooch
    except ImportError:
        raise DatasetError("download needs pooch: pip install pooch, or write --data DIR") from None
    return pooch


def fetch(url: str, known_hash: str, folder: Path) -> Path:
    """The archive in this folder; pooch writes it there only if the checksum is right."""
    pooch = import_pooch()
    downloader = pooch.HTTPDownloader(progressbar=Progress(), chunk_size=2**18)
    try:
        name = pooch.retrieve(
            url, known_hash, fname=Path(url).name, path=folder, downloader=downloader
        )
    except (OSError, ValueError) as error:
        wrong = isinstance(error, ValueError) and "hash" in str(error)
        reason = f"it is not the file with {known_hash}" if wrong else type(error).__name__
        raise DatasetError(
            f"{url}: not downloaded ({reason}): get it elsewhere, unpack it and write --data DIR"
        ) from None
    return Path(name)


def copy_members(archive: tarfile.TarFile, folder: Path, limit: int) -> None:
    """The files of the data set, under their own names; every other member stays where it is."""
    missing = set(FILES)
    for member in archive:
        name = PurePosixPath(member.name).name
        if name not in missing or not member.isreg():
            continue
        if member.size > limit:
            raise DatasetError(f"{name} has {member.size} bytes, more than {limit}: not CIFAR-10")
        content = archive.extractfile(member)
        assert content is not None  # it is a regular file
        with content, (folder / name).open("xb") as output:
            shutil.copyfileobj(content, output)
        missing.remove(name)
    if missing:
        raise DatasetError(f"no file {min(missing)} in the archive: download it again")


def unpack(archive: Path, folder: Path, limit: int = FILE_LIMIT) -> Path:
    """The archive's batches in ``folder``, which appears whole or not at all.

    Members are copied one by one: names, links and permissions in the archive decide nothing.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch, locating(archive):
        unpacked = Path(scratch) / folder.name
        unpacked.mkdir()
        try:
            with tarfile.open(archive, "r:gz") as tar:
                copy_members(tar, unpacked, limit)
        except (tarfile.TarError, EOFError, zlib.error, OverflowError) as error:
            raise DatasetError(f"damaged ({type(error).__name__}): download it again") from None
        try:
            unpacked.rename(folder)
        except OSError:
            if not folder.is_dir():  # where it is, another process was faster
                raise
    return folder


def download_cifar10(
    cache_dir: str | Path | None = None, url: str = URL, known_hash: str = MD5
) -> Path:
    """The folder of the Python version, fetched once (170 MB) into the cache of this user.

    Raises ``DatasetError`` where there is no network or something else behind the address.
    Interrupted, it leaves no folder and starts again.
    """
    cache = Path(cache_dir or import_pooch().os_cache("nnparity"))
    folder = cache / PYTHON.folder
    if not folder.is_dir():
        archive = fetch(url, known_hash, cache)
        unpack(archive, folder)
        archive.unlink()
    return folder
