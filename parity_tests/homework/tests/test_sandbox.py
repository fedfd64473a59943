"""Each rung is tried, and one that does not hold is found out."""

import os
import re
import tempfile
from pathlib import Path

import pytest

from parity_tests.homework.sandbox import folder as folders
from parity_tests.homework.sandbox import interpreter as interpreters
from parity_tests.homework.sandbox import strongest as ladder
from parity_tests.homework.sandbox.confinement import WORDS, Confinement
from parity_tests.homework.sandbox.folder import Folder
from parity_tests.homework.sandbox.limits import Limits
from parity_tests.homework.sandbox.start import USERS, WorkerFailed, start
from parity_tests.homework.sandbox.strongest import MUST_REFUSE, escapes, strongest
from parity_tests.homework.tests.rungs import LADDERS, confinement
from parity_tests.homework.worker import attempts, seccomp, system_calls


def test_what_is_held_here_is_told_with_what_it_does_not_refuse() -> None:
    here = strongest()
    assert here.rungs[0] == "limits" and here.escapes is not None
    assert set(here.rungs).isdisjoint(here.missing)
    assert set(here.rungs) | set(here.missing) == set(WORDS)
    if {"landlock", "seccomp"} <= set(here.rungs):
        assert here.escapes == () and str(here).endswith("not refused: nothing")


@pytest.mark.parametrize("rung", MUST_REFUSE)
def test_what_a_rung_must_refuse_is_not_refused_without_it(rung: str) -> None:
    """So each attempt can succeed: one that always fails would prove nothing."""
    out = set(escapes(Confinement(("limits",) if rung != "limits" else ())))
    by_root = {
        "read the judge's memory"
    }  # root that has given up its rights may not, with limits alone
    assert MUST_REFUSE[rung] - by_root <= out


def test_every_attempt_is_somebodys_to_refuse() -> None:
    assert set(attempts.ATTEMPTS) == set().union(*MUST_REFUSE.values())


@pytest.mark.parametrize("rung", ["uid", "landlock", "seccomp"])
def test_a_rung_that_does_nothing_is_found_out(rung: str, monkeypatch: pytest.MonkeyPatch) -> None:
    confinement(f"no {rung}")  # skips where it is not to be had
    honest = ladder.escapes

    def asleep(held: Confinement) -> tuple[str, ...]:
        return honest(Confinement(tuple(each for each in held.rungs if each != rung)))

    monkeypatch.setattr(ladder, "escapes", asleep)
    found = strongest.__wrapped__()
    assert rung not in found and found.missing[rung].startswith("did not refuse: ")


def test_a_machine_without_a_rung_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(held: Confinement) -> tuple[str, ...]:
        if "landlock" in held:
            raise WorkerFailed("this kernel has no Landlock")
        return ()

    monkeypatch.setattr(ladder, "escapes", nothing)
    monkeypatch.setattr(ladder.bubblewrap, "executable", lambda: None)
    found = strongest.__wrapped__()
    assert "landlock" not in found and found.missing["bubblewrap"] == "not installed"
    assert "without Landlock (this kernel has no Landlock)" in str(found).replace(
        "a user of its own (only root can change it), ", ""
    )


def test_bubblewrap_is_never_started_by_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(WorkerFailed, match="never started by root"):
        start({}, {}, Limits(), Confinement(("limits", "bubblewrap")))


@pytest.mark.parametrize("name", LADDERS)
def test_with_a_rung_switched_off_the_others_hold(name: str) -> None:
    held = confinement(name)
    refused = set().union(*(MUST_REFUSE[rung] for rung in held.rungs))
    assert not refused & set(escapes(held))


def test_an_unknown_rung_cannot_be_switched_off() -> None:
    with pytest.raises(ValueError, match="no rung is called moat"):
        strongest().without("moat")


def test_nothing_but_the_library_and_numpy_can_be_read() -> None:
    seen = interpreters.interpreter(other_user=False)
    readable = [Path(path) for path in seen.readable()]
    assert not [path for path in readable if path.name in ("site-packages", "dist-packages")]
    for installed in (pytest, re):
        home = Path(str(installed.__file__)).resolve()
        covered = any(home.is_relative_to(path) for path in readable)
        assert covered is (installed is re)


@pytest.mark.parametrize("machine", system_calls.MACHINES)
@pytest.mark.parametrize("may_write", [True, False])
def test_jumps_of_the_filter_stay_inside_and_every_path_returns(
    machine: str, may_write: bool
) -> None:
    lines = seccomp.program(machine, 7, may_write)
    assert len(lines) < 4096 and lines[-1][0] == 0x06
    for at, (code, yes, no, _) in enumerate(lines):
        if code in (0x15, 0x45):
            assert max(yes, no) < 256 and at + 1 + max(yes, no) < len(lines)


