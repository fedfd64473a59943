"""The options of ``nnparity homework``."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from reports import options
from reports.options import examples_of, file, folder, number, seconds
from reports.usage import UsageError

EPILOG = examples_of(
    "nnparity homework assignment2.zip",
    "nnparity homework cs231n/layers.py --only conv_backward_naive --explain",
    "nnparity homework assignment2 --json verdicts.json --html build/homework",
    "nnparity homework submissions --class --out build/class",
)
AUTOGRADER_EPILOG = examples_of(
    "nnparity autograder autograder.zip",
    "nnparity autograder autograder.zip --points points.toml",
)


def homework(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A folder, a .py file, a .zip or .tar.gz as handed in, a notebook."
        ),
    ],
    course: Annotated[
        str, typer.Option(metavar="NAME", help="Whose assignment it is: cs231n or mytorch.")
    ] = "cs231n",
    only: Annotated[
        list[str] | None, typer.Option(metavar="FUNCTION", help="Judge this one; may be repeated.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="The whole explanation in the place of a hint.")
    ] = False,
    replay: Annotated[
        str | None,
        typer.Option(metavar="CASE", help="Run one case again; needs --only with its function."),
    ] = None,
    json: Annotated[Path | None, file("Leave all verdicts as JSON.")] = None,
    csv: Annotated[Path | None, file("Leave them as a table, one row each.")] = None,
    markdown: Annotated[Path | None, file("Leave them for a pull request.")] = None,
    junit: Annotated[Path | None, file("Leave them as JUnit XML.")] = None,
    html: Annotated[Path | None, folder("Leave them as a page, index.html.")] = None,
    gradescope: Annotated[Path | None, file("Leave them as Gradescope's results.json.")] = None,
    points: Annotated[Path | None, file("Points for each function, in TOML.")] = None,
    examples: Annotated[int, number("Random cases for each pair of functions.")] = 100,
    seed: Annotated[
        int | None, number("Decides the cases; a fresh one, recorded, without it.", least=0)
    ] = None,
    timeout: Annotated[float | None, seconds("Seconds that one call may take.")] = None,
    jobs: options.Jobs = None,
    require_isolation: Annotated[
        bool,
        typer.Option(
            "--require-isolation", help="Refuse to run it where an attempt to escape succeeds."
        ),
    ] = False,
    whole_class: Annotated[
        bool, typer.Option("--class", help="PATH is a folder of submissions: judge them all.")
    ] = False,
    out: Annotated[Path, folder("Of --class: rows, pages, and what to go on from.")] = Path(
        "build/class"
    ),
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Of --class: a Dask cluster's, as tcp://host:8786."),
    ] = None,
    time_limit: Annotated[
        float | None, seconds("Of --class: seconds that one submission may take; 1800 without it.")
    ] = None,
) -> int:
    """Judge a student's submission: what is right, what is wrong, when, and why.

    The code runs confined in processes of its own and never meets the right answers.
    """
    chosen = tuple(only or ())
    files = (json, csv, markdown, junit, gradescope, html)
    if whole_class:
        if any(files) or replay is not None or explain:
            raise UsageError(
                "--class leaves its files in --out: take --only, --points and numbers with it"
            )
        return _whole_class(path, out, scheduler, points, jobs, {
            "course": course, "examples": examples, "seed": seed, "only": chosen,
            "call_seconds": timeout, "seconds": time_limit, "require_isolation": require_isolation,
        })  # fmt: skip
    from reports import homework_run

    request = homework_run.Request(
        path, course, chosen, seed, examples, jobs, timeout, replay, require_isolation
    )
    report = homework_run.run(request, homework_run.Files(*files), points)
    homework_run.tell(report, Console(), str(path), explain)
    return 0 if report.passed else 1


def _whole_class(
    path: Path,
    out: Path,
    scheduler: str | None,
    points: Path | None,
    jobs: int | None,
    given: dict[str, Any],
) -> int:
    """Success is that all were judged, whatever the verdicts."""
    from parity_tests.homework.class_run import Terms
    from reports import homework_class

    terms = Terms(**{name: value for name, value in given.items() if value is not None})
    members = homework_class.run(path, out, terms, jobs, scheduler, points)
    homework_class.tell(members, out, Console())
    failed = any(j.our_failure for member in members for j in member.report.judgements)
    return 1 if failed else 0


def autograder(
    zip_file: Annotated[
        Path, typer.Argument(metavar="ZIP", help="The file to upload to Gradescope.")
    ],
    points: Annotated[
        Path | None, file("Points for each function, in TOML; one for each without it.")
    ] = None,
    course: Annotated[
        str, typer.Option(metavar="NAME", help="Whose assignment it is: cs231n or mytorch.")
    ] = "cs231n",
    examples: Annotated[int, number("Random cases for each pair of functions.")] = 100,
) -> int:
    """Make the autograder zip for Gradescope, with this nnparity in it."""
    from reports import homework_autograder

    names = homework_autograder.write(zip_file, points, course, examples)
    Console().print(
        f"{zip_file}: {', '.join(names)}", markup=False, highlight=False, soft_wrap=True
    )
    return 0
