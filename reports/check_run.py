"""``nnparity check``: draw, compare, tell."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

import parity_tests
from parity_tests.harness.verdict import Findings
from reports import check_tables, known_disagreements
from reports import failures as told
from reports.junit import to_junit
from reports.output import check_file, write_text
from reports.progress import progress
from reports.usage import UsageError


@dataclass(frozen=True, slots=True)
class Files:
    """Where the verdicts are to be left, besides the screen."""

    json: Path | None = None
    junit: Path | None = None
    csv: Path | None = None
    markdown: Path | None = None
    script: Path | None = None

    def check(self) -> None:
        """Raise :class:`OutputError` for the first that cannot be written."""
        for option in ("json", "junit", "csv", "markdown", "script"):
            check_file(getattr(self, option), f"--{option}")

    def write(self, findings: Findings) -> None:
        """Leave those that were asked for."""
        writers = (
            (self.json, to_json),
            (self.junit, to_junit),
            (self.csv, lambda found: check_tables.verdict_rows(found).to_csv()),
            (self.markdown, to_markdown),
            (self.script, to_script),
        )
        for file, text in writers:
            if file is not None:
                write_text(file, text(findings))


NO_FILES = Files()


def to_json(findings: Findings) -> str:
    """The machine interface: equal bytes for equal findings."""
    return json.dumps(findings.to_dict(), indent=1, allow_nan=False) + "\n"


def to_markdown(findings: Findings) -> str:
    """A job summary: the last line first, then the table, then what failed."""
    lines = [f"**{check_tables.summary(findings)}**", ""]
    lines += [check_tables.operations(findings).to_markdown()]
    lines += [f"- {line}" for line in known_disagreements.lines(findings)] + [""]
    lines += [told.to_markdown(failure) for failure in told.failures(findings)]
    return "\n".join(lines).rstrip() + "\n"


def to_script(findings: Findings) -> str:
    """The first failure without this project; of a run without one a comment that says so."""
    if findings.passed:
        return "# Nothing disagreed, so there is nothing to show.\n"
    return parity_tests.stand_alone_script(told.most_telling(findings.failures))


def run(
    names: tuple[str, ...],
    examples: int,
    seed: int,
    dtypes: tuple[str, ...],
    jobs: int | None,
    files: Files = NO_FILES,
) -> Findings:
    """Check the pairs that the names select, under a progress bar; first of all the places."""
    selected = parity_tests.select(*names)
    files.check()
    with progress("checked", len(selected) * len(dtypes)) as advance:
        return parity_tests.check(
            *names, examples=examples, seed=seed, dtypes=dtypes, jobs=jobs, progress=advance
        )


def again(line: str, names: tuple[str, ...], files: Files = NO_FILES) -> Findings:
    """All verdicts of the case that a line names.

    Sizes that no verdict ever printed (n=-1) fail somewhere inside: that is the line's fault.
    """
    if names:
        raise UsageError(f"--replay names its pair itself: leave out {' '.join(names)}")
    files.check()
    try:
        return parity_tests.replay(line)
    except parity_tests.CaseError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"the case {line!r} cannot be run ({reason}): write it as a verdict prints it"
        ) from error


def tell(findings: Findings, console: Console, verbose: bool = False) -> None:
    """Print the table, what is known of each operation that fails, and the summary."""
    table = check_tables.by_operation if verbose else check_tables.operations
    console.print(table(findings).to_screen())
    for line in check_tables.warnings(findings) if findings.examples > 1 else ():
        console.print(line, style="yellow", soft_wrap=True, markup=False, highlight=False)
    for line in known_disagreements.lines(findings):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    for failure in told.failures(findings):
        title, *rest = told.lines(failure)
        console.print(title, style="bold red", soft_wrap=True, markup=False, highlight=False)
        for line in rest:
            console.print(line, soft_wrap=True, markup=False, highlight=False)
        console.print()
    style = "bold green" if findings.passed else "bold red"
    text = check_tables.summary(findings)
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
