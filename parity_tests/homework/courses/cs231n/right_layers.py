"""A submission's files with right layers in the place of its own, so that its networks answer for themselves only."""

from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

PROVIDED = Path(__file__).with_name("provided.py").read_bytes()
NETWORKS = ("fc_net.py", "cnn.py")


def with_right_layers(files: Mapping[str, bytes], broken: Collection[str] = ()) -> dict[str, bytes]:
    """The files; in each ``layers.py`` the right functions come last, so that helpers of its own stay.

    A ``fast_layers.py`` is replaced, and so is what is ``broken``, which cannot be imported; where a network has no
    layers, they are put beside the other files of its package.

    >>> files = with_right_layers({"cs231n/layers.py": b"x = 1", "cs231n/classifiers/fc_net.py": b"y"})
    >>> sorted(files), files["cs231n/layers.py"].startswith(b"x = 1")
    (['cs231n/classifiers/fc_net.py', 'cs231n/fast_layers.py', 'cs231n/layers.py'], True)
    """
    amended = dict(files)
    for path in [path for path in files if PurePosixPath(path).name == "layers.py"]:
        own = b"" if path in broken else files[path] + b"\n\n\n"
        amended[path] = own + PROVIDED
    for path in [path for path in files if PurePosixPath(path).name in NETWORKS]:
        package = PurePosixPath(path).parent
        package = package.parent if package.name == "classifiers" else package
        amended.setdefault(str(package / "layers.py"), PROVIDED)
        amended[str(package / "fast_layers.py")] = PROVIDED
    return amended
