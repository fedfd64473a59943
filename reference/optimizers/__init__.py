"""NumPy optimizers."""

from reference.optimizers.adagrad import Adagrad
from reference.optimizers.adam import Adam
from reference.optimizers.adamw import AdamW
from reference.optimizers.rmsprop import RMSprop
from reference.optimizers.sgd import SGD

BY_NAME: dict[str, type] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}
