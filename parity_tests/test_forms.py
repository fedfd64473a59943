"""The PyTorch notebook's three forms of one network train to the same bits."""

import pytest
import torch
import torch.nn.functional as F

from torch_impl.networks.forms import barebones, sequential
from torch_impl.networks.two_conv_net import TwoConvNet

SIZES = {"input_dim": (3, 8, 6), "channel_1": 4, "channel_2": 3, "num_classes": 5}
LR = 3e-3


def module():
    generator, network = torch.Generator().manual_seed(0), TwoConvNet(**SIZES)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1, generator=generator)
    return network


def batches():
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        yield (
            torch.randn(7, 3, 8, 6, generator=generator),
            torch.randint(5, (7,), generator=generator),
        )


def trained_by_hand():
    """As part II does it: gradients by autograd, steps by hand."""
    parameters = {
        name: p.detach().clone().requires_grad_() for name, p in module().named_parameters()
    }
    for x, y in batches():
        F.cross_entropy(barebones(x, parameters), y).backward()
        with torch.no_grad():
            for parameter in parameters.values():
                parameter.add_(parameter.grad, alpha=-LR)  # rounded once, as in torch.optim
                parameter.grad.zero_()
    return parameters


def trained(network):
    """As parts III and IV do it."""
    optimizer = torch.optim.SGD(network.parameters(), lr=LR)
    for x, y in batches():
        optimizer.zero_grad()
        F.cross_entropy(network(x), y).backward()
        optimizer.step()
    return dict(network.named_parameters())


@pytest.fixture(scope="module")
def of_the_module():
    return trained(module())


def test_barebones_trains_to_the_modules_bits(of_the_module):
    by_hand = trained_by_hand()
    assert by_hand.keys() == of_the_module.keys()
    assert all(torch.equal(by_hand[name], value) for name, value in of_the_module.items())
    assert not torch.equal(by_hand["conv1.weight"], module().conv1.weight)


def test_sequential_trains_to_the_modules_bits(of_the_module):
    network = sequential(**SIZES)
    network.load_state_dict(module().state_dict(), strict=True)
    in_a_row = trained(network)
    assert in_a_row.keys() == of_the_module.keys()
    assert all(torch.equal(in_a_row[name], value) for name, value in of_the_module.items())
