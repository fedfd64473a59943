"""The mistakes of layer and group normalization by their names."""

from parity_tests.homework.courses.cs231n.mistakes import group_backward as backward
from parity_tests.homework.courses.cs231n.mistakes import group_ways as ways
from parity_tests.homework.courses.cs231n.mistakes.group_steps import Groups, Rows
from parity_tests.homework.task import Mistake

Texts = tuple[str, str]

_EPS: Texts = (
    "Where does eps stand in the paper?",
    "The standard deviation is sqrt(var + eps): eps belongs to the variance, under the root.",
)
_VARIANCE: Texts = (
    "What is the standard deviation of the output when the input's is 10?",
    "x - mean is divided by the standard deviation: the root of the mean squared distance, divided by the number of "
    "values and not by one less.",
)
_AFFINE: Texts = (
    "Which of the arguments does the result not depend on?",
    "The normalized values are scaled and shifted: out = gamma * xhat + beta.",
)
_AXIS: Texts = (
    "Does the result for one sample change when you change another sample?",
    "Every sample is normalized by itself, over its features: the mean has one number per row (axis=1, keepdims=True).",
)
_MEANS: Texts = (
    "Over which axis does the forward pass take its mean, and over which does yours sum in dx?",
    "dx = (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)) / std, with dxhat = dout * gamma: the means run over the "
    "axes of the forward pass, and divide by as many values.",
)
_GAMMA: Texts = (
    "gamma varies along the axis that the means run over. Where does it have to stand then?",
    "dxhat = dout * gamma comes first, then the means of dxhat. In batch normalization gamma may stand outside, as it "
    "is constant along the axis of the mean; here it is not.",
)
_SCALE: Texts = (
    "Scale x by 10. What happens to xhat, and what should happen to dx?",
    "The bracket dxhat - mean(dxhat) - xhat * mean(dxhat * xhat) is divided by the standard deviation, once.",
)
_PARAMETERS: Texts = (
    "Which values of out does one gamma reach, and what is it multiplied by there?",
    "out = gamma * xhat + beta: dgamma sums dout * xhat and dbeta sums dout, over every axis along which gamma and "
    "beta are shared (the samples; for images also rows and columns).",
)
_GROUPS: Texts = (
    "Write channel numbers 0 to C - 1 into x and print what lies in one group after your reshape.",
    "A group is C / G channels that are neighbours: x.reshape(N, G, C // G, H, W), and mean and variance run over the "
    "last three axes, for each sample and group.",
)
_OWN: Texts = (
    "Call it with eps = 0.1 in its dictionary. Does out change?",
    "eps comes from the dictionary that is the last argument; its default serves only where there is none.",
)
_XHAT: Texts = (
    "Which of the two stands in out = gamma * xhat + beta: x - mean, or that divided by the standard deviation?",
    "dgamma and dx are written with the normalized values: xhat = (x - mean) / std.",
)
_COUNT: Texts = (
    "How many values does one mean run over?",
    "A group holds C / G * H * W values, and that is what the sums in dx are divided by.",
)
_SQUEEZE: Texts = (
    "Try N = 1, and G = 1.",
    "squeeze removes every axis of length 1, also the batch's or the groups' where there is one of them. Use "
    "keepdims=True, or name the axis.",
)

