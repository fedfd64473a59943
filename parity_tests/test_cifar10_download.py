"""The archive is fetched from a server of this machine, checked and unpacked, or refused."""

import functools
import gc
import hashlib
import io
import subprocess
import sys
import tarfile
import threading
import warnings
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from parity_tests.fake_cifar10 import ROWS, write_python
from parity_tests.refusal import refusal
from reference.datasets import download_cifar10, read
from reference.datasets.download import Progress, unpack
from reference.datasets.layouts import BATCHES, PYTHON


def pack(path: Path, members: dict[str, bytes | tarfile.TarInfo]) -> str:
    """An archive, and its checksum."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return "md5:" + hashlib.md5(path.read_bytes()).hexdigest()


def official_members(tmp_path: Path) -> dict[str, bytes | tarfile.TarInfo]:
    files = write_python(tmp_path / "source").iterdir()
    return {f"{PYTHON.folder}/{path.name}": path.read_bytes() for path in files}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a folder ``served`` on this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "served").mkdir()
    handler = functools.partial(QuietHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()
    with warnings.catch_warnings():  # after an error pooch leaves its connection to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_the_archive_is_fetched_once_checked_and_unpacked(
    tmp_path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "served" / "small.tar.gz"
    known_hash = pack(archive, official_members(tmp_path))
    cache = tmp_path / "cache"
    folder = download_cifar10(cache, f"{server}/small.tar.gz", known_hash)
    assert read(folder, ROWS).train[1].tolist() == read(tmp_path / "source", ROWS).train[1].tolist()
    assert [path.name for path in cache.iterdir()] == [PYTHON.folder]
    assert "CIFAR-10: 100 % of" in capsys.readouterr().err
    archive.unlink()
    assert download_cifar10(cache, f"{server}/small.tar.gz", known_hash) == folder


def test_another_file_behind_the_address_is_refused(tmp_path: Path, server: str) -> None:
    pack(tmp_path / "served" / "small.tar.gz", official_members(tmp_path))
    wrong = "md5:" + "0" * 32
    url = f"{server}/small.tar.gz"
    line = refusal(lambda: download_cifar10(tmp_path / "cache", url, wrong))
    assert line.startswith(f"{url}: not downloaded (it is not the file with {wrong})")
    assert line.endswith("unpack it and write --data DIR")
    assert "HTTPError" in refusal(
        lambda: download_cifar10(tmp_path / "cache", f"{server}/absent", wrong)
    )
    assert list((tmp_path / "cache").iterdir()) == []


def test_no_network_is_one_line(tmp_path: Path, server: str) -> None:
    url = "http://127.0.0.1:9/cifar-10-python.tar.gz"  # the discard port, where nothing listens
    line = refusal(lambda: download_cifar10(tmp_path / "cache", url))
    assert line.startswith(f"{url}: not downloaded (ConnectionError)")
    assert "--data DIR" in line
    (tmp_path / "file").write_bytes(b"")
    line = refusal(lambda: download_cifar10(tmp_path / "file" / "cache", url))
    assert line.startswith(f"{url}: not downloaded (")
    assert "--data DIR" in line


def test_only_the_expected_files_leave_an_archive(tmp_path: Path) -> None:
    members = official_members(tmp_path)
    link = tarfile.TarInfo(f"{PYTHON.folder}/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    extra: dict[str, bytes | tarfile.TarInfo] = {"../../escaped": b"x", "/absolute": b"x"}
    archive, folder = tmp_path / "a.tar.gz", tmp_path / "cache" / PYTHON.folder
    pack(archive, {"link": link, **extra, **members, f"{PYTHON.folder}/readme.html": b"x"})
    unpack(archive, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*BATCHES, PYTHON.meta])
    assert not any(path.is_symlink() for path in folder.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "cache", "source"]
    assert unpack(archive, folder) == folder  # another process was faster


def test_a_bad_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    members = official_members(tmp_path)
    archive, folder = tmp_path / "a.tar.gz", tmp_path / "cache" / PYTHON.folder
    pack(archive, members)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert f"{archive}: damaged (EOFError): download it again" in refusal(
        lambda: unpack(archive, folder)
    )
    archive.write_bytes(whole[:5000] + bytes(1000) + whole[6000:])
    assert f"{archive}: " in refusal(lambda: unpack(archive, folder))
    archive.write_bytes(b"<html>moved</html>")
    assert "damaged (ReadError)" in refusal(lambda: unpack(archive, folder))
    pack(archive, members)
    assert "bytes, more than 1000: not CIFAR-10" in refusal(lambda: unpack(archive, folder, 1000))
    link = tarfile.TarInfo(f"{PYTHON.folder}/test_batch")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    pack(archive, members | {link.name: link})
    assert "no file test_batch in the archive" in refusal(lambda: unpack(archive, folder))
    assert "No such file" in refusal(lambda: unpack(tmp_path / "absent", folder))
    assert list((tmp_path / "cache").iterdir()) == []


def test_progress_is_a_line_for_every_tenth() -> None:
    output = io.StringIO()
    progress = Progress(output)
    progress.update(10)  # of an unknown total
    progress.total = 170_498_071
    for _ in range(0, progress.total, 2**18):
        progress.update(2**18)
    progress.reset()
    progress.update(progress.total)
    progress.close()
    lines = output.getvalue().splitlines()
    assert lines[::9] == ["CIFAR-10: 10 % of 170 MB", "CIFAR-10: 100 % of 170 MB"]
    assert len(lines) == 10


def test_pooch_is_imported_for_a_download_only(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys, reference.datasets; sys.exit('pooch' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert "pip install pooch, or write --data DIR" in refusal(download_cifar10)
