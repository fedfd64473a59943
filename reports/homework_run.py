"""``nnparity homework``: judge a submission, tell, and leave the files that were asked for."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from parity_tests.homework.again import again
from parity_tests.homework.judge_submission import UnknownCourse, functions_of, judge, points_of
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.process import Limits, WorkerFailed
from parity_tests.homework.submission import SubmissionError
from reports import homework_points, homework_tables
from reports.homework_gradescope import to_gradescope
from reports.homework_junit import to_junit
from reports.homework_page import to_html
from reports.homework_points import Points
from reports.output import check_file, check_folder, write_text
from reports.progress import progress
from reports.usage import UsageError, asked_for

WRITE_INSTEAD = (
    "write a folder, a .py file, a notebook, a .zip or a .tar.gz with the functions in it"
)
NOT_RUN = "not run yet"


@dataclass(frozen=True, slots=True)
class Files:
    """Where the verdicts are to be left, besides the screen."""

    json: Path | None = None
    csv: Path | None = None
    markdown: Path | None = None
    junit: Path | None = None
    gradescope: Path | None = None
    html: Path | None = None

    def check(self) -> None:
        """Raise :class:`OutputError` for the first that cannot be written."""
        for option in ("json", "csv", "markdown", "junit", "gradescope"):
            check_file(getattr(self, option), f"--{option}")
        if self.html is not None:
            check_folder(self.html, "--html")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be judged, and how."""

    path: Path
    course: str = "cs231n"
    only: tuple[str, ...] = ()
    seed: int | None = None
    examples: int = 100
    jobs: int | None = None
    seconds: float | None = None
    replay: str | None = None
    require_isolation: bool = False

    @property
    def limits(self) -> Limits:
        """Of one call, and the rest as it always is."""
        return Limits() if self.seconds is None else replace(Limits(), seconds=self.seconds)


@dataclass(slots=True)
class Writing:
    """The files of a run; they hold what is known so far from its start to its end."""

    files: Files
    request: Request
    points: Points
    began: float = field(default_factory=time.monotonic)

    def write(self, report: HomeworkReport) -> None:
        """Leave those that were asked for, each whole or not at all."""
        files, place = self.files, str(self.request.path)
        page = None if files.html is None else files.html / "index.html"
        seconds = time.monotonic() - self.began
        writers: tuple[tuple[Path | None, Callable[[], str]], ...] = (
            (files.json, lambda: to_json(report)),
            (files.csv, lambda: homework_tables.functions(report).to_csv()),
            (files.markdown, lambda: to_markdown(report, place)),
            (files.junit, lambda: to_junit(report, place)),
            (files.gradescope, lambda: to_gradescope(report, self.points, seconds)),
            (page, lambda: to_html(report, self.points, place)),
        )
        for file, text in writers:
            if file is not None:
                write_text(file, text())


def to_json(report: HomeworkReport) -> str:
    """The machine interface."""
    return json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n"


def to_markdown(report: HomeworkReport, path: str = "") -> str:
    """For a pull request: the last line first, then the table, then what went wrong."""
    place = path or report.submission
    lines = [f"**{homework_tables.summary(report)}**", ""]
    lines += [homework_tables.functions(report).to_markdown()]
    for same in homework_tables.troubled(report):
        told = homework_tables.told(same, place, report.course)
        lines += [f"### {homework_tables.title(same)}", "", "~~~text", *told, "~~~", ""]
    lines += [f"- {remark}" for remark in homework_tables.remarks(report)]
    return "\n".join(lines).rstrip() + "\n"


def run(request: Request, files: Files, points: Path | None = None) -> HomeworkReport:
    """Judge under a progress bar; the files are there from the start and grow with every function."""
    files.check()
    with asked_for(UnknownCourse):
        names = functions_of(request.course)
    for name in request.only:
        if name not in names:
            raise UsageError(f"--only {name}: {request.course} has {', '.join(names)}")
    writing = Writing(files, request, homework_points.read(points, points_of(request.course)))
    chosen = tuple(name for name in names if name in request.only) or names
    waiting = tuple(Judgement(n, "not judged", message=NOT_RUN, our_failure=True) for n in chosen)
    name = request.path.resolve().name
    empty = HomeworkReport(name, request.course, waiting, request.seed or 0)
    writing.write(empty)
    try:
        report = _again(request) if request.replay is not None else _judged(request, empty, writing)
    except SubmissionError as error:
        refused = tuple(Judgement(name, "error", message=str(error)) for name in chosen)
        writing.write(replace(empty, judgements=refused))
        raise UsageError(f"{error}: {WRITE_INSTEAD}") from error
    except WorkerFailed as error:
        raise UsageError(f"submitted code cannot be run confined here: {error}") from error
    writing.write(report)
    return report


def _judged(request: Request, so_far: HomeworkReport, writing: Writing) -> HomeworkReport:
    chosen = [judgement.name for judgement in so_far.judgements]
    with progress("judged", len(chosen)) as advance:

        def record(judgement: Judgement) -> None:
            nonlocal so_far
            if judgement.name in chosen:  # functions of one task are judged together
                so_far = so_far.having(judgement)
                writing.write(so_far)
                advance(judgement.name)

        report = judge(
            request.path,
            request.course,
            seed=request.seed,
            examples=request.examples,
            jobs=request.jobs,
            only=request.only,
            limits=request.limits,
            progress=record,
            require_isolation=request.require_isolation,
        )
    kept = tuple(judgement for judgement in report.judgements if judgement.name in chosen)
    return replace(report, judgements=kept)


def _again(request: Request) -> HomeworkReport:
    if len(request.only) != 1 or request.replay is None:
        raise UsageError("--replay needs the function of its case: add --only FUNCTION, once")
    return again(request.path, request.only[0], request.replay, request.course, request.limits)


def tell(report: HomeworkReport, console: Console, path: str, explain: bool = False) -> None:
    """Print the table, then each function that is not right, then remarks and the summary."""

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, soft_wrap=True, markup=False, highlight=False)

    console.print(homework_tables.functions(report).to_screen())
    for same in homework_tables.troubled(report):
        for part in homework_tables.folded(homework_tables.title(same)):
            line(part, "bold red")
        for part in homework_tables.told(same, path, report.course, explain):
            line(part)
        line("")
    for text in homework_tables.left(report):
        for part in homework_tables.folded(text):
            line(part)
    for text in homework_tables.remarks(report):
        for part in homework_tables.folded(f"remark: {text}"):
            line(part)
    line(homework_tables.summary(report), "bold green" if report.passed else "bold red")
