"""The table of assignment 2: which truth each function of a submission is held against, and how it is called."""

from collections.abc import Mapping
from typing import Any

from parity_tests.harness.pair import Regime
from parity_tests.homework.courses.cs231n import (
    cases,
    dropout_task,
    fast_layers,
    layers,
    losses,
    mistakes,
    network_tasks,
    sandwich_tasks,
    solver_task,
    update_rules,
)
from parity_tests.homework.courses.cs231n.students import (
    Layer,
    StudentLoss,
    StudentRule,
    beside_defaults,
    norm_param,
    with_large_scores,
    with_own_states,
)
from parity_tests.homework.task import CoursePair, Task

Names = Mapping[str, Any]
RATES = ("learning_rate", "momentum", "decay_rate", "beta1", "beta2", "epsilon")
SIZES = {"n": "N", "c": "C", "h": "H", "w": "W"}
FEATURES = {"c": "D", "one channel": "one feature"}
TABLE = {
    "1 not in x.shape": "N > 1 and D > 1",
    "no axis of length 1": "more than one sample and more than one feature",
    "1 in x.shape": "N == 1 or D == 1",
    "an axis of length 1": "one sample or one feature alone",
}
"""What is said of the axes of x, where these are samples and features."""
SCORES = {old: new.replace("D", "C").replace("feature", "class") for old, new in TABLE.items()}
OPTIONAL = {
    **{f"{name} is None": f"no {name} in config" for name in RATES},
    **{f"{name} is not None": f"{name} in config" for name in RATES},
    "a cumulative average": "no momentum in config",
    "a momentum given": "momentum in config",
}
UNTRACKED = {
    "not tracked": "'running_mean' not in bn_param",
    "tracked": "'running_mean' in bn_param",
}
DEFAULT_EPS = {
    "eps <= 1e-05": "no eps in the dictionary",
    "eps == 1e-05": "no eps in the dictionary",
}
MODES = {"not training": "mode == 'test'", "training": "mode == 'train'"}


def _in_training(names: Names) -> bool:
    return bool(names["training"])


def _layer(
    truth: Any,
    configurations: Any,
    functions: tuple[str, ...],
    student: Layer,
    regimes: tuple[Regime, ...] = (cases.ORDINARY,),
    words: Names = {},  # noqa: B006
    **more: Any,
) -> Task:
    draws = more.pop("draws", {})
    pair = CoursePair(f"layers.{truth.__name__}", configurations, regimes, draws, truth=truth)
    known = mistakes.of(truth)
    return Task(
        pair,
        functions,
        student,
        known,
        SIZES | MODES | UNTRACKED | DEFAULT_EPS | dict(words),
        **more,
    )


def _loss(truth: Any, function: str) -> Task:
    pair = CoursePair(
        f"losses.{truth.__name__}",
        cases.SCORES,
        (cases.WIDE,),
        cases.LABELS,
        truth=truth,
    )
    words = {"n": "N", "c": "C", "target": "y", **SCORES}
    return Task(
        pair, (function,), lambda call, case: StudentLoss(function, call),
        mistakes.of(truth), words, scalar=True, fitted=with_large_scores,
    )  # fmt: skip


def _rule(truth: Any, function: str, options: Names) -> Task:
    pair = CoursePair(
        f"optimizers.{truth.__name__}",
        cases.configured(dict(options), cases.PATH),
        kind="optimizer",
        truth=truth,
    )
    states = tuple(name for name in truth.state._fields if name != "t")
    return Task(
        pair,
        (function,),
        lambda call, case: StudentRule(function, call, case, states),
        mistakes.of(truth),
        {"param": "w", "grads": "dw", **OPTIONAL},
        unjudged=("t",),
        file="optim",
    )


AFFINE = ("x", "w", "b")
NORM = ("x", "gamma", "beta")
BATCH_NORM = (*NORM, *cases.RUNNING)
OUTPUT = {"windows[0]": "Hout", "windows[1]": "Wout"}
WINDOWS = OUTPUT | {"padding": "pad", "kh": "HH", "kw": "WW", "c_out": "F"}

