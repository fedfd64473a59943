"""Images to train on: CIFAR-10 from its official files, or textures where there is none.

>>> dataset = make_synthetic(num_train=20, num_val=10, num_test=10)      # resolve(None) on a bare machine
>>> dataset.train_images.batch([3, 1], "float32").shape, dataset.train_labels[[3, 1]]
((2, 3, 32, 32), array([2, 9]))
"""

from reference.datasets.cifar10 import course_split, full_split, load, provenance, read
from reference.datasets.download import download_cifar10
from reference.datasets.images import Dataset, DatasetError, Images
from reference.datasets.source import resolve
from reference.datasets.synthetic import make_synthetic

__all__ = [
    "Dataset",
    "DatasetError",
    "Images",
    "course_split",
    "download_cifar10",
    "full_split",
    "load",
    "make_synthetic",
    "provenance",
    "read",
    "resolve",
]
