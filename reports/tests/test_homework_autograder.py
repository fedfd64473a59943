"""The zip for Gradescope: what is in it, and that its scripts and its wheel are ones."""

import subprocess
import zipfile
from importlib.metadata import version

import pytest

from reports import homework_autograder
from reports.cli import main

WHEEL = f"nnparity-{version('nnparity')}-py3-none-any.whl"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    file = tmp_path_factory.mktemp("autograder") / "autograder.zip"
    assert main(["autograder", str(file), "--examples", "30"]) == 0
    return file


def test_all_that_gradescope_wants_is_at_the_root_and_can_be_run(made):
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert names == {"setup.sh", "run_autograder", "points.toml", "constraints.txt", WHEEL}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755


def test_its_scripts_are_scripts(made, tmp_path):
    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path)
    for name in ("setup.sh", "run_autograder"):
        text = (tmp_path / name).read_text()
        assert text.startswith("#!/usr/bin/env bash\n")
        assert "{{" not in text
        assert subprocess.run(["bash", "-n", tmp_path / name], check=False).returncode == 0
    assert "--examples 30" in (tmp_path / "run_autograder").read_text()
    assert WHEEL in (tmp_path / "setup.sh").read_text()


def test_its_versions_are_those_of_here(made):
    with zipfile.ZipFile(made) as archive:
        pins = archive.read("constraints.txt").decode().splitlines()
    assert f"numpy=={version('numpy')}" in pins
    assert f"torch=={version('torch').partition('+')[0]}" in pins
    assert all(line.count("==") == 1 and "+" not in line for line in pins)


def test_its_wheel_can_be_imported_and_holds_no_homework(made, tmp_path):
    with zipfile.ZipFile(made) as archive:
        archive.extract(WHEEL, tmp_path)
    with zipfile.ZipFile(tmp_path / WHEEL) as wheel:
        names = wheel.namelist()
        record = wheel.read(next(name for name in names if name.endswith("/RECORD"))).decode()
    assert {line.split(",")[0] for line in record.splitlines()} == set(names)
    assert {"reports/cli.py", "reports/templates/style.css"} <= set(names)
    assert any(name.startswith("parity_tests/homework/worker/") for name in names)
    assert not [name for name in names if "/tests/" in name or "test_" in name]


def test_the_same_content_gives_the_same_bytes(made, tmp_path):
    again = tmp_path / "again.zip"
    homework_autograder.write(again, None, "cs231n", 30)
    assert again.read_bytes() == made.read_bytes()


def test_its_points_are_those_that_are_given(tmp_path, capsys):
    points, file = tmp_path / "points.toml", tmp_path / "a.zip"
    points.write_text("[points]\nsgd = 5\n")
    assert main(["autograder", str(file), "--points", str(points)]) == 0
    with zipfile.ZipFile(file) as archive:
        assert archive.read("points.toml").decode() == points.read_text()
    points.write_text("[points]\nsdg = 5\n")
    assert main(["autograder", str(file), "--points", str(points)]) == 2
    assert "no function 'sdg'" in capsys.readouterr().err
