"""Files appear whole or not at all."""

import contextlib

import pytest

from reports.output import OutputError, check_file, check_folder, replacing, write_text


def test_a_trial_leaves_no_trace(tmp_path):
    check_folder(tmp_path / "a" / "b", "--out")
    check_file(tmp_path / "c" / "f.json", "--json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["file/inside", "x" * 300, "nul\0byte", "/proc/nnparity/out", "/dev/null/out"]
)
def test_a_place_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="cannot write to --out"):
        check_folder(tmp_path / name, "--out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OutputError, match="is a folder: name a file"):
        check_file(tmp_path, "--json")


def test_what_fails_midway_leaves_the_old_file(tmp_path):
    file = tmp_path / "f"
    file.write_text("old")
    with contextlib.suppress(KeyboardInterrupt), replacing(file) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_text(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "text"


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    (tmp_path / "null").symlink_to("/dev/null")
    check_file(tmp_path / "null", "--json")
    write_text(tmp_path / "null", "text")
    assert (tmp_path / "null").is_char_device()
