"""CMU 11-785, homework part 1 of the first two weeks: the ``mytorch`` library, whose layers are classes.

The conventions are those of 2024 and later: ``backward`` takes the upstream gradient, layers only add up, and the
losses divide. In 2022 and 2023 activations gave their derivative by itself, ``Linear`` divided by N and the losses did
not: that is right too, with a remark. Earlier years have other names and are not judged.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from hypothesis import strategies as st

from parity_tests.harness import values
from parity_tests.harness.pair import Configuration, Regime, configured
from parity_tests.homework.class_students import Layer, Loss, StudentRule
from parity_tests.homework.courses import mytorch_truths as truths
from parity_tests.homework.courses.cs231n import cases, layers, losses
from parity_tests.homework.courses.mytorch_mistakes import known
from parity_tests.homework.task import Caller, CoursePair, Mistake, Names, Task, Trouble
from parity_tests.homework.worker.class_layout import TABLE
from parity_tests.homework.worker.layout import defined
from reference.activations.sigmoid import Sigmoid
from reference.activations.softmax import Softmax
from reference.activations.tanh import Tanh
from reference.layers.avg_pool2d import AvgPool2d
from reference.layers.flatten import Flatten
from reference.losses.mse_loss import MSELoss

FILES = {
    "nn.linear": ("Linear",),
    "nn.activation": ("Identity", "Sigmoid", "Tanh", "ReLU", "GELU", "Softmax"),
    "nn.loss": ("MSELoss", "CrossEntropyLoss"),
    "nn.batchnorm": ("BatchNorm1d",),
    "optim.sgd": ("SGD",),
    "nn.resampling": ("Upsample2d", "Downsample2d"),
    "nn.Conv2d": ("Conv2d_stride1", "Conv2d"),
    "nn.pool": ("MaxPool2d_stride1", "MeanPool2d_stride1", "MaxPool2d", "MeanPool2d"),
    "flatten": ("Flatten",),
}
"""The handout's files below ``mytorch``, and the classes in each."""
PRESET = {TABLE: json.dumps({"package": "mytorch", "roles": FILES}).encode()}
PROVIDED = Path(__file__).with_name("mytorch_provided.py").read_bytes()
SECOND_WEEK = [name for file in list(FILES)[5:] for name in FILES[file]]

ROWS = configured(sizes={"shape": st.tuples(cases.BATCH, cases.SIZE)})
SCORES = configured(sizes={"shape": st.tuples(cases.BATCH, st.integers(2, 6))})
LINEAR = configured(sizes={"n": cases.BATCH, "d_in": cases.SIZE, "d_out": cases.SIZE})
IMAGES = configured(
    {"k": st.integers(1, 3)},
    {"n": cases.BATCH, "c": cases.CHANNELS, "h": st.integers(1, 6), "w": st.integers(1, 6)},
)
FEATURES = configured(
    sizes={"shape": st.lists(st.integers(1, 4), min_size=3, max_size=3).map(tuple)}
)
STEPS = configured(
    {"lr": st.sampled_from([0.1, 0.5]), "momentum": st.sampled_from([0.0, 0.5, 0.9])},
    {"shape": st.tuples(cases.SIZE, cases.SIZE), "steps": st.integers(1, 5)},
)
IN_CLASSES = {"n": "N", "c": "C", "shape": "A.shape", "x.shape": "A.shape"}
IN_IMAGES = {
    "n": "N", "c": "in_channels", "c_out": "out_channels", "h": "A.shape[2]", "w": "A.shape[3]",
    "kh": "kernel_size", "kw": "kernel_size", "kernel_size[0]": "kernel", "kernel_size[1]": "kernel",
}  # fmt: skip
WRITTEN = {
    "pad": "padding", "pool_height": "kernel", "pool_width": "kernel", "learning_rate": "lr",
    "bn_param['running_mean']": "self.running_M", "bn_param['running_var']": "self.running_V",
    "bn_param": "the layer", "xhat": "NZ", "out": "Z", "w": "W", "gamma": "BW", "beta": "Bb",
}  # fmt: skip
"""CS231n's words, where the hints of its mistakes are this course's as well."""


@st.composite
def batches(draw: st.DrawFn) -> Configuration:
    options = {"alpha": draw(st.sampled_from([0.9, 0.5, 0.99])), "training": draw(cases.SWITCH)}
    return options, {"n": draw(st.integers(2, 5)), "c": draw(st.integers(1, 4))}


@st.composite
def windows(
    draw: st.DrawFn, stride: int = 3, padding: int = 0, filters: bool = True
) -> Configuration:
    """Square windows up to ``stride`` apart, which need not end at the edge of the image."""
    step, pad = draw(st.integers(1, stride)), draw(st.integers(0, padding))
    kernel = draw(st.integers(pad + 1, pad + 3))
    h, w = (max(kernel - 2 * pad, 1) + draw(st.integers(0, 4)) for _ in range(2))
    sizes = {"n": draw(cases.BATCH), "c": draw(cases.CHANNELS), "h": h, "w": w}
    if filters:
        return {"stride": step, "padding": pad}, {
            **sizes, "c_out": draw(cases.CHANNELS), "kh": kernel, "kw": kernel,
        }  # fmt: skip
    return {"kernel_size": (kernel, kernel), "stride": step}, sizes


