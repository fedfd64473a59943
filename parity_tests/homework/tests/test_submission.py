"""A path becomes the bytes of a submission, or one clear line."""

import os
import zipfile
from pathlib import Path

import pytest

from parity_tests.homework import submission
from parity_tests.homework.submission import SubmissionError, read
from parity_tests.homework.tests.archives import tarred, zipped
from parity_tests.homework.worker import wanted

PY = b"def f(): pass"


def put(folder: Path, name: str, content: bytes = PY) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder(tmp_path: Path) -> None:
    for name in (
        "b/cs231n/layers.py",
        "a.ipynb",
        "data.npz",
        ".git/hook.py",
        "__MACOSX/x.py",
        "a/._b.py",
        "X.PY",
    ):
        put(tmp_path, name)
    found = read(tmp_path)
    assert found.name == tmp_path.name
    assert found.files == {"X.PY": PY, "a.ipynb": PY, "b/cs231n/layers.py": PY}
    assert found.remarks == ()


def test_links_pipes_and_large_files_in_a_folder(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.py")
    folder = tmp_path / "hw"
    put(folder, "layers.py")
    (folder / "link.py").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.py")
    with (folder / "sparse.py").open("wb") as file:
        file.truncate(2**30)
    found = read(folder)
    assert found.files == {"layers.py": PY}
    assert sorted(found.remarks) == [
        "left out 1 pipes or devices",
        "left out 3 symbolic links",
        "left out sparse.py: larger than 4 MB",
    ]


def test_a_link_put_there_after_we_have_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = put(tmp_path, "outside.py")
    put(tmp_path, "hw/layers.py")
    link = tmp_path / "hw" / "link.py"
    link.symlink_to(outside)
    walk = submission._walk
    monkeypatch.setattr(submission, "_walk", lambda *args: [*walk(*args), (str(link), "link.py")])
    found = read(tmp_path / "hw")
    assert found.files == {"layers.py": PY}
    assert "left out link.py: Too many levels of symbolic links" in found.remarks


def test_names_that_no_one_can_print(tmp_path: Path) -> None:
    put(tmp_path, "layers.py")
    for name in (b"bell\x07.py", b"latin-\xe9.py"):
        (tmp_path / os.fsdecode(name)).touch()
    found = read(tmp_path)
    assert list(found.files) == ["layers.py"]
    assert found.remarks == ("left out 2 names that cannot be used",)


def test_single_files(tmp_path: Path) -> None:
    assert read(put(tmp_path, "layers.py")).files == {"layers.py": PY}
    assert read(put(tmp_path, "a2.ipynb", b'{"cells": []}')).files == {"a2.ipynb": b'{"cells": []}'}
    for name, content, taken in (
        ("hw.txt", PY, "hw.py"),
        ("layers.py.zip", PY, "layers.py"),
        ("nb", b' {"cells":1}', "nb.ipynb"),
    ):
        found = read(put(tmp_path, name, content))
        assert found.files == {taken: content}
        assert found.remarks == (f"{name} is read as {taken}",)


def test_archives_whatever_they_are_called(tmp_path: Path) -> None:
    for name, data in (
        ("hw.zip", zipped([("a/layers.py", PY)])),
        ("hw.py", tarred([("a/layers.py", PY)])),
    ):
        found = read(put(tmp_path, name, data))
        assert (found.name, found.files, found.remarks) == (name, {"a/layers.py": PY}, ())


def test_what_the_confined_process_says_is_told(tmp_path: Path) -> None:
    found = read(
        put(tmp_path, "hw.zip", zipped([("../a.py", PY), ("b.py", PY), ("b.py/c.py", PY)]))
    )
    assert found.files == {"b.py": PY}
    assert found.remarks == (
        "left out ../a.py: not a name of a file below a folder",
        "left out b.py/c.py: a file has the name of its folder",
    )


def test_names_from_the_confined_process_are_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = [
        ("../a.py", PY),
        ("/b.py", PY),
        ("c.so", PY),
        ("d.py", bytes(wanted.LARGEST[".py"] + 1)),
        ("e.py", PY),
    ]
    monkeypatch.setattr(
        "parity_tests.homework.process.Worker.members", lambda *_: (forged, ["a\nb\x1b[0m"])
    )
    found = read(put(tmp_path, "hw.zip", zipped([("b.py", PY)])))
    assert found.files == {"e.py": PY}
    assert found.remarks == ("a b?[0m",)


def test_a_member_that_inflates_without_end(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("layers.py", "w", force_zip64=True) as file:
            for _ in range(64):
                file.write(bytes(2**20))
        archive.writestr("optim.py", PY)
    assert read(path).files == {"optim.py": PY}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.zip", zipped([]), "empty.zip holds no Python file and no notebook"),
        ("broken.zip", zipped([("a.py", PY)])[:40], "broken.zip is no archive that can be read"),
        ("a.rar", b"Rar!\x1a\x07", "a.rar is a RAR archive"),
        (
            "photo.jpg",
            b"\xff\xd8\xff\0",
            "photo.jpg: neither Python, nor a notebook, nor an archive",
        ),
        ("large.py", b"#" * (wanted.LARGEST[".py"] + 1), "large.py: larger than 4 MB"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SubmissionError, match=message) as caught:
        read(put(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_a_path_that_is_no_submission(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="nowhere: No such file or directory"):
        read(tmp_path / "nowhere")
    with pytest.raises(SubmissionError, match="no Python file and no notebook in it"):
        read(tmp_path)
    put(tmp_path, "hw.zip")
    with pytest.raises(SubmissionError, match="left out 1 archives inside the folder"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SubmissionError, match="no regular file"):
        read(tmp_path / "pipe")


def test_a_folder_of_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(4):
        put(tmp_path, f"{i}.py")
    monkeypatch.setattr(wanted, "MOST_FILES", 3)
    with pytest.raises(SubmissionError, match="too many files"):
        read(tmp_path)
    monkeypatch.setattr(wanted, "MOST_ENTRIES", 3)
    with pytest.raises(SubmissionError, match="more than 3 entries"):
        read(tmp_path)
