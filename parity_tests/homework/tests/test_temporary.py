"""A folder of a process that was killed goes at the next start; nobody else's does."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from parity_tests.homework.sandbox import temporary
from parity_tests.homework.sandbox.folder import Folder

KILLED = """
import os
from parity_tests.homework.sandbox import folder, temporary
worker = folder.Folder({"cs231n/layers.py": b""}, {}, None)
(worker.scratch / "deep").mkdir(mode=0)
with temporary.temporary("nnparity-class-"):
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def sweep() -> None:
    temporary.sweep.__wrapped__()


def test_what_a_killed_process_leaves_is_removed_by_the_next(room: Path) -> None:
    env = os.environ | {"TMPDIR": str(room), "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", KILLED], env=env, check=False)
    assert ended.returncode == -9 and len(list(room.iterdir())) == 2
    sweep()
    assert list(room.iterdir()) == []


def test_what_has_an_owner_stays_as_long_as_the_owner(room: Path) -> None:
    made = Folder({"layers.py": b""}, {}, None)
    with temporary.temporary() as folder:
        sweep()
        assert folder.exists() and made.scratch.exists()
    made.remove()
    assert list(room.iterdir()) == []


def test_what_only_has_such_a_name_stays(room: Path) -> None:
    target, lock = temporary.owned_folder("other-")
    os.close(lock)
    for name in ("nnparity-results", "nnparity-class-2026"):
        (room / name).mkdir()
        (room / name / "layers.py").touch()
    (room / "nnparity-class-2026" / temporary._OWNED).symlink_to(target / temporary._OWNED)
    (room / "nnparity-link").symlink_to(target, target_is_directory=True)
    before = sorted(room.rglob("*"))
    sweep()
    assert sorted(room.rglob("*")) == before and target.exists()


def test_what_a_process_of_its_user_could_still_change_stays(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, lock = temporary.owned_folder()
    os.close(lock)
    with monkeypatch.context() as patched:
        patched.setattr(temporary, "_in_use", lambda _: True)
        sweep()
        assert folder.exists()
    sweep()
    assert not folder.exists()
