"""The zoo's faults that a student can make in the course's conventions, and what is said of each.

What cannot be asked for there is left out (dilation, groups, dtypes, empty batches), and so is what has a class of
its own beside this module, where it can be combined with others.
"""

from typing import Any

from parity_tests.faults import FAULTS
from parity_tests.homework.task import Mistake

_TIES = (
    "What does your mask look like where a window holds its maximum twice?",
    "mask = (window == max) is true at every maximum, so a tie hands dout out several times. The output changes by "
    "dout once: one of them gets it (np.argmax finds the first), or each an equal share.",
)
_FLIP = (
    "Which weight meets the upper left pixel of a window?",
    "The course's convolution is a cross-correlation: w[f, c, k, l] meets row k and column l of the window. Nothing "
    "is turned round, neither forward nor for dx when you add w[f] * dout into the window.",
)
_DW = (
    "How many windows and samples does one weight meet?",
    "dw[f] sums window * dout over all samples and all windows, and divides by nothing: dout holds the 1/N of the "
    "loss already.",
)
_DB = (
    "How many output values does one bias reach?",
    "Bias f is added to every pixel of channel f in every sample, so db[f] is the sum of dout over samples, rows and "
    "columns.",
)
_UPSTREAM = (
    "What does your gradient do when dout is doubled?",
    "The chain rule multiplies the derivative of the layer by dout.",
)
_CLASSES = (
    "How many numbers does your mean run over, and how many samples are there?",
    "The loss is one number per sample, averaged over the N samples, not over the C classes as well.",
)
_MASK = (
    "What is the mean of out, over many masks, in training and in test mode?",
    "Inverted dropout divides what is kept by the probability to keep it, in training, so that the mean stays that of "
    "x; test mode passes x on as it is. The gradient takes the same way: dout times the same mask and factor.",
)
_TARGET = (
    "Which elements does p[:, y] pick, and which do you need?",
    "Each row has one true class: p[np.arange(N), y] -= 1 picks one element in each row.",
)

