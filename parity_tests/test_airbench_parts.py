"""The parts of the fast training: augmentation, whitening, Muon, batch norm, evaluation, precision."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from torch_impl.airbench import augmentation, batch_norm, memory, muon, precision, whitening
from torch_impl.airbench.augmentation import flips, moved, order, shifts
from torch_impl.airbench.evaluation import VIEWS, accuracy, scores
from torch_impl.airbench.muon import COEFFICIENTS, Muon, orthogonalized
from torch_impl.airbench.network import AirbenchNet
from torch_impl.airbench.processes import ALONE

NUMBERS = torch.arange(5_000)
EPS = torch.finfo(torch.float64).eps


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def pixels(n: int, size: int = 32) -> Tensor:
    generator = torch.Generator().manual_seed(n)
    return torch.randint(0, 256, (n, 3, size, size), dtype=torch.uint8, generator=generator)


def depends_on_the_number_alone() -> bool:
    mixed = torch.randperm(len(NUMBERS), generator=torch.Generator().manual_seed(0))
    halves = mixed.split(1_999)
    whole = flips(3, 1, NUMBERS)[mixed], shifts(3, 1, NUMBERS, 2)[mixed]
    parts = (
        torch.cat([flips(3, 1, half) for half in halves]),
        torch.cat([shifts(3, 1, half, 2) for half in halves]),
    )
    return all(torch.equal(*pair) for pair in zip(whole, parts, strict=True))


def by_place(seed: int, draw: augmentation.Draw, epoch: int, numbers: Tensor) -> Tensor:
    return RANDOM_BITS(seed, draw, epoch, torch.arange(len(numbers)))


RANDOM_BITS = augmentation.random_bits


def test_what_happens_to_an_image_depends_on_its_number_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert depends_on_the_number_alone()
    monkeypatch.setattr(augmentation, "random_bits", by_place)
    assert not depends_on_the_number_alone()


def both_sides_in_two_epochs(flips: Callable[[int, int, Tensor], Tensor]) -> bool:
    return all(
        torch.equal(flips(7, epoch, NUMBERS), ~flips(7, epoch + 1, NUMBERS)) for epoch in range(4)
    )


def drawn_anew(seed: int, epoch: int, numbers: Tensor) -> Tensor:
    return (RANDOM_BITS(seed, augmentation.Draw.FLIP, epoch, numbers) & 1).bool()


def test_two_epochs_show_both_sides_of_every_image() -> None:
    assert both_sides_in_two_epochs(flips)
    assert not both_sides_in_two_epochs(drawn_anew)
    assert not torch.equal(flips(7, 0, NUMBERS), flips(8, 0, NUMBERS))


def test_shifts_are_even_and_independent() -> None:
    """Counts of a fair die with 2·25 sides stay within six standard deviations."""
    n = 50_000
    numbers = torch.arange(n)
    drawn = torch.cat((shifts(0, 4, numbers, 2) + 2, flips(0, 4, numbers)[:, None]), dim=1)
    counts = torch.bincount(drawn @ torch.tensor([10, 2, 1]), minlength=50)
    chance = 1 / 50
    assert len(counts) == 50
    assert (counts - n * chance).abs().max() < 6 * (n * chance * (1 - chance)) ** 0.5
    assert not torch.equal(shifts(0, 4, numbers, 2), shifts(0, 5, numbers, 2))


def test_every_epoch_has_an_order_of_its_own() -> None:
    orders = [order(1_000, seed, epoch) for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    assert all(torch.equal(found.sort().values, torch.arange(1_000)) for found in orders)
    assert not any(torch.equal(orders[0], other) for other in orders[1:])
    together = torch.stack([found.double() for found in orders])
    assert torch.corrcoef(together).fill_diagonal_(0).abs().max() < 6 / 1_000**0.5


def test_moving_is_padding_by_reflection_and_cropping() -> None:
    images = pixels(50, size=6)
    mirror, shift = flips(0, 0, torch.arange(50)), shifts(0, 0, torch.arange(50), 2)
    flipped = torch.where(mirror[:, None, None, None], images.flip(-1), images)
    padded = F.pad(flipped.double(), (2, 2, 2, 2), mode="reflect").byte()
    expected = [
        image[:, 2 + down : 8 + down, 2 + right : 8 + right]
        for image, (down, right) in zip(padded, shift.tolist(), strict=True)
    ]
    assert torch.equal(moved(images, mirror, shift), torch.stack(expected))
    assert not torch.equal(moved(images, mirror, -shift), torch.stack(expected))


def whitened_covariance(images: Tensor, eps: float) -> Tensor:
    filters = whitening.whitening_filters(images, eps)
    rows = F.conv2d(images, filters).permute(0, 2, 3, 1).flatten(0, 2)[:, :12]
    return rows.T @ rows / len(rows)


def test_whitened_patches_are_uncorrelated_and_of_variance_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound: a product of d×d matrices, of condition κ in all, errs by d u κ at most."""
    images = F.avg_pool2d(random(40, 3, 17, 17), 3, stride=1)
    sigma = whitening.covariance(images)
    values = torch.linalg.eigvalsh(sigma).flip(0)
    bound = len(images) * 14**2 * EPS * values.max() / values.min()
    identity = torch.eye(12, dtype=torch.float64)
    assert (whitened_covariance(images, eps=0.0) - identity).abs().max() < bound
    expected = torch.diag(values / (values + 0.5))
    assert (whitened_covariance(images, eps=0.5) - expected).abs().max() < bound
    filters = whitening.whitening_filters(images)
    assert torch.equal(filters[:12], -filters[12:])
    right = whitening.whitening_matrix
    monkeypatch.setattr(whitening, "whitening_matrix", lambda s, eps: right(s @ s, eps))
    assert (whitened_covariance(images, eps=0.0) - identity).abs().max() > bound


