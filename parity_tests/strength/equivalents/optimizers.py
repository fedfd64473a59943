"""Equivalent mutants of optimizers."""

from parity_tests.strength.equivalent import equivalent

ALL = (
    ("optimizers.sgd", "SGD.update"),
    ("optimizers.adagrad", "Adagrad.update"),
    ("optimizers.rmsprop", "RMSprop.update"),
    ("optimizers.adam", "Adam.update"),
    ("optimizers.adamw", "AdamW.update"),
)
LERP = "two ways to write the same average; either rounds within the bound from 0.5 on"

EQUIVALENT = (
    *(
        entry
        for module, function in ALL
        for entry in equivalent(
            module,
            function,
            "without decay nothing is added, or 1 multiplied; below 0 it is refused",
            ("self.weight_decay != 0", "True"),
            ("self.weight_decay != 0", "self.weight_decay != -1"),
        )
    ),
    *(
        entry
        for module, function in ALL[3:]
        for entry in equivalent(
            module,
            function,
            LERP,
            ("beta1 > 0.5", "beta1 >= 0.5"),
            ("beta1 > 0.5", "beta1 > 0.5005"),
        )
    ),
    *equivalent(
        "optimizers.rmsprop",
        "RMSprop.update",
        LERP,
        ("alpha > 0.5", "alpha >= 0.5"),
        ("alpha > 0.5", "alpha > 0.5005"),
        ("alpha > 0.5", "True"),
    ),
)