TEXTS: dict[str, tuple[str, str, str]] = {
    "MaxPoolPaysEveryTie": ("pays every maximum of a tie", *_TIES),
    "MaxPoolRunningMaximumStartsAtZero": (
        "the running maximum starts at 0",
        "What comes out for a window of negative values?",
        "A running maximum has to start below every possible value: at -inf, or at the window's first pixel.",
    ),
    "MaxPoolIgnoresStride": (
        "lays windows side by side, whatever the stride",
        "Where does the second window begin?",
        "Window number i begins at row i * stride, not at i * pool_height.",
    ),
    "MaxPoolKernelAxesSwapped": (
        "height and width of the window exchanged",
        "Try a window that is not square.",
        "pool_height belongs to rows, the third axis of x, and pool_width to columns, the fourth.",
    ),
    "MaxPoolReadsWinnersByColumn": (
        "reads the position of the maximum column by column",
        "Position 1 of a flat window of 2 by 3: which row, which column?",
        "argmax counts row by row: row = position // pool_width, column = position % pool_width (np.unravel_index).",
    ),
    "MaxPoolWinnersOfTheFirstChannel": (
        "takes the winners of the first channel for all",
        "Is the maximum at the same place in every channel?",
        "Every channel has winners of its own.",
    ),
    "MaxPoolIgnoresUpstream": ("forgets dout", *_UPSTREAM),
    "ConvFlipsTheKernel": ("turns the filter round", *_FLIP),
    "ConvFlipsTheKernelOfDx": ("turns the filter round in dx", *_FLIP),
    "ConvTransposesSquareKernels": ("rows and columns of the filter exchanged", *_FLIP),
    "ConvReplicatesTheBorder": (
        "pads with the border and not with zeros",
        "Which mode does np.pad take?",
        "The image is padded with zeros: np.pad(..., mode='constant').",
    ),
    "ConvScatterAssigns": (
        "assigns dx where it should accumulate",
        "How many output values depend on one pixel, and what becomes of their shares?",
        "One pixel reaches many outputs, and its gradient is the sum over all of them: += and not =.",
    ),
    "ConvWeightGradientAveragesTheBatch": ("dw is averaged over the batch", *_DW),
    "ConvWeightGradientOfTheLastSample": ("dw of the last sample only", *_DW),
    "ConvWeightGradientIgnoresUpstream": ("dw forgets dout", *_UPSTREAM),
    "ConvBiasGradientOfOneRow": ("db of the first row only", *_DB),
    "ConvBiasGradientAveragesPixels": ("db is averaged over the pixels", *_DB),
    "ConvBiasAlongTheRow": (
        "adds the bias along the columns",
        "To which axis of out does NumPy align b in out + b?",
        "NumPy aligns b with the last axis, the columns; it belongs to the channels: b[None, :, None, None].",
    ),
    "BatchNormStatisticsOfEachSample": (
        "mean and variance of every sample by itself",
        "How many values go into one channel's mean?",
        "For images the mean of a channel runs over samples and pixels: N H W values.",
    ),
    "LayerNormBiasInsideTheScale": (
        "beta is multiplied by gamma",
        "In which order are gamma and beta applied?",
        "out = gamma * xhat + beta: beta is added last.",
    ),
    "GroupNormWeightOfTheGroup": (
        "one gamma for all channels of a group",
        "How many numbers does gamma hold?",
        "The statistics are shared by a group; gamma and beta are not, each channel has its own.",
    ),
    "GroupNormLastGroupWithoutGradient": (
        "leaves the last group out of dx",
        "Over which numbers does your loop run?",
        "There are G groups, numbered 0 to G - 1: range(G).",
    ),
    "LinearFlattensColumnMajor": (
        "flattens the features in the wrong order",
        "Print a sample before and after your reshape.",
        "x.reshape(N, -1) keeps the features in their order; do not transpose before.",
    ),
    "DropoutNotRescaled": ("does not divide by the probability to keep", *_MASK),
    "DropoutNotRescaledInBackward": (
        "does not divide by the probability to keep in the backward pass",
        *_MASK,
    ),
    "DropoutRescalesByTheOtherProbability": ("divides by the probability to drop", *_MASK),
    "DropoutRescalesInEvaluation": (
        "multiplies in test mode and does not divide in training",
        *_MASK,
    ),
    "DropoutLetsEveryGradientThrough": ("passes the gradient of dropped values on", *_MASK),
    "CrossEntropyAveragesOverClassesToo": ("averages the loss over the classes too", *_CLASSES),
    "CrossEntropySubtractsOneInEveryRow": ("subtracts 1 in whole columns", *_TARGET),
    "CrossEntropyDifferentiatesByTheProbabilities": (
        "differentiates by the probabilities and not by the scores",
        "Of which variable is dx the gradient?",
        "-1/p is the derivative of -log p by p. By the scores, through the softmax, it becomes p - 1 at the true "
        "class and p elsewhere.",
    ),
    "CrossEntropyCountsClassesFromOne": (
        "counts the classes from 1",
        "Which values can y have?",
        "Labels run from 0 to C - 1: they are indices as they are.",
    ),
    "HingeSquared": (
        "squares the margins",
        "What does the course call this loss, with the square and without?",
        "The course's SVM loss sums max(0, s_j - s_y + 1), without a square.",
    ),
    "HingeOfTheWorstClass": (
        "takes the largest margin and not the sum of all",
        "How many wrong classes can violate their margin?",
        "The loss of a sample sums over all classes but the true one.",
    ),
    "HingeTurnedRound": (
        "true and wrong class exchanged",
        "Does the loss fall when the true class scores higher?",
        "The margin of class j is s_j - s_y + 1.",
    ),
    "HingeComparesWithTheFirstTarget": (
        "compares with the first sample's class",
        "What is y for the second sample?",
        "Each row is compared with the score of its own class: x[np.arange(N), y][:, np.newaxis].",
    ),
}
HARMLESS = {
    "MaxPoolSplitsTies": "splits a tie among equal maxima",
    "MaxPoolLastTieWins": "gives a tie to the last maximum",
}


def of(truth: Any) -> tuple[Mistake, ...]:
    """The zoo's faults of the operation under a truth, in the course's conventions.

    >>> from parity_tests.homework.courses.cs231n.layers import LayerNorm
    >>> [mistake.name for mistake in of(LayerNorm)]
    ['beta is multiplied by gamma']
    """
    operation = getattr(truth, "operation", None)
    if operation is None:
        return ()
    return tuple(
        _spoiled(truth, fault.implementation)
        for fault in FAULTS
        if fault.implementation.__name__ in TEXTS | HARMLESS
        and issubclass(fault.implementation, operation)
    )


def _spoiled(truth: Any, wrong: type) -> Mistake:
    spoiled = type(f"{truth.__name__}With{wrong.__name__}", (truth,), {"operation": wrong})
    if wrong.__name__ in HARMLESS:
        return Mistake(HARMLESS[wrong.__name__], spoiled, harmless=True)
    name, hint, explanation = TEXTS[wrong.__name__]
    return Mistake(name, spoiled, hint, explanation)
