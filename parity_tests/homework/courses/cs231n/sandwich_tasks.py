"""The sandwich layers as tasks: the handout's own, and those that students often add to them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from parity_tests.harness.cases import Case
from parity_tests.harness.pair import Configuration
from parity_tests.harness.subject import Named
from parity_tests.homework.courses.cs231n import cases, sandwiches
from parity_tests.homework.courses.cs231n.networks import Link
from parity_tests.homework.courses.cs231n.students import RUNNING, beside_defaults, norm_param
from parity_tests.homework.task import Caller, CoursePair, Mistake, Names, Task

ONE_IN = 4
"""A layer in the wrong place is wrong in nearly every case."""
PARAMS: dict[str, Callable[[Names, Names], dict[str, Any]]] = {
    "conv_param": lambda options, _: {"stride": options["stride"], "pad": options["padding"]},
    "pool_param": lambda options, _: dict.fromkeys(
        ("pool_height", "pool_width", "stride"), options["pool_size"]
    ),
    "bn_param": norm_param,
    "ln_param": beside_defaults,
}


@dataclass(frozen=True, slots=True)
class StudentSandwich:
    """A pair of functions ``(x, …) -> (out, cache)`` and ``(dout, cache) -> gradients`` on one case.

    Args:
        name: without its ending.
        takes: what forward takes beside x, in order.
    """

    name: str
    takes: tuple[str, ...]
    call: Caller
    case: Case

    def forward(self, arguments: Mapping[str, Any]) -> tuple[Named, Any]:
        given = [self._given(name, arguments) for name in self.takes]
        echo = (1 + self.takes.index("bn_param"),) if "bn_param" in self.takes else ()
        forward = f"{self.name}_forward"
        values, echoed = self.call(forward, arguments["x"], *given, returns="vh", echo=echo)
        named: Named = {"y": values[0]}
        for written in echoed:
            found = written if isinstance(written, dict) else {}
            named |= {state: found.get(state) for state in RUNNING}
        return named, values[1]

    def backward(self, function: str, saved: Any, dy: Any) -> Named:
        names = ["x", *(name for name in self.takes if name not in PARAMS)]
        values, _ = self.call(function, dy, saved, returns="v" * len(names))
        return {f"d{name}": value for name, value in zip(names, values, strict=True)}

    def canonical(self, arguments: Mapping[str, Any]) -> Any:
        return None

    def calls(self, function: str) -> list[str]:
        """What is called, as a student writes it."""
        dictionaries = [name for name in self.takes if name in PARAMS]
        written = [
            f"{name} = {PARAMS[name]({**self.case.options, 'tracked': False}, {})}"
            for name in dictionaries
        ]
        written.append(f"out, cache = {self.name}_forward({', '.join(('x', *self.takes))})")
        if function.endswith("_backward"):
            names = ", ".join(f"d{name}" for name in ("x", *self.takes) if name not in PARAMS)
            written.append(f"{names} = {function}(dout, cache)")
        return written

    def _given(self, name: str, arguments: Mapping[str, Any]) -> Any:
        if name in PARAMS:
            return PARAMS[name](self.case.options, arguments)
        return arguments[name]


@st.composite
def _dense(draw: st.DrawFn, norm: st.SearchStrategy[Configuration] | None = None) -> Configuration:
    _, sizes = draw(cases.affine())
    options = {"features": sizes["features"], "d_out": sizes["d_out"]}
    n = sizes["n"]
    if norm is not None:
        more, of_norm = draw(norm)
        options, n = options | more, of_norm["n"]
    return options, {"n": n, "shape": sizes["features"]}


@st.composite
def _images(draw: st.DrawFn, normalized: bool = False) -> Configuration:
    windows, s = draw(cases.conv())
    image, kernel = (s["c"], s["h"], s["w"]), (s["kh"], s["kw"])
    options = {"image": image, "c_out": s["c_out"], "kernel_size": kernel, **windows}
    n = s["n"]
    if normalized:
        more, of_norm = draw(cases.batch_norm(spatial=False))  # two samples at least
        options, n = options | more, of_norm["n"]
    return options, {"n": n, "shape": image}


@st.composite
def _pooled_images(draw: st.DrawFn) -> Configuration:
    """The pooling windows are square and lie side by side: for others the handout's own pooling ends in an error."""
    stride, padding, side = (
        draw(st.integers(least, most)) for least, most in ((1, 2), (0, 2), (1, 3))
    )
    kernel, size = zip(*(draw(_pooled_axis(stride, padding, side)) for _ in range(2)), strict=True)
    image = (draw(cases.CHANNELS), *size)
    options = {"image": image, "c_out": draw(cases.CHANNELS), "kernel_size": kernel}
    options |= {"stride": stride, "padding": padding, "pool_size": side}
    return options, {"n": draw(cases.BATCH), "shape": image}


@st.composite
def _pooled_axis(draw: st.DrawFn, stride: int, padding: int, side: int) -> tuple[int, int]:
    """Kernel and image along one axis, so that the pooling windows fill what the convolution gives."""
    kernel = draw(st.integers(padding + 1, padding + 3))
    size = (side * draw(st.integers(1, 2)) - 1) * stride + kernel - 2 * padding
    while size < 1:
        size += side * stride
    return kernel, size


