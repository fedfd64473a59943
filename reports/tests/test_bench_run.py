"""``nnparity bench``: its files, its tables and its refusals. No test asks how long anything took."""

import json

import pandas as pd
import pytest
from rich.console import Console

from parity_tests.benchmarks import Cost, Row, timing, witnesses
from parity_tests.benchmarks.timing import Timing
from parity_tests.pairs import PAIRS
from reports import bench_run
from reports.bench_tables import cost_table, operation_summary, operation_tables, part_table
from reports.cli import main

PROMISED = {"pair", "case", "dtype", "pass", "naive_ms", "reference_ms", "torch_ms"}
FEW = ["layers.avg_pool2d", "optimizers.sgd"]


@pytest.fixture(autouse=True)
def once(monkeypatch):
    monkeypatch.setattr(timing, "LEAST", 1)
    monkeypatch.setattr(timing, "SAMPLE", 1)
    monkeypatch.setattr(witnesses, "REPETITIONS", 1)
    monkeypatch.setenv("COLUMNS", "80")


def places(folder):
    return {kind: folder / "new" / kind for kind in ("json", "csv", "markdown")}


def bench(folder, *arguments):
    """Run the command with all its files; what is in them."""
    files = places(folder)
    options = [word for kind, file in files.items() for word in (f"--{kind}", str(file))]
    assert main(["bench", *arguments, *options]) == 0
    return {kind: file.read_text() for kind, file in files.items()}


def test_operations_leave_the_promised_rows(tmp_path, capsys):
    written = bench(tmp_path, *FEW, "--budget", "0")
    document = json.loads(written["json"], parse_constant=lambda name: 1 / 0)
    assert document["schema"] == 1
    assert document["machine"]["threads"] == 1
    assert {"numpy", "torch"} <= set(document["versions"])
    rows = document["rows"]
    # Of pooling two passes, of the optimizer one; two cases of both; two dtypes.
    assert len(rows) == (2 + 1) * 2 * 2
    for row in rows:
        assert set(row) >= PROMISED | {"size", "ratio", "torch_spread_ms", "repetitions"}
        assert row["ratio"] == row["reference_ms"] / row["torch_ms"] > 0
        assert (row["naive_ms"] is None) == (row["size"] == "large")
    assert {row["pass"] for row in rows} == {"forward", "backward", "step"}
    assert pd.read_csv(places(tmp_path)["csv"]).columns.tolist() == list(rows[0])
    assert len(written["csv"].splitlines()) == len(rows) + 1
    out, err = capsys.readouterr()
    assert "2 operations, NumPy / PyTorch: " in out.splitlines()[-1]
    assert err.splitlines()[-1] == "timed 2/2 optimizers.sgd"


def test_witnesses_leave_shares_and_multiples(tmp_path, capsys):
    written = bench(tmp_path, *FEW, "--witnesses", "--examples", "2", "--dtype", "float32")
    document = json.loads(written["json"], parse_constant=lambda name: 1 / 0)
    assert (document["schema"], document["examples"], document["seed"]) == (1, 2, 0)
    rows = document["witnesses"]
    assert "rows" not in document
    for pair in [*FEW, "all"]:
        parts = [row for row in rows if row["pair"] == pair]
        assert sum(row["share"] or 0 for row in parts) == pytest.approx(1)
        units = [row["multiple"] for row in parts if row["part"] in ("twin", "subject")]
        assert sum(units) == pytest.approx(1)
        assert [row["part"] for row in parts][-1] == "arbiter"
    assert len(written["csv"].splitlines()) == len(rows) + 1
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("Checking a case costs ")
    assert err.splitlines()[-1] == "timed 2/2 optimizers.sgd float32"


def test_markdown_says_what_was_measured_on_what(tmp_path):
    operations = bench(tmp_path, "activations.relu", "--budget", "0")["markdown"]
    asked = ("activations.relu", "--witnesses", "--examples", "1")
    parts = bench(tmp_path, *asked)["markdown"]
    for text, title in ((operations, "## Operations"), (parts, "## Witnesses")):
        assert text.startswith(f"{title}\n\nBy `nnparity bench activations.relu")
        assert "one thread of" in text
        assert "PyTorch 2." in text
        assert "| activations.relu" in text
    assert "### Small cases" in operations
    assert "### Large cases" in operations
    assert "| the allowed errors" in parts
    assert "--witnesses --examples 1`" in parts


def test_the_processor_is_named_as_the_system_names_it(tmp_path):
    file = tmp_path / "cpuinfo"
    assert bench_run.processor(file)
    file.write_text("vendor_id\t: Somebody\nmodel name\t: Some Processor\nmodel name\t: Another\n")
    assert bench_run.processor(file) == "Some Processor"


def made_row(pair, size, dtype, direction, reference=1.0):
    sides = {"naive": Timing(9876.0, 1.0, 9)} if size == "small" else {}
    sides |= {"reference": Timing(reference, 1.0, 9), "torch": Timing(30.0, 1.0, 9)}
    return Row(pair, "case", size, dtype, direction, sides)


