"""What goes wrong in a Solver."""

from dataclasses import replace
from typing import Any

from parity_tests.homework.courses.cs231n.solver import Configs, Params, Sets, Training
from parity_tests.homework.task import Mistake


class DecaysEveryStep(Training):
    def decays(self, t: int) -> bool:
        return True


class NeverDecays(Training):
    def decays(self, t: int) -> bool:
        return False


class DecaysAtTheStart(Training):
    """As with t in the place of t + 1."""

    def decays(self, t: int) -> bool:
        return t % self.steps_of_epoch() == 0


class Climbs(Training):
    def updated(self, params: Params, grads: Params, configs: Configs) -> tuple[Params, Configs]:
        uphill = {name: -gradient for name, gradient in grads.items()}
        return Training.updated(self, params, uphill, configs)


class SharesTheConfig(Training):
    """One dictionary for all parameters: it remembers what belongs to the other, and decays once for each."""

    def updated(self, params: Params, grads: Params, configs: Configs) -> tuple[Params, Configs]:
        found, shared = {}, configs["W1"]
        for name, w in params.items():
            alone, after = Training.updated(self, {name: w}, grads, {name: shared})
            found[name], shared = alone[name], after[name]
        return found, dict.fromkeys(params, shared)

    def decayed(self, configs: Configs) -> Configs:
        for _ in configs:
            configs = Training.decayed(self, configs)
        return configs


class KeepsTheLast(Training):
    def kept(self, best: Params, last: Params) -> Params:
        return last


class KeepsNoCopies(Training):
    """Of the dictionary, but not of the arrays: they change where the update rule works in place."""

    def kept(self, best: Params, last: Params) -> Params:
        return last if self.rule == "sgd" else best


class ValidatesOnTraining(Training):
    def accuracies(self, params: Params, sets: Sets) -> tuple[float, float]:
        train, _ = Training.accuracies(self, params, sets)
        return train, train


class ChecksOnlyValidation(Training):
    def accuracies(self, params: Params, sets: Sets) -> tuple[float, float]:
        _, val = Training.accuracies(self, params, sets)
        return val, val


class ExchangesTheAccuracies(Training):
    def accuracies(self, params: Params, sets: Sets) -> tuple[float, float]:
        train, val = Training.accuracies(self, params, sets)
        return val, train


class LeavesOutTheLastBatch(Training):
    def accuracy(self, params: Params, x: Any, y: Any, batch_size: int = 100) -> float:
        whole = len(x) // batch_size * batch_size or len(x)
        return Training.accuracy(self, params, x[:whole], y[:whole], batch_size)


class OneEpochShort(Training):
    def steps(self) -> int:
        return Training.steps(self) - self.steps_of_epoch()


class OneStepShort(Training):
    def steps(self) -> int:
        return Training.steps(self) - 1


class AtTheEndOfEpochs(Training):
    def is_checked(self, t: int) -> bool:
        return self.ends_epoch(t)


class LaterOfTwo(Training):
    """Nobody says which of two equally good parameters are the best."""

    def is_better(self, accuracy: float, best: float) -> bool:
        return accuracy >= best


_DECAY = (
    "After which steps is the learning rate multiplied by lr_decay?",
    "The learning rate decays once an epoch, after its last step: where (t + 1) % iterations_per_epoch == 0.",
)
_CONFIG = (
    "Whose velocity is in the config of b1?",
    "Each parameter has a config of its own, a copy of optim_config: what an update rule remembers has the shape of "
    "one parameter.",
)
_BEST = (
    "What happens to the best parameters in the steps that follow?",
    "best_params has to be a copy of each array at the moment of the best validation accuracy: the parameters go on "
    "changing, some update rules change them in place.",
)
_SETS = (
    "Which samples stand behind which of the two histories?",
    "train_acc_history is of X_train and y_train, val_acc_history of X_val and y_val.",
)
_LENGTH = (
    "How many losses are there after num_epochs epochs?",
    "There are num_epochs times iterations_per_epoch steps, with max(num_train // batch_size, 1) to an epoch.",
)
MISTAKES = (
    Mistake("the learning rate decays after every step", DecaysEveryStep, *_DECAY),
    Mistake("the learning rate never decays", NeverDecays, *_DECAY),
    Mistake("the learning rate decays after the first step of an epoch", DecaysAtTheStart, *_DECAY),
    Mistake(
        "goes up the gradient", Climbs,
        "Does the loss go down?", "The update rule gets the gradient itself: it goes down by its own minus.",
    ),
    Mistake("all parameters share one config", SharesTheConfig, *_CONFIG),
    Mistake("best_params are the last parameters", KeepsTheLast, *_BEST),
    Mistake("best_params holds the parameters themselves, no copies", KeepsNoCopies, *_BEST),
    Mistake("validates on the training set", ValidatesOnTraining, *_SETS),
    Mistake("takes the training accuracy of the validation set", ChecksOnlyValidation, *_SETS),
    Mistake("exchanges the accuracies of training and validation", ExchangesTheAccuracies, *_SETS),
    Mistake(
        "check_accuracy leaves out the last batch", LeavesOutTheLastBatch,
        "How many samples does check_accuracy look at, if batch_size does not divide their number?",
        "The rest that fills no batch is a batch as well: there are ceil(N / batch_size) of them.",
    ),
    Mistake("trains one epoch too few", OneEpochShort, *_LENGTH),
    Mistake("trains one step too few", OneStepShort, *_LENGTH),
    Mistake("takes no accuracies after the first step", AtTheEndOfEpochs, harmless=True),
)  # fmt: skip


def keeping_later(mistake: Mistake) -> Mistake:
    """The mistake of a Solver that keeps the later one of two equally good parameters."""
    name = f"{mistake.truth.__name__}Later"
    return replace(mistake, truth=type(name, (mistake.truth, LaterOfTwo), {}))
