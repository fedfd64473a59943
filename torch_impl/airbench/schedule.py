"""Learning rates as pure functions of the step: a resumed training has nothing to remember.

Source: Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*, section 3.1 and the recipe
with Muon that followed (cifar10-airbench, ``airbench94_muon.py``): a straight line down to zero,
without warm-up, since Muon's steps have the same length whatever the gradient.
"""


def linear_decay(step: int, steps: int) -> float:
    """What is left of the first learning rate at a step: 1 - step / steps, and 0 from the end on.

    >>> [linear_decay(step, steps=4) for step in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    return max(0.0, 1.0 - step / steps) if steps > 0 else 0.0


def steps_in_an_epoch(num_images: int, batch_size: int) -> int:
    """Whole batches only, as batch norm wants them; a set smaller than a batch is one batch.

    >>> steps_in_an_epoch(49_000, 2_000), steps_in_an_epoch(64, 2_000)
    (24, 1)
    """
    return max(1, num_images // batch_size)
