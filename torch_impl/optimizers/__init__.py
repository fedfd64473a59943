"""PyTorch twins of ``reference.optimizers``."""

from torch_impl.optimizers.adagrad import Adagrad
from torch_impl.optimizers.adam import Adam
from torch_impl.optimizers.adamw import AdamW
from torch_impl.optimizers.rmsprop import RMSprop
from torch_impl.optimizers.sgd import SGD

BY_NAME: dict[str, type] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}