_LAYERS_AND_RULES: tuple[Task, ...] = (
    _layer(
        layers.Affine, cases.affine(), ("affine_forward", "affine_backward"),
        Layer("affine_forward", AFFINE, keeps=lambda x, w, b: (x, w, b)),
        words={"d_in": "D", "d_out": "M"},
    ),
    _layer(
        layers.ReLU, cases.RELU, ("relu_forward", "relu_backward"),
        Layer("relu_forward", ("x",), keeps=lambda x: x),
        (cases.OFF_ZERO, cases.TIES),
    ),
    _loss(losses.SoftmaxLoss, "softmax_loss"),
    _loss(losses.SVMLoss, "svm_loss"),
    _layer(
        layers.BatchNorm, cases.batch_norm(spatial=False),
        ("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
        Layer("batchnorm_forward", BATCH_NORM, norm_param, states=tuple(cases.RUNNING)),
        (cases.ORDINARY, cases.OFFSET), FEATURES | TABLE, draws=cases.RUNNING,
        differentiated=_in_training, fitted=with_own_states,
    ),
    _layer(
        layers.LayerNorm, cases.LAYER_NORM, ("layernorm_forward", "layernorm_backward"),
        Layer("layernorm_forward", NORM, beside_defaults),
        (cases.ORDINARY, cases.OFFSET), FEATURES | TABLE,
    ),
    dropout_task.TASK,
    _layer(
        layers.Conv, cases.conv(), ("conv_forward_naive", "conv_backward_naive"),
        Layer(
            "conv_forward_naive", AFFINE,
            lambda options, _: {"stride": options["stride"], "pad": options["padding"]},
            keeps=lambda x, w, b, conv_param: (x, w, b, conv_param),
        ),
        words=WINDOWS,
    ),
    _layer(
        layers.MaxPool, cases.max_pool(), ("max_pool_forward_naive", "max_pool_backward_naive"),
        Layer(
            "max_pool_forward_naive", ("x",),
            lambda options, _: {
                "pool_height": options["kernel_size"][0],
                "pool_width": options["kernel_size"][1],
                "stride": options["stride"],
            },
            keeps=lambda x, pool_param: (x, pool_param),
        ),
        (cases.DISTINCT, cases.NEGATIVE, cases.TIES),
        {"kernel_size[0]": "pool_height", "kernel_size[1]": "pool_width", **OUTPUT},
    ),
    _layer(
        layers.SpatialBatchNorm, cases.batch_norm(spatial=True),
        ("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
        Layer("spatial_batchnorm_forward", BATCH_NORM, norm_param, states=tuple(cases.RUNNING)),
        (cases.ORDINARY, cases.OFFSET), draws=cases.RUNNING, differentiated=_in_training,
        fitted=with_own_states,
    ),
    _layer(
        layers.SpatialGroupNorm, cases.group_norm(),
        ("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
        Layer(
            "spatial_groupnorm_forward", NORM, beside_defaults,
            before=("num_groups",),
        ),
        (cases.ORDINARY, cases.OFFSET), {"num_groups": "G"},
    ),
    _rule(update_rules.SGD, "sgd", {"learning_rate": cases.RATE}),
    _rule(update_rules.SGDMomentum, "sgd_momentum", cases.MOMENTUM),
    _rule(update_rules.RMSProp, "rmsprop", cases.RMSPROP),
    _rule(update_rules.Adam, "adam", cases.ADAM),
)  # fmt: skip
FAST = tuple(fast_layers.fast(task) for task in _LAYERS_AND_RULES if "_naive" in task.functions[0])
TASKS = (*_LAYERS_AND_RULES, *network_tasks.TASKS, *sandwich_tasks.TASKS, *FAST, solver_task.TASK)