def iterated(values: Tensor, steps: int) -> Tensor:
    """What Newton and Schulz do to a singular value, number by number."""
    a, b, c = COEFFICIENTS
    for _ in range(steps):
        values = a * values + b * values**3 + c * values**5
    return values


def distance_from_svd(shape: tuple[int, int]) -> float:
    matrix = random(*shape)
    u, values, v = torch.linalg.svd(matrix, full_matrices=False)
    expected = u @ torch.diag(iterated(values / values.norm(), 5)) @ v
    return (orthogonalized(matrix, steps=5, eps=0.0) - expected).abs().max().item()


@pytest.mark.parametrize("shape", [(6, 6), (5, 40), (40, 5)])
def test_muon_acts_on_singular_values_alone(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound: every iteration may multiply an error by its slope at 0, a = 3.4."""
    bound = COEFFICIENTS[0] ** 5 * max(shape) * EPS
    assert distance_from_svd(shape) < bound
    values = torch.linalg.svdvals(orthogonalized(random(*shape), steps=5))
    assert values.min() > 0.5 and values.max() < 1.5  # "polar factor" up to these, the source says
    monkeypatch.setattr(muon, "COEFFICIENTS", (COEFFICIENTS[0], -4.775, 2.0316))
    assert distance_from_svd(shape) > bound


def apart_from_torch(momentum: float) -> float:
    """The largest difference of two weights after three steps, in units of the learning rate."""
    ours, theirs = (torch.nn.Parameter(random(6, 20).float()) for _ in range(2))
    mine = Muon([ours], lr=0.1, momentum=momentum, newton_schulz_steps=5, normalize_weights=False)
    other = torch.optim.Muon([theirs], lr=0.1, weight_decay=0.0, momentum=0.6)
    for step in range(3):
        ours.grad = random(6, 20, seed=step).float()
        theirs.grad = ours.grad.clone()
        mine.step()
        other.step()
    return (ours - theirs).abs().max().item() / 0.1


def test_three_steps_are_those_of_pytorchs_muon() -> None:
    """PyTorch iterates in bfloat16: 2^-8 a product, times a = 3.4 in each of four iterations after it."""
    bound = 2**-8 * sum(COEFFICIENTS[0] ** k for k in range(4))
    assert apart_from_torch(momentum=0.6) < bound
    assert apart_from_torch(momentum=0.0) > bound


def test_muon_keeps_the_length_of_a_weight() -> None:
    weight = torch.nn.Parameter(random(8, 3, 3, 3))
    weight.grad = torch.zeros_like(weight)
    Muon([weight], lr=0.5).step()
    assert abs(weight.norm().item() - 8**0.5) < 216 * EPS
    with pytest.raises(ValueError, match="0 <= momentum < 1"):
        Muon([weight], momentum=1.0)


def standardized(x: Tensor) -> Tensor:
    y: Tensor = batch_norm.StandardizeTogether.apply(x, 1e-3, ALONE)[0]
    return y


def test_batch_norm_by_hand_is_pytorchs() -> None:
    x = random(4, 3, 2, 2).requires_grad_()
    layers = [batch_norm.BatchNorm(3).double() for _ in range(2)]
    layers[1].processes = batch_norm.Processes(size=0)  # not one: by hand, without a sum
    grads, dy = [], random(4, 3, 2, 2, seed=1)
    for layer in layers:
        y = layer(x)
        grads.append((y, *torch.autograd.grad(y, (x, layer.bias), dy), *layer.buffers()))
    terms = x.numel()
    for one, other in zip(*grads, strict=True):
        assert (one - other).abs().max() < terms * EPS * max(1.0, one.abs().max().item())
    assert torch.autograd.gradcheck(standardized, (x,))


def test_views_are_weighted_to_one_and_symmetric() -> None:
    assert [sum(weight for weight, *_ in views) for views in VIEWS] == [1.0, 1.0, 1.0]
    assert [len(views) for views in VIEWS] == [1, 2, 6]
    images = pixels(6, size=5)
    weight = random(75, 10)

    def network(x: Tensor) -> Tensor:
        return x.flatten(1).double() @ weight

    for level in (1, 2):
        one, mirrored = scores(network, images, level), scores(network, images.flip(-1), level)
        if level == 1:
            assert torch.equal(one.with_views, mirrored.with_views)
        assert not torch.equal(one.with_views, one.plain)
        assert torch.equal(one.plain, network(images))
    padded = F.pad(images.double(), (1, 1, 1, 1), mode="reflect")
    terms = [(0.25, images), (0.125, padded[..., :5, :5]), (0.125, padded[..., 2:, 2:])]
    expected = sum(w * (network(x) + network(x.flip(-1))) for w, x in terms)
    bound = 75 * 12 * EPS * 255 * weight.abs().max()
    assert (scores(network, images, 2).with_views - expected).abs().max() < bound


def test_each_view_is_looked_at_once() -> None:
    seen = []

    def network(x: Tensor) -> Tensor:
        seen.append(x)
        return x.flatten(1).double()

    images = pixels(2, size=5)
    scores(network, images, level=2)
    assert len(seen) == 6
    assert torch.equal(seen[0], images)


def test_accuracy_counts_all_images_once() -> None:
    images = pixels(1_003, size=2)
    labels = images[:, :, 0, 0].long().argmax(dim=1)
    assert accuracy(lambda x: x[:, :, 0, 0].double(), images, labels) == (1.0, 1.0)
    labels[-2:] = 9
    assert accuracy(lambda x: x[:, :, 0, 0].double(), images, labels).plain == 1_001 / 1_003


@pytest.mark.parametrize("faster", ["float32", "bfloat16"])
def test_the_faster_precision_is_taken(faster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert precision.seconds(torch.float32) > 0
    monkeypatch.setattr(precision, "seconds", lambda dtype: float(str(dtype) != f"torch.{faster}"))
    assert precision.fastest(torch.device("cpu")) == faster


def test_numpy_agrees_about_the_hash() -> None:
    """SplitMix64 in NumPy's unsigned integers, which wrap by themselves."""
    state = np.arange(100, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    expected = (state ^ (state >> np.uint64(31))).view(np.int64)
    assert augmentation.mixed(torch.arange(100)).tolist() == expected.tolist()


def pages_fetched(keep: bool) -> int:
    """How often the kernel had to bring a page while a process took and freed 64 MB eight times."""
    program = f"""
import resource, runpy
memory = runpy.run_path({str(Path(memory.__file__))!r})
assert not {keep} or memory["keep_freed_memory"]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    bytearray(2**26)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return int(found.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_freed_memory_is_kept() -> None:
    """Fetched once, or each of eight times."""
    assert 4 * pages_fetched(keep=True) < pages_fetched(keep=False)


def test_the_bias_of_the_whitening_begins_as_that_of_pytorchs_layers() -> None:
    network = AirbenchNet((4, 4, 4), torch.Generator().manual_seed(0))
    bound = 12**-0.5
    bias = network.whiten.bias.detach()
    assert bias.abs().max() <= bound
    assert bias.min() < -bound / 2 and bias.max() > bound / 2