def _variant(truth: type, **methods: Any) -> type:
    return type(f"{truth.__name__}Spoiled", (truth,), methods)


def _mistakes(truth: type[sandwiches.Sandwich]) -> Iterator[Mistake]:
    def without(word: str, method: str) -> type:
        def links(self: Any) -> tuple[Link, ...]:
            return tuple(link for link in getattr(truth, method)(self) if link.name != word)

        return _variant(truth, **{method: links})

    back = "Backward is forward read from the end: each layer of forward needs its backward."
    asked = "Does the gradient pass every layer that the output has passed?"
    yield Mistake("has no ReLU", without("relu", "links"), "What is the last layer?", back)
    yield Mistake("the gradient does not pass ReLU", without("relu", "links_back"), asked, back)
    if hasattr(truth, "eps"):
        yield Mistake(
            "normalizes after ReLU",
            _variant(truth, links=_exchanged(truth)),
            "In what order do the layers stand in the name of the function?",
            "The normalization stands between the affine map or the convolution and ReLU.",
        )
        yield Mistake(
            "does not normalize",
            without("norm", "links"),
            "What does the function do with gamma and beta?",
            "The normalization stands between the affine map or the convolution and ReLU.",
        )


def _exchanged(truth: type[sandwiches.Sandwich]) -> Callable[[Any], tuple[Link, ...]]:
    def links(self: Any) -> tuple[Link, ...]:
        first, norm, relu, *others = truth.links(self)
        return first, relu, norm, *others

    return links


def _is_called(call: Caller, name: str, takes: tuple[str, ...]) -> bool:
    """Whether there is a function of that name, and it takes what one of that name does; dictionaries have any name."""
    known = call.entry(f"{name}_forward").get("parameters")
    back = call.entry(f"{name}_backward").get("parameters")
    if not isinstance(known, list) or len(known) != 1 + len(takes):
        return False
    if isinstance(back, list) and len(back) != 2:  # dout and cache, and one of its own
        return False
    pairs = zip(("x", *takes), map(str, known), strict=True)
    return all(
        own.lower().endswith(("param", "params")) if wanted in PARAMS else own.lower() == wanted
        for wanted, own in pairs
    )


def _in_training(names: Names) -> bool:
    return bool(names.get("training", True))


def _task(
    name: str, truth: Any, configurations: Any, takes: tuple[str, ...], uses: tuple[str, ...]
) -> Task:
    address = f"layer_utils.{truth.__name__}"
    pair = CoursePair(
        address, configurations, draws=cases.RUNNING, kind="network", truth=truth
    )  # fmt: skip
    return Task(
        pair, _both(name), lambda call, case: StudentSandwich(name, takes, call, case),
        tuple(_mistakes(truth)), WORDS,
        differentiated=_in_training, file="layer_utils", uses=_both(*uses),
        present=lambda call: _is_called(call, name, takes), one_in=ONE_IN,
        points=0,
    )  # fmt: skip


def _both(*names: str) -> tuple[str, ...]:
    ways = ("forward", "backward")
    # the ending of convolution and pooling stands behind the way: conv_forward_fast
    return tuple(
        name.replace("*", way) if "*" in name else f"{name}_{way}" for name in names for way in ways
    )


WORDS = {
    "n": "N", "padding": "pad", "c_out": "F", "d_out": "M", "kernel_size[0]": "HH", "kernel_size[1]": "WW",
    "not training": "mode == 'test'", "training": "mode == 'train'",
}  # fmt: skip
NORM = ("w", "b", "gamma", "beta")
AFFINE, CONV = ("affine", "relu"), ("conv_*_fast", "conv_*_naive", "relu")
POOL = ("max_pool_*_fast", "max_pool_*_naive")
_BATCH_NORM = cases.batch_norm(spatial=False)
_WITH_BATCH_NORM = (
    sandwiches.AffineBatchNormReLU, _dense(_BATCH_NORM), (*NORM, "bn_param"), (*AFFINE, "batchnorm"),
)  # fmt: skip
_WITH_LAYER_NORM = (
    sandwiches.AffineLayerNormReLU, _dense(cases.LAYER_NORM), (*NORM, "ln_param"), (*AFFINE, "layernorm"),
)  # fmt: skip

TASKS = (
    _task("affine_relu", sandwiches.AffineReLU, _dense(), ("w", "b"), AFFINE),
    _task("conv_relu", sandwiches.ConvReLU, _images(), ("w", "b", "conv_param"), CONV),
    _task(
        "conv_bn_relu", sandwiches.ConvBatchNormReLU, _images(normalized=True),
        (*NORM, "conv_param", "bn_param"), (*CONV, "spatial_batchnorm"),
    ),
    _task(
        "conv_relu_pool", sandwiches.ConvReLUPool, _pooled_images(),
        ("w", "b", "conv_param", "pool_param"), (*CONV, *POOL),
    ),
    _task("affine_bn_relu", *_WITH_BATCH_NORM),
    _task("affine_batchnorm_relu", *_WITH_BATCH_NORM),
    _task("affine_ln_relu", *_WITH_LAYER_NORM),
    _task("affine_layernorm_relu", *_WITH_LAYER_NORM),
)  # fmt: skip
