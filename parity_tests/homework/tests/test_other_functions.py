"""A network answers for its own mistakes: with wrong layers under it, it is right and says what it inherits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from parity_tests.homework.courses.cs231n.network_tasks import TASKS
from parity_tests.homework.courses.cs231n.right_layers import PROVIDED, with_right_layers
from parity_tests.homework.courses.cs231n.tasks import TASKS as ALL
from parity_tests.homework.judge_task import judge_task
from parity_tests.homework.judgement import Judgement
from parity_tests.homework.other_functions import INHERITS, judge_among_others, with_causes
from parity_tests.homework.tests.local import PACKAGE, SOLUTION, Local
from parity_tests.homework.tests.planting import planted

EXAMPLES, SEED = 15, 1
NETWORKS = {task.functions[0]: task for task in TASKS}
CONV, DENSE = "ThreeLayerConvNet", "FullyConnectedNet"


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.py")}


def _judged(name: str, folder: Path, room: Path, broken: tuple[str, ...] = ()) -> Judgement:
    @contextmanager
    def amended() -> Iterator[Local]:
        for path, content in with_right_layers(_files(folder), broken).items():
            place = room / "amended" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        yield Local(room / "amended")

    (judgement,) = judge_among_others(NETWORKS[name], Local(folder), amended, EXAMPLES, SEED)
    return judgement


WRONG_LAYERS = {
    "affine_backward": (DENSE, "layers.py", "dw = x.reshape", "dw = 2 * x.reshape"),
    "batchnorm_backward": (DENSE, "layers.py", "+ dmu / N", ""),
    "relu_backward": (CONV, "layers.py", "return dout * (x > 0)", "return dout"),
    "max_pool_backward_naive": (
        CONV,
        "fast_layers.py",
        "l] += dout[:, :, i, j]",
        "l] = 2 * dout[:, :, i, j]",
    ),
}


@pytest.mark.parametrize("function", WRONG_LAYERS)
def test_a_network_inherits_and_is_right(function: str, tmp_path: Path) -> None:
    name, file, old, new = WRONG_LAYERS[function]
    judgement = _judged(name, planted(tmp_path, file, old, new), tmp_path)
    assert (judgement.verdict, judgement.remarks) == ("right", (INHERITS,))
    found = with_causes([judgement, Judgement(function, "wrong"), Judgement("sgd", "wrong")], ALL)
    assert found[0].remarks == (f"{INHERITS}: inherited from {function}",)


def test_a_wrong_network_stays_wrong_over_right_layers(tmp_path: Path) -> None:
    folder = planted(tmp_path / "one", "layers.py", "+ dmu / N", "")
    folder = planted(
        tmp_path / "two",
        "classifiers/fc_net.py",
        "+= self.reg * W\n        return",
        "+= W\n        return",
        folder,
    )
    assert _judged(DENSE, folder, tmp_path).verdict == "wrong"


def test_a_network_over_right_layers_has_no_remark(tmp_path: Path) -> None:
    judgement = _judged(DENSE, SOLUTION, tmp_path)
    assert (judgement.verdict, judgement.remarks) == ("right", ())


def test_layers_that_cannot_be_imported_are_replaced(tmp_path: Path) -> None:
    files = with_right_layers({"cs231n/layers.py": b"def f(:"}, broken=("cs231n/layers.py",))
    assert files["cs231n/layers.py"] == PROVIDED


@pytest.mark.parametrize(
    "task", [t for t in ALL if t.file == "layers"], ids=lambda t: t.functions[0]
)
def test_what_stands_in_for_them_is_right(task, tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "layers.py").write_bytes(PROVIDED)
    for judgement in judge_task(task, Local(tmp_path), EXAMPLES, SEED):
        assert (judgement.verdict, judgement.remarks) == ("right", ())
