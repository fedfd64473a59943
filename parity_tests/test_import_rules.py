"""Every import rule of ``pyproject.toml`` is seen to fail on an import that breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in CONFIGURATION["contracts"]}

# contract, the module that gets the import, what it imports
BAD_IMPORTS = [
    ("packages", "reference.layers.linear", "torch_impl.layers.linear"),
    ("packages", "torch_impl.layers.linear", "reference.layers.linear"),
    ("packages", "reference.solver", "parity_tests.suite"),
    ("packages", "parity_tests.pairs.losses", "reports.table"),
    ("rooms", "parity_tests.harness.cases", "parity_tests.pairs.losses"),
    ("rooms", "parity_tests.pairs.losses", "parity_tests.training.history"),
    ("rooms", "parity_tests.pairs.losses", "parity_tests.suite"),
    ("rooms", "parity_tests.suite", "parity_tests.training.history"),
    ("rooms", "parity_tests.suite", "parity_tests.strength.measurement"),
    ("rooms", "parity_tests.training.history", "parity_tests.strength.mutation"),
    ("rooms", "parity_tests.strength.mutation", "parity_tests.training.history"),
    ("rooms", "parity_tests.strength.mutation", "parity_tests.harness_tests.test_cases"),
    ("rooms", "parity_tests.training.history", "parity_tests.experiments.outcome"),
    ("rooms", "parity_tests.suite", "parity_tests.benchmarks.timing"),
    ("rooms", "parity_tests.benchmarks.timing", "parity_tests.training.history"),
    ("tests", "parity_tests.benchmarks.timing", "parity_tests.test_import_rules"),
    ("tests", "parity_tests.experiments.outcome", "parity_tests.test_import_rules"),
    ("tests", "parity_tests.harness.cases", "parity_tests.test_import_rules"),
    ("tests", "parity_tests.training.history", "parity_tests.test_import_rules"),
    ("tests", "parity_tests.strength.mutation", "parity_tests.test_import_rules"),
    ("tests", "reports.table", "parity_tests.test_import_rules"),
    ("reference", "reference.layers.linear", "torch"),
    ("reference", "reference.solver", "torch.nn.functional"),
    ("torch-impl", "torch_impl.layers.linear", "numpy"),
    ("harness", "parity_tests.harness.checks", "pytest"),
    ("harness", "parity_tests.harness.pair", "reference.layers.linear"),
    ("harness", "parity_tests.harness.run", "torch_impl.layers.linear"),
    ("meeting-place", "parity_tests.harness.checks", "torch"),
    ("meeting-place", "parity_tests.pairs.losses", "torch"),
    ("operations", "reference.layers.linear", "reference.layers.conv2d"),
    ("operations", "reference.layers.linear", "reference.activations.relu"),
    ("operations", "reference.layers.linear", "reference.networks.links"),
    ("twins", "torch_impl.layers.linear", "torch_impl.layers.conv2d"),
    ("operations", "reference.naive.layers.linear", "reference.naive.layers.conv2d"),
    ("naive", "reference.naive.layers.conv2d", "reference.layers.conv2d"),
    ("naive", "reference.naive.networks.sandwich", "reference.networks.chain"),
    ("naive", "reference.naive.networks.sandwich", "reference.cs231n"),
]


def lint(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the packages in a folder, by the rules of its ``pyproject.toml``."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", *options],
        cwd=root,
        env=os.environ | {"COLUMNS": "500", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The rules and the sources they speak of, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in CONFIGURATION["root_packages"]:
        for source in (ROOT / package).rglob("*.py"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tmp_path


def test_the_sources_keep_every_rule(copy: Path) -> None:
    linted = lint(copy)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in linted.stdout


@pytest.mark.parametrize(("contract", "importer", "imported"), BAD_IMPORTS)
def test_a_bad_import_breaks_its_rule(
    copy: Path, contract: str, importer: str, imported: str
) -> None:
    module = copy / f"{importer.replace('.', '/')}.py"
    with module.open("a") as source:
        source.write(f"\nimport {imported}\n")
    linted = lint(copy, "--contract", contract)
    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in linted.stdout
    package = imported.split(".")[0]
    shown = imported if package in CONFIGURATION["root_packages"] else package
    assert re.search(rf"{importer} -> {shown} \(l\.\d+\)", linted.stdout), linted.stdout


def test_every_rule_has_a_bad_import() -> None:
    assert set(CONTRACTS) == {contract for contract, *_ in BAD_IMPORTS}
