"""A class of submissions, several at once, each on its own. What is finished is on the disk, so a run can go on.

``OUT/run.json`` holds the terms of the run, and ``OUT/students/<name>.json`` the finished submissions: each file
is written whole and forced to the disk before the next one begins. A record counts as long as the terms and the
content of the submission are the same, and the checker itself has not failed on it.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from parity_tests.homework.class_member import Here, Work, report_of
from parity_tests.homework.judge_submission import SEED_BITS, functions_of
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.process import Limits
from parity_tests.homework.sandbox.strongest import strongest
from parity_tests.homework.submission import Submission, SubmissionError, read

SCHEMA = 1
LONGEST_NAME = 150
HANDED_IN = (".py", ".ipynb", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz")
"""How files that are submissions end; a list of grades beside them is none."""
Progress = Callable[[str], None]


class Judge(Protocol):
    """Judges one submission, from several threads at once; whatever happens there, it has a report."""

    def __call__(self, work: Work) -> HomeworkReport: ...

    def stop(self) -> None:
        """End what is under way."""


class ClassError(ValueError):
    """A class that cannot be judged; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What everybody in a class is judged by.

    Args:
        course, examples, only: as for ``judge``.
        seed: the same cases for all; None takes that of the run that goes on, or a fresh one.
        call_seconds: for one call.
        seconds: for a whole submission.
        require_isolation: as for ``judge``.
    """

    course: str = "cs231n"
    examples: int = 100
    seed: int | None = None
    only: tuple[str, ...] = ()
    call_seconds: float = Limits().seconds
    seconds: float = 1800.0
    require_isolation: bool = False

    def record(self) -> dict[str, Any]:
        """As it stands in the files."""
        return asdict(self) | {"only": sorted(self.only), "nnparity": version("nnparity")}

    def work(self, submission: Submission) -> Work:
        """What there is to do for one submission."""
        limits = replace(Limits(), seconds=self.call_seconds)
        seed = self.seed or 0
        terms = self.course, self.examples, seed, self.only, limits, self.seconds
        return Work(submission, *terms, self.require_isolation)


@dataclass(frozen=True, slots=True)
class Member:
    """One submission of a class: whose it is, and its verdicts.

    Args:
        name: the name of the file or folder that was handed in.
        file: the same, as a name that every file system takes.
        report: the verdicts.
        kept: whether an earlier run had judged it.
    """

    name: str
    file: str
    report: HomeworkReport
    kept: bool = False


def judge_class(
    folder: Path,
    out: Path,
    terms: Terms,
    jobs: int | None = None,
    judge: Judge | None = None,
    progress: Progress | None = None,
) -> tuple[list[Member], Terms]:
    """Judge every submission in a folder, in the order of their names; go on where an earlier run ended.

    Args:
        folder: each folder, archive, notebook or Python file in it is a submission.
        out: where the records are.
        terms: what everybody is judged by.
        jobs: submissions at once; by default one for each core.
        judge: does the work; in processes of this machine by default.
        progress: called with a submission's name when it is finished.

    Returns:
        all members, and the terms with their seed.

    Raises:
        ClassError: there is no such folder, no submission in it, or another run is writing to ``out``.
        UnknownCourse: there is no such course.
    """
    functions_of(terms.course)
    paths = submissions(folder, out)
    (out / "students").mkdir(parents=True, exist_ok=True)
    strongest()  # found out once, before there are threads
    with alone(out):
        terms = _begun(out, terms)
        desk = Desk(out, terms, judge or Here())
        members = dict(_all_of(desk, paths, jobs or os.cpu_count() or 1, progress))
    return [members[path] for path in paths], terms


def submissions(folder: Path, out: Path | None = None) -> list[Path]:
    """What was handed in, by name; hidden files, links and files of other kinds are none."""
    if not folder.is_dir():
        raise ClassError(f"{str(folder)!r} is no folder: name the one with the submissions in it")
    own = None if out is None else out.resolve()
    found = [
        path
        for path in folder.iterdir()
        if _is_submission(path) and not (own and own.is_relative_to(path.resolve()))
    ]
    if not found:
        raise ClassError(
            f"there is no submission in {str(folder)!r}: put in folders, .zip or .py files"
        )
    return sorted(found, key=lambda path: os.fsencode(path.name))


def _is_submission(path: Path) -> bool:
    if path.name.startswith((".", "__MACOSX")) or path.is_symlink():
        return False
    return path.is_dir() or (path.is_file() and path.name.lower().endswith(HANDED_IN))


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Two runs that write to the same folder would judge everything twice."""
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ClassError(f"another run is writing to {str(out)!r}: wait for its end") from None
        yield


