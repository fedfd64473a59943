"""``nnparity homework`` as it is typed: what is printed, what is left, and which requests are refused."""

import json

import pytest

from parity_tests.homework.judgement import HomeworkReport
from parity_tests.homework.process import WorkerFailed
from reports import homework_run
from reports.cli import main
from reports.tests.made_homework import CASE, OTHERS, WRONG

SGD = """
def sgd(w, dw, config=None):
    config = {'learning_rate': 1e-2, **(config or {})}
    return w SIGN config['learning_rate'] * dw, config
"""


@pytest.fixture
def optim(tmp_path):
    """A file with one function, with the sign that is asked for."""

    def written(sign):
        file = tmp_path / "optim.py"
        file.write_text(SGD.replace("SIGN", sign))
        return str(file)

    return written


@pytest.fixture
def judged(monkeypatch):
    """In the place of the judge: gives these judgements, one after the other."""

    def judge(path, course, *, progress, seed, **keywords):
        judgements = (WRONG, *OTHERS)
        for judgement in judgements:
            progress(judgement)
        return HomeworkReport(path.name, course, judgements, seed or 0)

    monkeypatch.setattr(homework_run, "judge", judge)


def refused(capsys, *arguments):
    """The one line of a request that cannot be met."""
    assert main(["homework", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = [line for line in err.splitlines() if not line.startswith("judged ")]
    return line


def test_a_right_function_is_exit_code_0(optim, capsys):
    assert main(["homework", optim("-"), "--only", "sgd", "--examples", "5", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "optim.py: 1 of 1 right"


def test_a_wrong_function_is_exit_code_1_and_its_replay_can_be_pasted(optim, tmp_path, capsys):
    file = optim("+")
    left = tmp_path / "verdicts.json"
    given = [file, "--only", "sgd", "--examples", "5", "--jobs", "1", "--json", str(left)]
    assert main(["homework", *given]) == 1
    out = capsys.readouterr().out
    (function,) = json.loads(left.read_text())["functions"]
    assert function["verdict"] == "wrong"
    assert f'nnparity homework {file} --only sgd --replay "{function["replay"]}"' in out
    assert main(["homework", file, "--only", "sgd", "--replay", function["replay"]]) == 1
    assert "optim.py: 0 of 1 right, 1 wrong" in capsys.readouterr().out
    assert main(["homework", optim("-"), "--only", "sgd", "--replay", function["replay"]]) == 0


def test_all_files_are_left_and_nothing_else(judged, tmp_path):
    kinds = ("json", "csv", "markdown", "junit", "gradescope", "html")
    places = [word for kind in kinds for word in (f"--{kind}", str(tmp_path / "new" / kind))]
    assert main(["homework", "hw.zip", *places]) == 1
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(kinds)
    assert [path.name for path in (tmp_path / "new" / "html").iterdir()] == ["index.html"]


def test_what_is_printed_fits_eighty_columns_but_for_commands(judged, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    main(["homework", "hw.zip"])
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines if not line.startswith("  again: "))
    assert "  hint: What is x[0:-0]?" in lines
    assert "adam: missing (there is no adam)" in lines


def test_an_explanation_stands_in_the_place_of_the_hint(judged, capsys):
    main(["homework", "hw.zip", "--explain"])
    out = capsys.readouterr().out
    assert WRONG.explanation in out
    assert WRONG.hint not in out


def test_an_interrupted_run_leaves_what_it_knows_and_no_zero(tmp_path, monkeypatch):
    def judge(path, course, *, progress, **keywords):
        progress(OTHERS[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(homework_run, "judge", judge)
    files = {"--json": tmp_path / "v.json", "--gradescope": tmp_path / "results.json"}
    assert (
        main(["homework", "hw.zip", *(str(word) for pair in files.items() for word in pair)]) == 130
    )
    functions = json.loads(files["--json"].read_text())["functions"]
    assert {f["verdict"] for f in functions if f["name"] == "affine_forward"} == {"right"}
    assert {f["verdict"] for f in functions if f["name"] != "affine_forward"} == {"not judged"}
    tests = json.loads(files["--gradescope"].read_text())["tests"]
    assert [test["name"] for test in tests if "score" in test] == ["affine_forward"]


def test_the_first_file_says_that_nothing_has_run(tmp_path, monkeypatch):
    left = tmp_path / "v.json"

    def judge(path, course, **keywords):
        verdicts = {f["verdict"] for f in json.loads(left.read_text())["functions"]}
        assert verdicts == {"not judged"}
        raise KeyboardInterrupt

    monkeypatch.setattr(homework_run, "judge", judge)
    assert main(["homework", "hw.zip", "--json", str(left)]) == 130


@pytest.mark.parametrize("kind", ["nothing", "empty folder", "no zip", "no permission", "text"])
def test_a_bad_path_is_refused_in_one_line_and_told_in_the_results(kind, tmp_path, capsys):
    places = {
        "nothing": tmp_path / "nothing",
        "empty folder": tmp_path,
        "no zip": tmp_path / "hw.zip",
        "no permission": tmp_path / "hw.zip" / "x",
        "text": tmp_path / "essay.txt",
    }
    path = places[kind]
    if kind in ("no zip", "text"):
        path.write_text("My homework.")
    results = tmp_path / "results" / "results.json"
    assert refused(capsys, path, "--gradescope", results).startswith("nnparity: ")
    tests = json.loads(results.read_text())["tests"]
    assert {test["score"] for test in tests} == {0}
    assert all(test["output"].startswith("error\n") for test in tests)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "conv"], "--only conv"),
        (["--timeout", "0"], "write seconds above 0"),
        (["--course", "cs101"], "no course is named 'cs101'"),
        (["--replay", CASE], "add --only FUNCTION"),
        (["--replay", CASE, "--only", "sgd", "--only", "adam"], "add --only FUNCTION"),
        (["--replay", CASE, "--only", "sgd"], "sgd has cases of 'SGD'"),
        (["--replay", "Conv", "--only", "sgd"], "cannot read the case"),
        (["--replay", CASE, "--only", "conv_forward_naive"], "cannot be run"),
        (["--json", "/proc/none/x"], "cannot write to --json"),
        (["--points", "none.toml"], "cannot read --points"),
        (["--class", "--json", "x"], "--class leaves its files in --out"),
        (["--class", "--out", "/proc/none"], "cannot write to --out"),
        (["--class"], "is no folder"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_line(arguments, said, optim, capsys):
    assert said in refused(capsys, optim("-"), *arguments)


def test_a_path_without_code_is_told_what_to_write(tmp_path, capsys):
    path = tmp_path / "notes.txt"
    path.write_text("to do")
    said = refused(capsys, path)
    assert "notes.txt: neither Python" in said
    assert "write a folder, a .py file, a notebook, a .zip or a .tar.gz" in said


def test_no_confined_process_is_no_verdict(tmp_path, monkeypatch, capsys):
    def judge(*arguments, **keywords):
        raise WorkerFailed("no memory")

    monkeypatch.setattr(homework_run, "judge", judge)
    results = tmp_path / "results.json"
    assert "no memory" in refused(capsys, "hw.zip", "--gradescope", results)
    assert "score" not in json.loads(results.read_text())