def folded(table):
    """The rows and words of titles that do not stand whole on a screen of eighty columns."""
    console = Console(width=80)
    with console.capture() as shown:
        console.print(table.to_screen())
    lines = shown.get().splitlines()
    words = [word for c in table.columns if not c.detail for word in c.title.split()]
    visible = [i for i, column in enumerate(table.columns) if not column.detail]
    rows = [" ".join(row[i].text for i in visible).split() for row in table.cells]
    whole = [line.split() for line in lines]
    return [r for r in rows if r not in whole] + [w for w in words if w not in sum(whole, [])]


def test_no_cell_is_folded_in_eighty_columns():
    rows = [
        made_row(pair, size, dtype, direction)
        for pair in PAIRS
        for size in ("small", "large")
        for dtype in ("float64", "float32")
        for direction in ("forward", "backward")
    ]
    seconds = dict.fromkeys(("twin", "subject", "arrays", "allowed_errors", "slopes_agree"), 1.0)
    costs = [Cost(pair, "float64", 3, {**seconds, "definition": 99.0}, 999.0, 1) for pair in PAIRS]
    for table in (*operation_tables(rows), part_table(costs[0]), cost_table(costs)):
        assert folded(table) == []


def test_a_row_of_the_tables_is_a_pair():
    made = [
        made_row("layers.linear", size, "float64", direction, reference)
        for size, reference in (("small", 15.0), ("large", 60.0))
        for direction in ("forward", "backward")
    ]
    made += [made_row("optimizers.sgd", size, "float64", "step") for size in ("small", "large")]
    small, large = operation_tables(made)
    titles = ("pair", "float64 forward", "float64 backward", "loops")
    assert tuple(column.name for column in small.columns) == titles
    assert [[cell.text for cell in row] for row in small.cells] == [
        ["layers.linear", "0.50", "0.50", "658"],
        ["optimizers.sgd", "0.033", "", "9,876"],
    ]
    assert [[cell.text for cell in row] for row in large.cells] == [
        ["layers.linear", "2.0", "2.0"],
        ["optimizers.sgd", "0.033", ""],
    ]


@pytest.mark.parametrize(
    ("reference", "ratios", "advice"),
    [
        # Its quartiles lie as far apart as the median is: not to be relied on.
        (1.0, ("0.033", "2.0"), "; 1 of 2 rows unsteady, so use a larger --budget"),
        (15.0, ("0.50", "2.0"), ""),
    ],
)
def test_the_summary_says_how_steady_the_figures_are(reference, ratios, advice):
    rows = [
        made_row("layers.linear", size, "float64", "forward", time)
        for size, time in (("small", reference), ("large", 60.0))
    ]
    small, large = ratios
    told = f"1 operation, NumPy / PyTorch: {small} on small cases, {large} on large cases (medians)"
    assert operation_summary(rows) == f"{told}{advice}."


def test_all_parts_stand_in_the_tables():
    seconds = {"twin": 3.0, "subject": 1.0, "arrays": 2.0, "definition_agrees": 1.0}
    cost = Cost("a", "float64", 1, {**seconds, "dtype_kept": 1.0}, 8.0, 4.0)
    texts = [[cell.text for cell in row] for row in part_table(cost).cells]
    assert texts == [
        ["the twin, with autograd", "37.5 %", "0.75"],
        ["the reference", "12.5 %", "0.25"],
        ["drawing the arrays", "25 %", "0.50"],
        ["definition_agrees", "12.5 %", "0.25"],
        ["dtype_kept", "12.5 %", "0.25"],
        ["in all", "100 %", "2.00"],
        ["the arbiter, after a failure", "", "2.00"],
    ]
    (row,) = cost_table([cost, cost]).rows
    assert row == {
        "pair": "a", "draw": 0.5, "allowed": None, "loops": 0.25, "slopes": None,
        "others": 0.25, "all": 2.0, "arbiter": 2.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layers.conv3d"], "'layers.conv3d': did you mean layers.conv2d?"),
        (["--witnesses", "zzz"], "no pair is named 'zzz'"),
        (["--budget", "-1"], "-1 is not right: write a number from 0"),
        (["--examples", "0", "--witnesses"], "0 is not right: write a whole number from 1"),
        (["--examples", "5"], "--examples is read only with --witnesses"),
        (["--seed", "0"], "--seed is read only with --witnesses"),
        (["--witnesses", "--budget", "1"], "--budget is read only without --witnesses"),
        (["--json", "."], "is a folder: name a file"),
        (["--markdown", "/dev/null/f"], "cannot write to --markdown '/dev/null/f'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["bench", *arguments]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("nnparity: ")
    assert message in err
    assert (out, err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])


def test_help_teaches_by_example(capsys):
    assert main(["bench", "--help"]) == 0
    assert "Examples:" in capsys.readouterr().out
