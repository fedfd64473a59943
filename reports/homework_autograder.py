"""``nnparity autograder``: the zip that Gradescope wants, with this very nnparity and its versions in it.

What the files in it are for: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path

from parity_tests.homework.judge_submission import UnknownCourse, points_of
from reports import homework_points
from reports.output import check_file, replacing
from reports.page import template
from reports.usage import UsageError, asked_for

NAME = "nnparity"
PACKAGES = ("reference", "torch_impl", "parity_tests", "reports")
TESTS = re.compile(r"(^|/)(tests|harness_tests|__pycache__)/|(^|/)(test_[^/]*|conftest)\.py$")
"""What a grader has no use for; a correct homework is among it."""
ROOT = Path(__file__).resolve().parents[1]
SINCE = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip knows: the same content gives the same bytes."""
WHEEL = "Wheel-Version: 1.0\nGenerator: nnparity\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(file: Path, points: Path | None, course: str, examples: int) -> list[str]:
    """Leave the zip, and return the names of what is in it.

    Raises:
        UsageError: the points cannot be read, or nnparity is not installed.
        OutputError: the zip cannot be written.
    """
    check_file(file, "ZIP")
    with asked_for(UnknownCourse):
        usual = points_of(course)
    homework_points.read(points, usual)  # what is wrong with it is better said now
    worth = points.read_text(encoding="utf-8") if points is not None else _listed(usual)
    own = _installed()
    wheel = f"{NAME}-{own.version}-py3-none-any.whl"
    pins = pinned(NAME)
    told = {"wheel": wheel, "torch": pins["torch"], "course": course, "examples": examples}
    content: dict[str, bytes] = {
        "setup.sh": _script("setup.sh", told),
        "run_autograder": _script("run_autograder", told),
        "points.toml": worth.encode(),
        "constraints.txt": "".join(f"{k}=={v}\n" for k, v in pins.items()).encode(),
        wheel: to_wheel(own),
    }
    with replacing(file) as temporary:
        temporary.write_bytes(_zipped(content, executable=("setup.sh", "run_autograder")))
    return list(content)


def _listed(usual: Mapping[str, int]) -> str:
    lines = "".join(f"{name} = {points}\n" for name, points in usual.items())
    return f'[points]\n{lines}\n[visibility]\ndefault = "visible"\n\n[options]\npartial = false\n'


def _installed() -> Distribution:
    try:
        return distribution(NAME)
    except PackageNotFoundError:
        raise UsageError(f"{NAME} is not installed: pip install . in its folder first") from None


def _script(name: str, told: Mapping[str, object]) -> bytes:
    return (template(f"autograder/{name}").render(told) + "\n").encode()


def pinned(name: str) -> dict[str, str]:
    """The versions here of all that a distribution needs, directly or not, by name.

    >>> "torch" in pinned("nnparity")
    True
    """
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        try:
            own = distribution(waiting.pop())
        except PackageNotFoundError:  # for another system or Python
            continue
        for line in own.requires or ():
            needed = re.split(r"[^\w.-]", line, maxsplit=1)[0].lower().replace("_", "-")
            if "extra ==" not in line and needed not in found and _version(needed):
                found[needed] = _version(needed)
                waiting.append(needed)
    return dict(sorted(found.items()))


def _version(name: str) -> str:
    """The public part: a build for a processor only (2.13.0+cpu) is found by the same number."""
    try:
        return distribution(name).version.partition("+")[0]
    except PackageNotFoundError:
        return ""


def to_wheel(own: Distribution) -> bytes:
    """This installation as a wheel, without its tests; no build tool is needed.

    The format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    info = f"{NAME}-{own.version}.dist-info"
    content = dict(_sources())
    metadata = own.read_text("METADATA") or own.read_text("PKG-INFO") or ""
    content[f"{info}/METADATA"] = metadata.encode()
    content[f"{info}/WHEEL"] = WHEEL.encode()
    content[f"{info}/entry_points.txt"] = (own.read_text("entry_points.txt") or "").encode()
    record = "".join(f"{name},{_hash(data)},{len(data)}\n" for name, data in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    return _zipped(content)


def _sources() -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and not TESTS.search(name):
                yield name, path.read_bytes()


def _hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={digest.decode().rstrip('=')}"


def _zipped(content: Mapping[str, bytes], executable: tuple[str, ...] = ()) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, SINCE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name in executable else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            entry.create_system = 3  # Unix, or the modes mean nothing
            archive.writestr(entry, data)
    return stream.getvalue()
