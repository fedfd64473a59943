"""The mistakes of batch normalization by their names, for vectors and for images."""

from parity_tests.homework.courses.cs231n.mistakes import batch_backward as backward
from parity_tests.homework.courses.cs231n.mistakes import batch_forward as forward
from parity_tests.homework.courses.cs231n.mistakes import batch_images as images
from parity_tests.homework.courses.cs231n.mistakes.batch_steps import Images, Short, Vectors
from parity_tests.homework.task import Mistake

_EPS = (
    "Where does eps stand in the paper, and which of the two modes have you compared with it?",
    "The standard deviation is sqrt(var + eps), in training and in test mode: eps belongs to the variance, "
    "under the root.",
)
_ROOT = (
    "What is the standard deviation of the output when the input's is 10?",
    "x - mean is divided by the standard deviation, the root of the variance.",
)
_AFFINE = (
    "Compare the last line of the training branch with that of the test branch.",
    "gamma and beta are part of the layer in both modes: out = gamma * xhat + beta.",
)
_TEST = (
    "A network has to answer for a single image too. Where do mean and variance come from then?",
    "In test mode the running averages stand in for the batch's mean and variance, and nothing is updated.",
)
_TRACKED = (
    "What is running_var the average of, and is that what you average?",
    "running_var = momentum * running_var + (1 - momentum) * var, where var is the variance that x was normalized by: "
    "no root, no eps, divided by N.",
)
_OWN = (
    "Call it with another eps and another momentum in bn_param. What changes?",
    "eps and momentum come from bn_param; their defaults serve only where bn_param has none.",
)
_BATCH = (
    "From which numbers do mean and variance come in training, and from which in test mode?",
    "Training normalizes by mean and variance of this batch, and lets the running averages move; only test mode "
    "normalizes by these.",
)
_VARIANCE = (
    "What is the variance of 5, 5, 5, 5?",
    "The variance is the mean of (x - mean)**2; the mean of x**2 is larger by mean**2.",
)
_MOVED = (
    "With momentum 0.9: how much of the old average is left after one batch?",
    "running = momentum * running + (1 - momentum) * batch: with momentum 0.9 nine tenths of the old value stay.",
)
_STORED = (
    "Call the forward pass twice and print bn_param after each.",
    "The new averages have to be written back: bn_param['running_mean'] = running_mean, and likewise running_var.",
)
_AXIS = (
    "Print the shape of your mean and of your variance: what should it be?",
    "Every column has its own mean and variance: axis=0, over the batch.",
)
_TERMS = (
    "By how many paths does one x reach the outputs? Draw the graph: directly, through the mean, through the variance.",
    "mean and variance depend on x too: dx = (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)) / std, with the means "
    "over the batch.",
)
_SCALE = (
    "Scale x by 10. What happens to xhat, and what should happen to dx?",
    "The bracket dxhat - mean(dxhat) - xhat * mean(dxhat * xhat) is divided by the standard deviation, once.",
)
_DGAMMA = (
    "What is gamma multiplied by in the forward pass?",
    "out = gamma * xhat + beta, so dgamma is the sum over the batch of dout * xhat: xhat as normalized, before gamma "
    "and beta.",
)
_DBETA = (
    "To how many rows of out is one beta added?",
    "beta is added to every row, so dbeta is the sum of dout over the batch, channel by channel.",
)
_IMAGES = (
    "Which numbers stand in one column after your reshape? Try it on np.arange(2 * 3 * 2 * 2).",
    "A column has to hold one channel. reshape(-1, C) cuts the memory in its order N, C, H, W; so move the channels "
    "last first, with transpose(0, 2, 3, 1), and undo both on the way back.",
)
_BACK = (
    "Try an image that is not square: which axis of your rows runs fastest, columns or rows of the image?",
    "x.transpose(0, 2, 3, 1) has the shape (N, H, W, C); the way back is reshape(N, H, W, C) and "
    "transpose(0, 3, 1, 2).",
)
_PIXELS = (
    "How many values go into one channel's mean?",
    "For images the mean of a channel runs over samples and pixels: N H W values.",
)

