"""The images that ``--data`` names."""

from reference import datasets
from reference.datasets.images import Dataset, DatasetError
from reports.usage import asked_for


def load(given: str | None) -> Dataset:
    """CIFAR-10 from a folder or by download, or the synthetic images; see ``reference/datasets``."""
    with asked_for(DatasetError):
        return datasets.resolve(given)