@st.composite
def means(draw: st.DrawFn, stride: int = 3) -> Configuration:
    options, sizes = draw(windows(stride, filters=False))
    return {**options, "stride": (options["stride"],) * 2}, sizes


def _kernel(names: Names) -> tuple[int, int]:
    """Of a pooling layer: the size of its window and the stride."""
    stride = names["stride"]
    return names["kernel_size"][0], stride if isinstance(stride, int) else stride[0]


def _in_second_week(call: Caller) -> bool:
    return any(call.entry(name) for name in SECOND_WEEK)


def _task(
    room: str,
    truth: Any,
    configurations: Any,
    student: Layer,
    regimes: tuple[Regime, ...] = (cases.ORDINARY,),
    same_as: Any = None,
    extra: tuple[Mistake, ...] = (),
    **more: Any,
) -> Task:
    pair = CoursePair(
        f"{room}.{student.name}", configurations, regimes, more.pop("draws", {}), truth=truth
    )
    names = student.names()
    mistakes = (*extra, *known(truth, WRITTEN | names, same_as))
    file = next(file for file, classes in FILES.items() if student.name in classes)
    return Task(
        pair, (student.name,), student, mistakes, arrays=names, file=file.rpartition(".")[2],
        differentiated=student.trains,
        present=_in_second_week if student.name in SECOND_WEEK else None, **more,
    )  # fmt: skip


def _activation(truth: Any, regimes: tuple[Regime, ...], same_as: Any = None) -> Task:
    student = Layer(truth.__name__, arrays=("Z", "A"))
    return _task(
        "activations", truth, SCORES if truth is Softmax else ROWS, student, regimes, same_as,
        fitted=_by_itself, words={"shape": "Z.shape", "x.shape": "Z.shape"},
    )  # fmt: skip


def _by_itself(task: Task, call: Caller) -> Task:
    """As it is in 2022 and 2023, where backward takes no argument."""
    (name,) = task.functions
    try:
        (made,), _ = call(name, returns="h")
        call(f"{name}.forward", made, np.zeros((1, 2)))
        call(f"{name}.backward", made, np.zeros((1, 2)))
    except Trouble as trouble:
        if "positional argument" in str(trouble) and isinstance(task.student, Layer):
            remark = "backward gives the derivative by itself, as in 2022 and 2023"
            return replace(task, student=replace(task.student, bare=True), remarks=(remark,))
    return task


def _with_padding(task: Task, call: Caller) -> Task:
    """Without it where the constructor knows none, as in 2022."""
    taken = call.entry(task.functions[0]).get("parameters", ())
    if "padding" in taken or not taken or not isinstance(task.student, Layer):
        return task
    student = replace(task.student, keywords=lambda names: {})
    pair = replace(task.pair, configurations=windows())
    remarks = ("takes no padding, as in 2022",)
    return replace(task, pair=pair, student=student, remarks=remarks)


def _loss(
    truth: Any, configurations: Any, student: Loss, same_as: Any = None, draws: Any = None
) -> Task:
    pair = CoursePair(
        f"losses.{student.name}", configurations, (cases.DISTINCT,), draws or {}, truth=truth
    )
    arrays = {"x": "A", "dx": "dLdA", "y": "L", "target": "Y" if draws is None else "y"}
    mistakes = known(truth, WRITTEN | {"dx": "dLdA", "y": "Y"}, same_as)
    return Task(
        pair, (student.name,), student, mistakes, IN_CLASSES, arrays, scalar=True, file="loss",
        unjudged=("dtarget",),
    )  # fmt: skip


def with_right_classes(
    files: Mapping[str, bytes], broken: Collection[str] = ()
) -> dict[str, bytes]:
    """The files; wherever one of the classes that others call is defined, the right ones come last.

    A ``broken`` file goes altogether if it only holds such; without any the classes get a file of their own.

    >>> sorted(with_right_classes({"mytorch/optim/sgd.py": b"class SGD: ..."}))
    ['mytorch/nn/linear.py', 'mytorch/optim/sgd.py']
    """
    ours, amended = defined(PROVIDED.decode()), dict(files)
    callers = {name for task in TASKS if task.uses for name in task.functions}
    for path, text in files.items():
        names = defined(text.decode(errors="replace"))
        if path.endswith(".py") and names & ours:
            alone = path in broken and not names & callers
            amended[path] = PROVIDED if alone else text + b"\n\n\n" + PROVIDED
    package = next((p for p in map(PurePosixPath, files) if "mytorch" in p.parts), None)
    above = PurePosixPath(*package.parts[: package.parts.index("mytorch")]) if package else "."
    if not any(PROVIDED in text for text in amended.values()):
        amended[str(PurePosixPath(above, "mytorch/nn/linear.py"))] = PROVIDED
    return amended


