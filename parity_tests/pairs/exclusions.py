"""Cases that no pair draws: PyTorch crashes there, or answers with whatever memory holds.

A waiver says of such a case that PyTorch is wrong and looks at it in each run; these cannot be looked at,
because what comes out changes from run to run, or ends the process. The pairs draw around them, which a test holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from parity_tests.harness.cases import Case


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One kind of case that is not drawn.

    Args:
        pair: the name of the pair.
        applies: whether a case is one of those.
        condition: the same in words, for the report.
        reason: what PyTorch 2.13 does there on the CPU.
        link: a public thread that is related, empty where none is known.
    """

    pair: str
    applies: Callable[[Case], bool]
    condition: str
    reason: str
    link: str = ""


def _window_meets_no_pixel(case: Case) -> bool:
    axes = zip(case.options["padding"], case.options["dilation"], ("h", "w"), strict=True)
    return any(padding and dilation > case.sizes[size] for padding, dilation, size in axes)


NOT_DRAWN: tuple[Exclusion, ...] = (
    Exclusion(
        "layers.max_pool2d",
        _window_meets_no_pixel,
        "padding, and a dilation larger than the image",
        "a window that meets no pixel has no maximum, and backward writes outside of its plane",
        # There for the forward, which gives -inf.
        "https://github.com/pytorch/pytorch/issues/114216",
    ),
    Exclusion(
        "losses.multiclass_hinge_loss",
        lambda case: case.sizes["n"] == 0 and case.options["reduction"] != "none",
        "an empty batch, reduced to its mean or sum",
        "multi_margin_loss returns uninitialised memory",
        # There since empty batches were admitted.
        "https://github.com/pytorch/pytorch/pull/46975",
    ),
    Exclusion(
        "layers.group_norm",
        lambda case: 0 in case.sizes["d"],
        "images without pixels",
        "the gradient by weight, a sum of nothing, is nan and not 0",
    ),
)
