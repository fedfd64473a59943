"""Archives as students and attackers make them, in memory."""

import io
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping

Members = Iterable[tuple[str | zipfile.ZipInfo, bytes]]


def zipped(members: Members, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these members, doubles too."""
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def zip_link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    """A symbolic link for a zip."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info, target.encode()


def encrypted(data: bytes) -> bytes:
    """The same zip, which says that its first member is encrypted, in both of its headers."""
    broken = bytearray(data)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        broken[data.index(magic) + at] |= 1
    return bytes(broken)


def tarred(
    members: Iterable[tuple[str, bytes]], mode: str = "w:gz", kinds: Mapping[str, bytes] = {}
) -> bytes:
    """A tar with these files; `kinds`: further members by name, of a type of tar's."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, kind in kinds.items():
            info = tarfile.TarInfo(f"{name}.py")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    return data.getvalue()
