"""The right layer behind a wrong one."""

import dataclasses
from typing import Any


def truth_of(fault: Any, **changes: Any) -> Any:
    """The reference that a fault spoils, with the fault's hyper-parameters but for ``changes``.

    >>> from parity_tests.faults.layers.dropout import DropoutNotRescaled
    >>> truth_of(DropoutNotRescaled(p=0.25), training=False)
    Dropout(p=0.25, training=False)
    """
    right = next(kind for kind in type(fault).__mro__ if "__dataclass_fields__" in vars(kind))
    options = {field.name: getattr(fault, field.name) for field in dataclasses.fields(right)}
    return right(**options | changes)