def _run(lines: seccomp.Program, machine: int, number: int, *arguments: int) -> int:
    """What the kernel would do with this call."""
    words = {0: number, 4: machine}
    for i, value in enumerate(arguments):
        words |= {16 + 8 * i: value & 0xFFFFFFFF, 20 + 8 * i: value >> 32}
    at = held = 0
    while True:
        code, yes, no, constant = lines[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            held = words.get(constant, 0)
        else:
            at += yes if (held == constant if code == 0x15 else held & constant) else no


ALLOW, REFUSE, ABSENT, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x80000000


@pytest.mark.parametrize(
    ("call", "arguments", "writing", "reading"),
    [
        ("read", (), ALLOW, ALLOW),
        ("clone", (0x10000,), ALLOW, ALLOW),
        ("clone", (17,), REFUSE, REFUSE),
        ("clone3", (), ABSENT, ABSENT),
        ("kill", (7, 9), ALLOW, ALLOW),
        ("kill", (8, 9), REFUSE, REFUSE),
        ("kill", (2**32 - 1, 9), REFUSE, REFUSE),
        ("prlimit64", (0, 4, 0), ALLOW, ALLOW),
        ("prlimit64", (0, 4, 1 << 40), REFUSE, REFUSE),
        ("openat", (0, 0, 0), ALLOW, ALLOW),
        ("openat", (0, 0, os.O_WRONLY), ALLOW, REFUSE),
        ("openat", (0, 0, os.O_CREAT), ALLOW, REFUSE),
        ("unlinkat", (), ALLOW, REFUSE),
        ("ioctl", (0, 0x5412), REFUSE, REFUSE),
    ],
)
def test_the_filter_says_what_it_should(
    call: str, arguments: tuple[int, ...], writing: int, reading: int
) -> None:
    known = {**system_calls.ALWAYS, **system_calls.CHANGING_FILES, **system_calls.CONDITIONAL}
    for i, machine in enumerate((0xC000003E, 0xC00000B7)):
        number = known[call][i]
        assert number is not None
        for may_write, wanted in ((True, writing), (False, reading)):
            lines = seccomp.program(system_calls.MACHINES[i], 7, may_write)
            assert _run(lines, machine, number, *arguments) == wanted
            assert _run(lines, machine ^ 1, number, *arguments) == KILL
            assert _run(lines, machine, number | 0x40000000, *arguments) == REFUSE


def test_no_number_of_a_system_call_is_given_twice() -> None:
    tables = (system_calls.ALWAYS, system_calls.CHANGING_FILES, system_calls.CONDITIONAL)
    for column in (0, 1):
        numbers = [
            row[column] for table in tables for row in table.values() if row[column] is not None
        ]
        assert len(numbers) == len(set(numbers))


def test_users_of_its_own_are_nobodys() -> None:
    assert 0 not in USERS and 65534 not in USERS and len(USERS) > 100


def test_a_folder_that_is_deep_locked_and_full_of_links_is_removed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("stays")
    made = Folder({"a/b.py": b""}, {}, None)
    at = made.scratch
    for i in range(30):
        at = at / f"{i + 100:x}"
        at.mkdir()
        (at / "link").symlink_to(tmp_path)
        (at / "1").write_text("a name that a moved folder could get")
    at.chmod(0)
    made.remove()
    assert not made.path.exists() and target.read_text() == "stays"


def test_a_folder_that_cannot_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    mkdtemp = tempfile.mkdtemp

    def note(**options: str) -> str:
        made.append(Path(mkdtemp(**options)))
        return str(made[0])

    monkeypatch.setattr(tempfile, "mkdtemp", note)
    with pytest.raises(ValueError, match="not a name"):
        Folder({"ok.py": b"", "../bad.py": b""}, {}, None)
    assert made and not made[0].exists()


def test_overfull_counts_entries_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Folder({}, {}, None)
    try:
        assert not made.overfull(10**6)
        (made.scratch / "deep").mkdir()
        (made.scratch / "deep" / "file").write_bytes(bytes(2 * 10**6))
        assert made.overfull(10**6) and not made.overfull(10**7)
        monkeypatch.setattr(folders, "MOST_ENTRIES", 1)
        assert made.overfull(10**7)
    finally:
        made.remove()


def test_a_name_cannot_be_a_file_and_a_folder() -> None:
    with pytest.raises(ValueError, match="both called"):
        Folder({"a": b"", "a/b": b""}, {}, None)