OWN_EPS = (1e-6, 1e-5, 1e-4, 1e-3)
OWN_MOMENTUM = (0.9, 0.99, 0.1)
"""What is written instead of a parameter, in the texts that were seen."""

_SHARED: tuple[tuple[str, type, tuple[str, str]], ...] = (
    ("eps outside the root", forward.EpsOutside, _EPS),
    ("eps outside the root in test mode", forward.EpsOutsideInTest, _EPS),
    ("eps outside the root in training", forward.EpsOutsideInTraining, _EPS),
    ("eps missing", forward.NoEps, _EPS),
    ("eps missing in test mode", forward.NoEpsInTest, _EPS),
    ("eps missing in training", forward.NoEpsInTraining, _EPS),
    ("divides by the variance, without the root", forward.NoRoot, _ROOT),
    ("divides by the variance in test mode, without the root", forward.NoRootInTest, _ROOT),
    ("divides by the variance in training, without the root", forward.NoRootInTraining, _ROOT),
    ("gamma and beta missing in test mode", forward.NotScaledInTest, _AFFINE),
    ("gamma missing in test mode", forward.NoGammaInTest, _AFFINE),
    ("beta missing in test mode", forward.NoBetaInTest, _AFFINE),
    ("gamma and beta missing in training", forward.NotScaledInTraining, _AFFINE),
    ("beta missing in training", forward.NoBetaInTraining, _AFFINE),
    ("running_mean not subtracted in test mode", forward.NotCentredInTest, _TEST),
    ("the batch's statistics in test mode", forward.BatchStatisticsInTest, _TEST),
    ("running averages updated in test mode", forward.UpdatesInTest, _TEST),
    ("running_var holds the standard deviation", forward.TracksTheDeviation, _TRACKED),
    ("running_var holds the standard deviation with eps", forward.TracksTheDeviationWithEps, _TRACKED),
    ("running_var contains eps", forward.TracksVarianceAndEps, _TRACKED),
    ("eps added twice", forward.EpsTwice, _EPS),
    *(("takes an eps of its own, not that of bn_param", forward.with_own_eps(eps), _OWN) for eps in OWN_EPS),
    *(
        ("takes a momentum of its own, not that of bn_param", forward.with_own_momentum(momentum), _OWN)
        for momentum in OWN_MOMENTUM
    ),
    ("does not normalize in test mode", forward.NotNormalizedInTest, _TEST),
    ("does not normalize in test mode", forward.PassesXInTest, _TEST),
    ("normalizes by the running averages in training", forward.RunningAveragesInTraining, _BATCH),
    ("the variance takes x for x - mean", forward.SquaresNotCentred, _VARIANCE),
    ("mean and variance of every sample by itself", forward.OfEachRow, _AXIS),
    ("running_var averages the unbiased variance", forward.TracksUnbiased, _TRACKED),
    ("running_var averages the mean", forward.TracksTheMeanTwice, _TRACKED),
    ("normalizes by the unbiased variance", forward.Unbiased, _TRACKED),
    ("momentum the other way round", forward.MomentumReversed, _MOVED),
    ("running averages hold the last batch alone", forward.KeepsTheLastBatch, _MOVED),
    ("the new batch enters the running averages unweighted", forward.NewNotWeighted, _MOVED),
    ("running averages never stored", forward.NeverStored, _STORED),
    ("running_mean never stored", forward.MeanNeverStored, _STORED),
    ("running_var never stored", forward.VarianceNeverStored, _STORED),
    ("running_mean and running_var exchanged", forward.StoredTheOtherWayRound, _STORED),
    ("mean without its axis", forward.MeanOfAll, _AXIS),
    ("variance without its axis", forward.VarianceOfAll, _AXIS),
    ("mean and variance without their axis", forward.StatisticsOfAll, _AXIS),
    ("dx lacks the term through the mean", backward.NoMeanTerm, _TERMS),
    ("dx lacks the term through the variance", backward.NoVarianceTerm, _TERMS),
    ("dx takes mean and variance for constants", backward.StatisticsAreConstants, _TERMS),
    ("the term through the mean is not divided by N", backward.MeanTermIsASum, _TERMS),
    ("the term through the variance is not divided by N", backward.VarianceTermIsASum, _TERMS),
    ("the sums in dx are not divided by N", backward.SumsAreNotDivided, _TERMS),
    ("a sum without its axis in the term through the mean", backward.MeanTermOfAll, _TERMS),
    ("a sum without its axis in the term through the variance", backward.VarianceTermOfAll, _TERMS),
    ("the sums in dx lack their axis", backward.SumsOfAll, _TERMS),
    ("the term through the variance is half as large as it should be", backward.VarianceTermHalved, _TERMS),
    ("the term through the variance is twice as large as it should be", backward.VarianceTermDoubled, _TERMS),
    ("the term through the variance takes x for x - mean", backward.VarianceTermOfX, _TERMS),
    ("the term through the variance has the wrong sign", backward.VarianceTermAdded, _TERMS),
    ("the term through the mean has the wrong sign", backward.MeanTermAdded, _TERMS),
    ("dout is divided by N in dx", backward.DirectTermDivided, _TERMS),
    ("eps missing in dx", backward.NoEps, _SCALE),
    ("dx is not divided by the standard deviation", backward.NotDividedByStd, _SCALE),
    ("dx is multiplied by the standard deviation", backward.MultipliedByStd, _SCALE),
    ("dx is divided by the variance", backward.DividedByTheVariance, _SCALE),
    ("dx lacks gamma", backward.WithoutGamma, _TERMS),
    ("dgamma forgets xhat", backward.DgammaWithoutXhat, _DGAMMA),
    ("dgamma is summed along the row", backward.DgammaAlongTheRow, _DGAMMA),
    ("dbeta is summed along the row", backward.DbetaAlongTheRow, _DBETA),
    ("dgamma and dbeta are summed along the row", backward.BothAlongTheRow, _DGAMMA),
    ("dgamma takes x - mean for xhat", backward.DgammaOfCentred, _DGAMMA),
    ("dgamma takes out for xhat", backward.DgammaOfOut, _DGAMMA),
    ("dgamma contains gamma", backward.DgammaTimesGamma, _DGAMMA),
    ("dgamma is summed without its axis", backward.DgammaOfAll, _DGAMMA),
    ("dgamma is a mean", backward.DgammaMean, _DGAMMA),
    ("dbeta is a mean", backward.DbetaMean, _DBETA),
    ("dbeta is summed without its axis", backward.DbetaOfAll, _DBETA),
    ("dgamma and dbeta exchanged", backward.Swapped, _DGAMMA),
)  # fmt: skip
_ON_IMAGES: tuple[tuple[str, type, tuple[str, str]], ...] = (
    ("reshapes without moving the channels last", images.Untransposed, _IMAGES),
    ("reshapes dout without moving the channels last", images.UntransposedDout, _IMAGES),
    ("reshapes without moving the channels last", images.UntransposedOnTheWayIn, _IMAGES),
    ("reshapes dout without moving the channels last", images.UntransposedDoutAndDx, _IMAGES),
    ("moves the channels first, where they belong last", images.ChannelsFirst, _IMAGES),
    ("rows and columns exchanged in out", images.OutByColumns, _BACK),
    ("rows and columns exchanged in dx", images.DxByColumns, _BACK),
    ("does not move the channels back in out", images.OutNotTransposedBack, _IMAGES),
    ("does not move the channels back in dx", images.DxNotTransposedBack, _IMAGES),
    ("divides by N where N H W values were summed", images.DividesByTheBatchSize, _PIXELS),
    ("mean and variance of every pixel by itself", images.StatisticsOfEachPixel, _PIXELS),
)


def _made(base: type, table: tuple[tuple[str, type, tuple[str, str]], ...]) -> tuple[Mistake, ...]:
    return tuple(
        Mistake(name, type(f"{base.__name__}{way.__name__}", (way, base), {}), *texts)
        for name, way, texts in table
    )


_PROPAGATED = tuple(row for row in _SHARED if row[0].startswith(("dgamma", "dbeta")))

BATCH_NORM = _made(Vectors, _SHARED) + _made(Short, _PROPAGATED)
SPATIAL_BATCH_NORM = _made(Images, _SHARED + _ON_IMAGES)