def _begun(out: Path, terms: Terms) -> Terms:
    """With a seed: the one asked for, or that of the run that goes on, or a fresh one."""
    if terms.seed is None:
        seed = _content(out / "run.json").get("terms", {}).get("seed")
        seed = seed if isinstance(seed, int) else secrets.randbits(SEED_BITS)
        terms = replace(terms, seed=seed)
    write(out / "run.json", {"schema": SCHEMA, "terms": terms.record()})
    return terms


def _all_of(
    desk: "Desk", paths: list[Path], jobs: int, progress: Progress | None
) -> Iterator[tuple[Path, Member]]:
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(desk.member, path): path for path in paths}
        try:
            for future in as_completed(futures):
                member = future.result()
                if progress is not None:
                    progress(member.name)
                yield futures[future], member
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            desk.judge.stop()
            raise


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes one submission after the other, and files what is found."""

    out: Path
    terms: Terms
    judge: Judge

    def member(self, path: Path) -> Member:
        """From its record if that still holds; otherwise judged, and recorded."""
        name, file = path.name, file_name(path.name)
        record_file = self.out / "students" / f"{file}.json"
        content, report = self._read(path)
        key = {"content": content, "terms": self.terms.record()}
        record = _content(record_file)
        if all(record.get(each) == key[each] for each in key) and not _failed(record):
            return Member(name, file, report_of(record), kept=True)
        if isinstance(report, Submission):
            report = self._judged(report)
        write(record_file, report.to_dict() | key)
        return Member(name, file, report)

    def _read(self, path: Path) -> tuple[str, Submission | HomeworkReport]:
        """What stands for its content, and what was read; of what cannot be read every function is in error."""
        try:
            submission = read(path)
        except SubmissionError as error:
            message = str(error).replace(repr(str(path)), repr(path.name))
            unread = Judgement("", "error", message=message)
        except Exception as error:
            unread = _our_failure(error)
        else:
            return fingerprint(submission), submission
        report = self.terms.work(Submission(path.name, {})).report({}, unread)
        return f"unread: {unread.message}", report

    def _judged(self, submission: Submission) -> HomeworkReport:
        """Its report; what fails on one submission, on our side, is none of the others' concern."""
        work = self.terms.work(submission)
        try:
            return self.judge(work)
        except InterruptedError:
            raise
        except Exception as error:
            return work.report({}, _our_failure(error))


def _our_failure(error: Exception) -> Judgement:
    why = " ".join(f"{type(error).__name__}: {error}".split())
    return Judgement("", "not judged", message=why, our_failure=True)


def _failed(record: dict[str, Any]) -> bool:
    return any(function.get("our_failure") for function in record["functions"])


def fingerprint(submission: Submission) -> str:
    """A hash of names and contents.

    >>> one, other = Submission("a", {"x.py": b"1"}), Submission("b", {"x.py": b"2"})
    >>> fingerprint(one) == fingerprint(other)
    False
    """
    digest = hashlib.sha256()
    for name, content in sorted(submission.files.items()):
        for part in (name.encode(errors="surrogateescape"), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def file_name(name: str) -> str:
    """The name for files: every one else's is another.

    >>> file_name("alice.zip"), file_name("../b?")
    ('alice.zip', '..%2Fb%3F')
    """
    plain = quote(os.fsencode(name), safe="")
    if len(plain) <= LONGEST_NAME:
        return plain
    return plain[:LONGEST_NAME] + "-" + hashlib.sha256(os.fsencode(name)).hexdigest()[:16]


def write(file: Path, record: dict[str, Any]) -> None:
    """The whole record, on the disk when this returns; or what was there before."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(record, indent=1, allow_nan=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _content(file: Path) -> dict[str, Any]:
    """The record in a file; nothing where there is none that was written here."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) and record.get("schema") == SCHEMA else {}
