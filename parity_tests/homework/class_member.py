"""One submission of a class, judged in a process of its own: whatever it does there concerns its own rows only.

The process gets a pickled :class:`Work` from its parent, and says what it finds in lines of JSON.
"""

import contextlib
import ctypes
import json
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, fields
from threading import Lock
from typing import Any

from parity_tests.homework.judge_submission import functions_of, judge
from parity_tests.homework.judgement import HomeworkReport, Judgement
from parity_tests.homework.process import Limits
from parity_tests.homework.sandbox.temporary import temporary
from parity_tests.homework.submission import Submission

TOO_LONG = "the submission takes more than {seconds:g} seconds in all"
STOPPED = "the run was stopped"
LONGEST = 300
"""Characters of an error that are kept."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Work:
    """A submission, and by what terms it is judged.

    Args:
        submission: what was handed in.
        course, examples, seed, only, limits, require_isolation: as for ``judge``.
        seconds: for all of it; what is not judged by then has timed out.
    """

    submission: Submission
    course: str
    examples: int
    seed: int
    only: tuple[str, ...]
    limits: Limits
    seconds: float
    require_isolation: bool = False

    @property
    def functions(self) -> tuple[str, ...]:
        """Those that get a row."""
        names = functions_of(self.course)
        return tuple(name for name in names if name in self.only) or names

    def report(self, made: dict[str, Judgement], other: Judgement, **more: Any) -> HomeworkReport:
        """What was judged, in the course's order; the other judgement, with its name, for the rest.

        Nothing for what the handout brings along, if it was not judged.
        """
        always = functions_of(self.course, provided=False)
        rest = {
            name: Judgement(**asdict(other) | {"name": name})
            for name in self.functions
            if name in always or name in self.only
        }
        judgements = tuple((rest | made)[name] for name in self.functions if name in rest | made)
        return HomeworkReport(self.submission.name, self.course, judgements, self.seed, **more)


class Here:
    """Judges on this machine. ``stop`` ends all that is under way, and nothing new is started after it."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self._stopped = Lock(), False

    def __call__(self, work: Work) -> HomeworkReport:
        """The report, whatever happens.

        What is not judged when the time is up has timed out; if the process ends by itself, it is not judged.

        Raises:
            InterruptedError: the run was stopped.
        """
        # The confined process may be another user's, and has a folder inside.
        with temporary("nnparity-class-", 0o711) as folder:
            process = self._start(str(folder))
            try:
                said = _communicated(process, work)
            finally:
                _kill(process)
                self._running.discard(process)
        if self._stopped:
            raise InterruptedError(STOPPED)
        return _report(work, *said)

    def stop(self) -> None:
        """Kill what runs."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _kill(process)

    def _start(self, folder: str) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise InterruptedError(STOPPED)
            process = subprocess.Popen(
                # -P: the working folder may be the one of the submissions, from which nothing is imported
                [sys.executable, "-P", "-m", __name__, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=os.environ | {"TMPDIR": folder, "PYTHONPATH": _path()},
                start_new_session=True,  # an interrupt at the terminal is the parent's to handle
            )
            self._running.add(process)
            return process


def judged_there(work: Work) -> HomeworkReport:
    """The same in one call, for a worker of a cluster."""
    return Here()(work)


def _path() -> str:
    """Where this process finds its modules."""
    return os.pathsep.join(filter(None, sys.path))


def _communicated(process: subprocess.Popen[bytes], work: Work) -> tuple[bytes, Judgement]:
    """What it said, and the judgement of the functions of which it said nothing."""
    try:
        output, errors = process.communicate(pickle.dumps(work), work.seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        late = Judgement("", "timeout", message=TOO_LONG.format(seconds=work.seconds))
        return process.communicate()[0], late
    last = errors.decode(errors="replace").strip().rpartition("\n")[2][:LONGEST]
    why = f"the checker's process ended with code {process.returncode}: {last}"
    return output, Judgement("", "not judged", message=why, our_failure=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all of its session; what is confined dies with the process that started it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _report(work: Work, output: bytes, other: Judgement) -> HomeworkReport:
    lines = [json.loads(line) for line in output.split(b"\n")[:-1]]  # the last may be cut
    if lines and "functions" in lines[-1]:
        return report_of(lines[-1])
    return work.report({line["name"]: judgement_of(line) for line in lines}, other)


def judgement_of(record: dict[str, Any]) -> Judgement:
    """A judgement from its JSON."""
    known = {field.name: record[field.name] for field in fields(Judgement) if field.name in record}
    return Judgement(**known | {"remarks": tuple(record["remarks"])})


def report_of(record: dict[str, Any]) -> HomeworkReport:
    """A report from what its ``to_dict`` gives."""
    names = ("submission", "course", "seed", "isolation", "errors")
    judgements = tuple(judgement_of(each) for each in record["functions"])
    remarks = tuple(record["remarks"])
    return HomeworkReport(
        judgements=judgements, remarks=remarks, **{name: record[name] for name in names}
    )


def main(parent: int) -> None:
    """Judge what comes in, and die with the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    work: Work = pickle.load(sys.stdin.buffer)
    out = sys.stdout

    def say(record: dict[str, Any]) -> None:
        out.write(json.dumps(record) + "\n")
        out.flush()

    report = judge(
        work.submission,
        work.course,
        seed=work.seed,
        examples=work.examples,
        jobs=1,
        only=work.only,
        limits=work.limits,
        progress=lambda judgement: say(asdict(judgement)),
        require_isolation=work.require_isolation,
    )
    made = {judgement.name: judgement for judgement in report.judgements}
    whole = work.report(made, Judgement("", "missing"), isolation=report.isolation,
                        remarks=report.remarks, errors=report.errors)  # fmt: skip
    say(whole.to_dict())


if __name__ == "__main__":
    main(int(sys.argv[1]))
