"""Order, mirror and shift of every image, as pure functions of seed, epoch and image number.

No generator is kept: 64 random bits are hashed from (seed, purpose, epoch, image number), so a
training can be resumed at any step without saved state, and an image is treated the same in however
many processes and batches the epoch is cut.

- **Alternating flip**: half of the images, chosen once, are mirrored in even epochs, the other half
  in odd ones. Two epochs show both sides of every image; drawn anew each time, every second image
  would be seen the same way twice (Jordan 2024, *94% on CIFAR-10 in 3.29 Seconds on a Single GPU*,
  section 3.6).
- **Shift** by up to two pixels each way, the border filled by reflection (section 3.1 there).

The hash is the finalizer of SplitMix64 (Steele, Lea, Flood 2014, *Fast Splittable Pseudorandom Number
Generators*, in Stafford's variant 13).
"""

from enum import IntEnum
from functools import lru_cache

import torch
from jaxtyping import Bool, Int, UInt8
from torch import Tensor


class Draw(IntEnum):
    """What random bits are for; each has a stream of its own."""

    ORDER = 0
    FLIP = 1
    SHIFT = 2


def signed(word: int) -> int:
    """The 64-bit word as PyTorch's int64 holds it.

    >>> signed(2**64 - 1)
    -1
    """
    return word - 2**64 if word >= 2**63 else word


GOLDEN = signed(0x9E3779B97F4A7C15)
FIRST, SECOND = signed(0xBF58476D1CE4E5B9), signed(0x94D049BB133111EB)


def mixed(words: Int[Tensor, "*shape"]) -> Int[Tensor, "*shape"]:
    """SplitMix64's next output from each of these states; products wrap around at 64 bits.

    >>> hex(mixed(torch.tensor(0)).item() % 2**64)      # the first output for seed 0, as published
    '0xe220a8397b1dcdaf'
    """
    words = words + GOLDEN
    words = (words ^ shifted(words, 30)) * FIRST
    words = (words ^ shifted(words, 27)) * SECOND
    return words ^ shifted(words, 31)


def shifted(words: Int[Tensor, "*shape"], by: int) -> Int[Tensor, "*shape"]:
    """To the right, zeros coming in: int64's own shift would copy the sign."""
    return (words >> by) & (2 ** (64 - by) - 1)


def random_bits(seed: int, draw: Draw, epoch: int, numbers: Int[Tensor, " n"]) -> Tensor:
    """64 bits for each of these image numbers."""
    key = torch.zeros((), dtype=torch.int64, device=numbers.device)
    for part in (seed, int(draw), epoch):
        key = mixed(key ^ part)
    return mixed(mixed(numbers) ^ key)


@lru_cache(maxsize=1)
def order(num_images: int, seed: int, epoch: int) -> Int[Tensor, " n"]:
    """The image numbers in the order of this epoch; the last answer is kept, for its many batches.

    >>> order(5, seed=0, epoch=0), order(5, seed=0, epoch=1)
    (tensor([1, 2, 0, 4, 3]), tensor([2, 0, 3, 4, 1]))
    """
    return random_bits(seed, Draw.ORDER, epoch, torch.arange(num_images)).argsort(stable=True)


def flips(seed: int, epoch: int, numbers: Int[Tensor, " n"]) -> Bool[Tensor, " n"]:
    """Which images are mirrored in this epoch; in the next it is the others."""
    first = random_bits(seed, Draw.FLIP, 0, numbers) & 1
    return (first ^ (epoch & 1)).bool()


def shifts(seed: int, epoch: int, numbers: Int[Tensor, " n"], most: int) -> Int[Tensor, "n 2"]:
    """By how many pixels, down and across, each from -most to most with equal chances.

    The chances of a scaled 32-bit number differ by less than 2^-29 for the few pixels here.
    """
    bits = random_bits(seed, Draw.SHIFT, epoch, numbers)
    halves = torch.stack((shifted(bits, 32), bits & (2**32 - 1)), dim=1)
    return ((halves * (2 * most + 1)) >> 32) - most


def reflected(index: Int[Tensor, "*shape"], size: int) -> Int[Tensor, "*shape"]:
    """Indices beyond the border, mirrored at the outermost pixel.

    >>> reflected(torch.arange(-2, 6), size=4)
    tensor([2, 1, 0, 1, 2, 3, 2, 1])
    """
    return size - 1 - (size - 1 - index.abs()).abs()


def moved(
    images: UInt8[Tensor, "n c h w"], mirror: Bool[Tensor, " n"], shift: Int[Tensor, "n 2"]
) -> UInt8[Tensor, "n c h w"]:
    """Each image mirrored or not, then seen through a window moved down and across: one gather.

    >>> image = torch.arange(4, dtype=torch.uint8).reshape(1, 1, 1, 4)
    >>> moved(image, torch.tensor([True]), torch.tensor([[0, 1]])).flatten()
    tensor([2, 1, 0, 1], dtype=torch.uint8)
    """
    n, c, h, w = images.shape
    rows = reflected(torch.arange(h, device=images.device) + shift[:, :1], h)
    columns = reflected(torch.arange(w, device=images.device) + shift[:, 1:], w)
    columns = torch.where(mirror[:, None], w - 1 - columns, columns)
    pixels = (rows[:, :, None] * w + columns[:, None, :]).flatten(1)
    return images.flatten(2).gather(2, pixels[:, None].expand(-1, c, -1)).reshape(n, c, h, w)
