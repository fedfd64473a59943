"""Equivalent mutants of networks."""

from parity_tests.strength.equivalent import equivalent

EITHER_NORM = "both classes hand everything to forward_by_channel, for any number of axes"
MONOTONE = "the positive part does not change which value of a window is the largest"
OPTIONAL = "arrays.get(name) if optional else arrays[name]"
SPATIAL = "BatchNorm2d() if spatial else BatchNorm1d()"
CONV = "convolution('conv', self.c_in, self.c_out, *window)"
POOL = "max_pool('pool', self.pool_size, self.pool_stride)"
CONV1 = "convolution('conv1', c, self.num_filters, (k, k), padding=(padding, padding))"
HEAD = (
    "affine('linear2', self.num_filters * h * w, self.hidden_dim), relu('relu2'), "
    "affine('linear3', self.hidden_dim, self.num_classes)"
)

EQUIVALENT = (
    *equivalent(
        "networks.chain",
        "Link.values",
        "every array that a network reads is given; that a missing one is named: test_networks.py",
        (OPTIONAL, OPTIONAL.replace("optional", "True")),
        (OPTIONAL, OPTIONAL.replace("optional", "False")),
    ),
    *equivalent(
        "networks.links",
        "batch_norm",
        EITHER_NORM,
        ("name: str, c: int, spatial: bool=False", "name: str, c: int, spatial: bool=True"),
        (SPATIAL, SPATIAL.replace("spatial", "True")),
        (SPATIAL, SPATIAL.replace("spatial", "False")),
    ),
    *equivalent(
        "networks.model_2017",
        "Model2017.links",
        EITHER_NORM,
        (
            "batch_norm('bn1', self.num_filters, spatial=True)",
            "batch_norm('bn1', self.num_filters, spatial=False)",
        ),
    ),
    *equivalent(
        "networks.sandwich",
        "ConvNormReLU.links",
        EITHER_NORM,
        (
            "batch_norm('norm', self.c_out, spatial=True)",
            "batch_norm('norm', self.c_out, spatial=False)",
        ),
    ),
    *equivalent(
        "networks.sandwich",
        "ConvReLUPool.links",
        MONOTONE,
        (f"return ({CONV}, relu('relu'), {POOL})", f"return ({CONV}, {POOL}, relu('relu'))"),
    ),
    *equivalent(
        "networks.three_layer_conv_net",
        "ThreeLayerConvNet.links",
        MONOTONE,
        (
            f"return ({CONV1}, relu('relu1'), max_pool('pool1'), {HEAD})",
            f"return ({CONV1}, max_pool('pool1'), relu('relu1'), {HEAD})",
        ),
    ),
    *equivalent(
        "networks.three_layer_conv_net",
        "ThreeLayerConvNet.links",
        "an odd size, less 1 or not, has the same half",
        ("self.filter_size - 1", "self.filter_size"),
        ("self.filter_size - 1", "self.filter_size - 0"),
    ),
)