OWN_EPS = (1e-12, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
"""What is written instead of the parameter, in the texts that were seen."""

_SHARED: tuple[tuple[str, type, Texts], ...] = (
    ("eps outside the root", ways.EpsOutside, _EPS),
    ("eps missing", ways.NoEps, _EPS),
    ("divides by the variance, without the root", ways.NoRoot, _VARIANCE),
    ("normalizes by the unbiased variance", ways.Unbiased, _VARIANCE),
    ("gamma and beta missing", ways.NotScaled, _AFFINE),
    ("beta missing", ways.NoBeta, _AFFINE),
    *(("takes an eps of its own", ways.with_own_eps(eps), _OWN) for eps in OWN_EPS),
    ("mean without its axis", ways.MeanOverEverything, _AXIS),
    ("variance without its axis", ways.VarianceOverEverything, _AXIS),
    ("mean and variance without their axis", ways.OverEverything, _AXIS),
    ("dx lacks the term through the mean", backward.NoMeanTerm, _MEANS),
    ("dx lacks the term through the variance", backward.NoVarianceTerm, _MEANS),
    ("dx takes mean and variance for constants", backward.StatisticsAreConstants, _MEANS),
    ("the term through the variance has the wrong sign", backward.VarianceTermAdded, _MEANS),
    ("the term through the variance takes x for x - mean", backward.VarianceTermOfX, _MEANS),
    ("the sums in dx are divided by the batch size", backward.DividesByTheBatchSize, _MEANS),
    ("the sums in dx are not divided", backward.SumsAreNotDivided, _MEANS),
    ("dout is divided too in dx", backward.DirectTermDivided, _MEANS),
    ("a sum without its axis in the term through the mean", backward.MeanTermOfAll, _MEANS),
    ("takes x - mean for xhat in the backward pass", backward.CentredForXhat, _XHAT),
    ("eps missing in dx", backward.NoEps, _EPS),
    ("gamma stands outside the means in dx", backward.GammaOutside, _GAMMA),
    ("dx lacks gamma", backward.WithoutGamma, _GAMMA),
    ("dx is not divided by the standard deviation", backward.NotDividedByStd, _SCALE),
    ("dx is multiplied by the standard deviation", backward.MultipliedByStd, _SCALE),
    ("dgamma forgets xhat", backward.DgammaWithoutXhat, _PARAMETERS),
    ("dgamma takes x - mean for xhat", backward.DgammaOfCentred, _PARAMETERS),
    ("dgamma takes out for xhat", backward.DgammaOfOut, _PARAMETERS),
    ("dgamma contains gamma", backward.DgammaTimesGamma, _PARAMETERS),
    ("dgamma is a mean", backward.DgammaMean, _PARAMETERS),
    ("dbeta is a mean", backward.DbetaMean, _PARAMETERS),
    ("dgamma and dbeta exchanged", backward.Swapped, _PARAMETERS),
)  # fmt: skip
_OF_ROWS: tuple[tuple[str, type, Texts], ...] = (
    ("mean and variance over the batch, as in batch normalization", ways.OverTheBatch, _AXIS),
    ("the mean runs over the batch", ways.MeanOverTheBatch, _AXIS),
    ("the variance runs over the batch", ways.VarianceOverTheBatch, _AXIS),
    ("the means in dx run over the batch, as in batch normalization", backward.MeansOverTheBatch, _MEANS),
    ("the means in dx run over the batch, as in batch normalization", backward.SumsOverTheBatch, _MEANS),
    ("the term through the mean runs over the batch", backward.MeanTermOverTheBatch, _MEANS),
    ("the term through the mean runs over the batch", backward.MeanSumOverTheBatch, _MEANS),
    ("the term through the variance runs over the batch", backward.VarianceSumOverTheBatch, _MEANS),
    ("the term through the variance runs over the batch", backward.VarianceTermOverTheBatch, _MEANS),
    ("dgamma and dbeta are summed along the row", backward.BothAlongTheRow, _PARAMETERS),
)  # fmt: skip
_OF_GROUPS: tuple[tuple[str, type, Texts], ...] = (
    ("interleaves the groups", ways.Interleaved, _GROUPS),
    ("interleaves the groups", ways.InterleavedInForward, _GROUPS),
    ("interleaves the groups", ways.InterleavedAndNotPutBack, _GROUPS),
    ("interleaves the groups in dx", ways.InterleavedInBackward, _GROUPS),
    ("takes the number of groups for their size", ways.NumberForSize, _GROUPS),
    ("normalizes every channel by itself", ways.EachChannel, _GROUPS),
    ("normalizes every pixel by itself", ways.EachPixel, _GROUPS),
    ("shares mean and variance in the batch", ways.EachGroupOverTheBatch, _GROUPS),
    ("shares mean and variance among the groups", ways.AllGroups, _GROUPS),
    ("shares the mean in the batch", ways.MeanSharedInTheBatch, _GROUPS),
    ("the sums in dx run over the groups", backward.TermsOverTheGroups, _MEANS),
    ("dgamma and dbeta are summed over pixels alone", backward.BothOverPixelsAlone, _PARAMETERS),
    ("dgamma and dbeta are summed in each group, not in each channel", backward.BothOfEachGroup, _PARAMETERS),
    ("dgamma and dbeta are summed over the batch alone", backward.BothOverTheBatchAlone, _PARAMETERS),
    ("squeezes away an axis of length 1", ways.Squeezed, _SQUEEZE),
    ("the sums in dx are divided by C H W", backward.CountsEverythingInASample, _COUNT),
    ("the sums in dx are divided by the channels of a group, without its pixels", backward.CountsChannelsOnly, _COUNT),
    ("the sums in dx are divided by H W", backward.CountsPixelsOnly, _COUNT),
    ("the sums in dx are divided by N times too much", backward.CountsWithTheBatch, _COUNT),
)  # fmt: skip


def _made(base: type, table: tuple[tuple[str, type, Texts], ...]) -> tuple[Mistake, ...]:
    return tuple(
        Mistake(name, type(f"{base.__name__}{way.__name__}", (way, base), {}), *texts)
        for name, way, texts in table
    )


LAYER_NORM = _made(Rows, _SHARED + _OF_ROWS)
GROUP_NORM = _made(Groups, _SHARED + _OF_GROUPS)