def _rule() -> Task:
    arrays = {"param": "W", "grads": "dLdW", "b": "b", "dx": "dLdW", "dw": "dLdW", "w": "W"}
    pair = CoursePair("optimizers.SGD", STEPS, kind="optimizer", truth=truths.SGD)
    return Task(
        pair, ("SGD",), lambda call, case: StudentRule("SGD", "Linear", call, case),
        known(truths.SGD, WRITTEN | arrays, truths.SGD.operation),
        {"param": "W", "grads": "dLdW"}, arrays, file="sgd", uses=("Linear",), amended=True,
        unjudged=("velocity", "velocity_of_b"),
    )  # fmt: skip


def _conv(names: Names) -> tuple[Any, ...]:
    return names["c"], names["c_out"], names["kh"]


WEIGHTS = {"w": "W", "b": "b"}
TASKS: tuple[Task, ...] = (
    _task(
        "layers", truths.Linear, LINEAR,
        Layer("Linear", lambda names: (names["d_in"], names["d_out"]), parameters=WEIGHTS),
        same_as=layers.Affine, words={**IN_CLASSES, "d_in": "in_features", "d_out": "out_features"},
    ),
    _activation(Sigmoid, (cases.ORDINARY,)),
    _activation(Tanh, (cases.ORDINARY,)),
    _activation(layers.ReLU, (cases.OFF_ZERO, cases.TIES), layers.ReLU),
    _activation(Softmax, (cases.DISTINCT,)),
    _loss(MSELoss, ROWS, Loss("MSELoss")),
    _loss(
        losses.SoftmaxLoss, cases.SCORES,
        Loss("CrossEntropyLoss", (lambda y, names: np.eye(names["c"])[y], "np.eye(C)[y]")),
        losses.SoftmaxLoss, cases.LABELS,
    ),
    _task(
        "layers", truths.BatchNorm1d, batches(),
        Layer(
            "BatchNorm1d", lambda names: (names["c"], names["alpha"]),
            parameters={"gamma": "BW", "beta": "Bb"},
            states={"running_mean": "running_M", "running_var": "running_V"},
            asks=lambda names: {"eval": not names["training"]},
            trains=lambda names: bool(names["training"]), arrays=("Z", "BZ"),
        ),
        (cases.ORDINARY, cases.OFFSET), layers.BatchNorm,
        draws={"running_mean": values.normal, "running_var": values.positive},
        words={"n": "N", "c": "num_features", "training": "eval=False", "not training": "eval=True"},
    ),
    _rule(),
    _task(
        "layers", truths.Upsample2d, IMAGES, Layer("Upsample2d", lambda names: (names["k"],)),
        words=IN_IMAGES,
    ),
    _task(
        "layers", truths.Downsample2d, IMAGES, Layer("Downsample2d", lambda names: (names["k"],)),
        words=IN_IMAGES,
    ),
    _task(
        "layers", layers.Conv, windows(1), Layer("Conv2d_stride1", _conv, parameters=WEIGHTS),
        same_as=layers.Conv, words=IN_IMAGES,
    ),
    _task(
        "layers", layers.Conv, windows(padding=2),
        Layer(
            "Conv2d", lambda names: (*_conv(names), names["stride"]),
            lambda names: {"padding": names["padding"]},
            parameters=WEIGHTS, holder="conv2d_stride1",
        ),
        same_as=layers.Conv, words=IN_IMAGES, fitted=_with_padding,
        uses=("Conv2d_stride1", "Downsample2d"),
    ),
    *(
        _task(
            "layers", layers.MaxPool, windows(stride, filters=False), Layer(name, makes),
            (cases.DISTINCT, cases.NEGATIVE, cases.TIES), layers.MaxPool, words=IN_IMAGES, uses=uses,
        )
        for name, stride, makes, uses in (
            ("MaxPool2d_stride1", 1, lambda names: _kernel(names)[:1], ()),
            ("MaxPool2d", 3, _kernel, ("MaxPool2d_stride1", "Downsample2d")),
        )
    ),
    *(
        _task(
            "layers", AvgPool2d, means(stride), Layer(name, makes), words=IN_IMAGES, uses=uses,
        )
        for name, stride, makes, uses in (
            ("MeanPool2d_stride1", 1, lambda names: _kernel(names)[:1], ()),
            ("MeanPool2d", 3, _kernel, ("MeanPool2d_stride1", "Downsample2d")),
        )
    ),
    _task("layers", Flatten, FEATURES, Layer("Flatten"), words=IN_CLASSES),
)  # fmt: skip
