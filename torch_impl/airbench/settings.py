"""What a training consists of, apart from the images."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from torch_impl.airbench.evaluation import VIEWS
from torch_impl.airbench.network import WIDTHS, Widths
from torch_impl.airbench.precision import DTYPES

Dtype: TypeAlias = Literal["auto", "bfloat16", "float32", "float64"]


@dataclass(frozen=True, slots=True)
class AirbenchSettings:
    """Two trainings with equal settings on the same images, machine and number of threads are equal bit by bit.

    The numbers are those of cifar10-airbench's ``airbench94_muon.py`` (Jordan 2024). The loss of a batch
    is a sum over its images, so ``bias_lr``, ``head_lr`` and ``weight_decay`` are meant for one image
    and hold for every batch size; ``muon_lr`` is the length of a step, whatever is in it. ``dtype``
    is that of the activations: ``auto`` asks the machine (``precision.py``), float64 is for
    comparisons. ``shift`` is how many pixels an image is moved at most, ``tta_level`` how the
    accuracy after the last epoch is measured too (``evaluation.py``).

    >>> AirbenchSettings(epochs=0)
    Traceback (most recent call last):
    ...
    ValueError: epochs must be at least 1, not 0
    """

    epochs: int = 8
    batch_size: int = 2_000
    muon_lr: float = 0.24
    muon_momentum: float = 0.6
    bias_lr: float = 0.053
    head_lr: float = 0.67
    sgd_momentum: float = 0.85
    weight_decay: float = 2e-6
    label_smoothing: float = 0.2
    whiten_bias_epochs: int = 3
    seed: int = 0
    widths: Widths = WIDTHS
    dtype: Dtype = "auto"
    compile: bool = False
    channels_last: bool = True
    flip: bool = True
    shift: int = 2
    whitening: bool = True
    tta_level: int = 2

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.dtype not in ("auto", *DTYPES):
            raise ValueError(f"no dtype {self.dtype!r}: choose from auto, {', '.join(DTYPES)}")
        if not 0 <= self.tta_level < len(VIEWS):
            raise ValueError(f"no tta_level {self.tta_level}: choose from 0, 1, 2")
        if not 0 <= self.shift < 32:
            raise ValueError(f"shift {self.shift}: an image is moved by 0 to 31 pixels")
        if len(self.widths) != 3 or min(self.widths) < 1:
            raise ValueError(f"widths {self.widths}: write three, one for each group")
