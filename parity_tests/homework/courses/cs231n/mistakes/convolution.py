"""The mistakes of convolution by their names."""

from parity_tests.homework.courses.cs231n.mistakes import convolution_ways as ways
from parity_tests.homework.task import Mistake

_SQUARE = (
    "Try an image, or a filter, that is not square.",
    "Height and width are two numbers each: rows go with H and HH, columns with W and WW, in the output size, in the "
    "windows and where the padding is cut off.",
)
_STRIDE = (
    "Where does the second window begin, and where does its gradient go?",
    "Window number i begins at row i * stride of the padded image, forward and backward alike.",
)
_CROP = (
    "Print the shapes of x and dx for pad = 0, 1 and 2.",
    "dx belongs to the image without its padding: rows pad to pad + H and columns pad to pad + W of the padded"
    " gradient.",
)
_DB = (
    "How many output values does one bias reach?",
    "Bias f is added to every pixel of channel f in every sample, so db[f] is the sum of dout over samples, rows and "
    "columns: axes 0, 2 and 3.",
)
_ACCUMULATE = (
    "How many output values depend on one {0}, and what becomes of their shares?",
    "One {0} reaches many outputs, and its gradient is the sum over all of them: accumulate with += and do not "
    "assign with =.",
)


def _accumulate(what: str) -> tuple[str, str]:
    hint, explanation = _ACCUMULATE
    return hint.format(what), explanation.format(what)


CONVOLUTION = (
    Mistake(
        "crops the padding by pad:-pad, which is empty for pad = 0", ways.CropsByMinusPad,
        "What is x[0:-0]?",
        "With pad = 0 the slice 0:-0 is 0:0, which is empty. Say where it ends by counting from the start: "
        "pad : pad + H and pad : pad + W.",
    ),
    Mistake(
        "crops the padding by pad:-pad, which is empty for pad = 0", ways.CropsByMinusPadIntoDx,
        "What is x[0:-0]?",
        "With pad = 0 the slice 0:-0 is 0:0, which is empty. Say where it ends by counting from the start: "
        "pad : pad + H and pad : pad + W.",
    ),
    Mistake("cuts off one pixel whatever pad is", ways.CropsOnePixel, *_CROP),
    Mistake("leaves the padding on dx", ways.LeavesThePadding, *_CROP),
    Mistake("cuts the padding off at one end only", ways.CropsAtTheCorner, *_CROP),
    Mistake("takes the image's height for its width where it cuts off the padding", ways.CropsASquare, *_SQUARE),
    Mistake("makes as many columns as rows", ways.SquareOutput, *_SQUARE),
    Mistake("takes the filter for square", ways.SquareKernel, *_SQUARE),
    Mistake("takes the filter for square", ways.SquareKernelByWidth, *_SQUARE),
    Mistake(
        "the output size forgets the filter's size", ways.SizeWithoutKernel,
        "How many windows of width 3 fit into a row of 5 pixels?",
        "The output has 1 + (H + 2 pad - HH) // stride rows.",
    ),
    Mistake(
        "the output is one window short", ways.OneWindowShort,
        "How many windows of width 3 fit into a row of 3 pixels?",
        "The output has 1 + (H + 2 pad - HH) // stride rows: the first window counts too.",
    ),
    Mistake(
        "forgets the bias", ways.BiasForgotten,
        "Which of the arguments does the result not depend on?", "Every output of filter f gets b[f] added once.",
    ),
    Mistake(
        "adds the bias inside the sum", ways.BiasInsideTheSum,
        "How often is the bias added to one output?",
        "Inside the sum b[f] is added once for each of the C HH WW products; it belongs outside, once.",
    ),
    Mistake(
        "uses the first channel only", ways.FirstChannelOnly,
        "Which channels of the image does one output depend on?",
        "A filter has a slice for every input channel, and an output sums over all of them.",
    ),
    Mistake("ignores the stride", ways.StrideIgnored, *_STRIDE),
    Mistake("ignores the stride", ways.StrideIgnoredInPlaces, *_STRIDE),
    Mistake("ignores the stride in dx", ways.StrideIgnoredInDx, *_STRIDE),
    Mistake("ignores the stride in dw", ways.StrideIgnoredInDw, *_STRIDE),
    Mistake("ignores the stride in the backward pass", ways.StrideIgnoredInBackward, *_STRIDE),
    Mistake(
        "ignores the padding", ways.PaddingIgnored,
        "Does anything change when you change pad?",
        "The image gets pad rows and columns of zeros on every side before the windows are taken.",
    ),
    Mistake(
        "pads at one end only", ways.PadsOneSideOnly,
        "How many zeros are there to the right of the image?",
        "pad rows and columns of zeros belong on every side.",
    ),
    Mistake("assigns dx where it should accumulate", ways.AssignsDx, *_accumulate("pixel")),
    Mistake("assigns dw where it should accumulate", ways.AssignsDw, *_accumulate("weight")),
    Mistake("db of the last sample only", ways.DbOfOneSample, *_DB),
    Mistake("db is averaged over the batch", ways.DbAveraged, *_DB),
    Mistake("db is summed over the batch alone", ways.DbOverTheBatchAlone, *_DB),
    Mistake("db is summed over pixels alone", ways.DbOverPixels, *_DB),
    Mistake("db is summed without its axes", ways.DbOverEverything, *_DB),
    Mistake(
        "averages the gradients over the batch", ways.AllAveraged,
        "Who has divided by the number of samples already?",
        "The loss is averaged over the batch, so dout holds the 1/N already; layers only sum.",
    ),
)  # fmt: skip
