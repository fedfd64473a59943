"""Equivalent mutants of batch, layer and group normalisation."""

from parity_tests.strength.equivalent import equivalent

AXES = "of the second argument only the shape is asked, and that is the same"
AFFINE = "PyTorch's layer has weight and bias or neither; one alone: the doctest of the class"
RUNNING = "PyTorch's layer tracks mean and var or neither"
ANY_NEGATIVE = "NumPy takes any negative length for the one to be found"
COPY = "dscaled is another name of dy"
EMPTY = "only of an array without elements: its sum is divided, and no element is there to show it"
GROUP = "not drawn: of images without pixels PyTorch 2.13 gives nan as gradient by weight"

EQUIVALENT = (
    *equivalent(
        "layers.batch_norm layers.group_norm",
        "spread",
        ANY_NEGATIVE,
        ("vector.reshape(-1, *[1] * (x.ndim - 2))", "vector.reshape(-2, *[1] * (x.ndim - 2))"),
    ),
    *equivalent(
        "layers.batch_norm",
        "forward_by_channel",
        AXES,
        ("spread(inv_std, x)", "spread(inv_std, centred)"),
        ("spread(weight, x)", "spread(weight, x_hat)"),
        ("spread(bias, x)", "spread(bias, x_hat)"),
        ("values_per_channel(x)", "values_per_channel(x_hat)"),
    ),
    *equivalent(
        "layers.batch_norm",
        "forward_by_channel",
        AFFINE,
        ("weight is not None", "bias is not None"),
        ("if bias is not None:", "if weight is not None:"),
        (
            "Saved(centred, inv_std, x_hat, weight, bias is not None, from_batch)",
            "Saved(centred, inv_std, x_hat, weight, weight is not None, from_batch)",
        ),
    ),
    *(
        entry
        for function in ("forward_by_channel", "track")
        for entry in equivalent(
            "layers.batch_norm",
            function,
            RUNNING,
            ("running.mean is None", "running.var is None"),
            ("running.var is None", "running.mean is None"),
        )
    ),
    *equivalent(
        "layers.batch_norm",
        "track",
        "an array without axes plus 1 is a NumPy number of the same dtype",
        ("np.asarray(tracked + 1)", "tracked + 1"),
    ),
    *equivalent(
        "layers.batch_norm",
        "backward_by_channel",
        AXES,
        ("spread(mean_by_channel(dx_hat), dy)", "spread(mean_by_channel(dx_hat), dx_hat)"),
        (
            "spread(mean_by_channel(dx_hat * x_hat), dy)",
            "spread(mean_by_channel(dx_hat * x_hat), dx_hat)",
        ),
        ("spread(inv_std, dy)", "spread(inv_std, dx_hat)"),
        (
            "(dy * x_hat).sum(axis=all_but_channels(dy))",
            "(dy * x_hat).sum(axis=all_but_channels(dx_hat))",
        ),
        ("dy.sum(axis=all_but_channels(dy))", "dy.sum(axis=all_but_channels(dx_hat))"),
    ),
    *equivalent(
        "layers.batch_norm",
        "backward_step_by_step",
        AXES,
        ("spread(weight, dy)", "spread(weight, dx_hat)"),
        ("spread(inv_std, dy)", "spread(inv_std, dx_hat)"),
        ("spread(dvar, dy)", "spread(dvar, dx_hat)"),
        ("spread(dmean, dy)", "spread(dmean, dx_hat)"),
    ),
    *equivalent(
        "layers.batch_norm",
        "backward_step_by_step",
        COPY,
        ("(None, dscaled)", "(None, dy)"),
        ("dscaled * x_hat", "dy * x_hat"),
        ("dscaled * spread(weight, dy)", "dy * spread(weight, dy)"),
    ),
    *equivalent(
        "layers.layer_norm",
        "LayerNorm.backward_nine_steps",
        COPY,
        ("(None, dscaled)", "(None, dy)"),
        ("dscaled * x_hat", "dy * x_hat"),
        ("dscaled * weight", "dy * weight"),
    ),
    *equivalent(
        "layers.layer_norm",
        "LayerNorm.backward_nine_steps",
        EMPTY,
        ("max(dy.shape[-1], 1)", "dy.shape[-1]"),
        ("max(dy.shape[-1], 1)", "max(dy.shape[-1], 0)"),
    ),
    *equivalent(
        "layers.batch_norm",
        "mean_by_channel",
        f"{EMPTY}; one value per channel is refused",
        ("max(values_per_channel(x), 1)", "values_per_channel(x)"),
        ("max(values_per_channel(x), 1)", "max(values_per_channel(x), 0)"),
        ("max(values_per_channel(x), 1)", "max(values_per_channel(x), 2)"),
    ),
    *equivalent(
        "layers.batch_norm",
        "backward_step_by_step",
        f"{EMPTY}; one value per channel is refused",
        ("max(values_per_channel(dy), 1)", "values_per_channel(dy)"),
        ("max(values_per_channel(dy), 1)", "max(values_per_channel(dy), 0)"),
        ("max(values_per_channel(dy), 1)", "max(values_per_channel(dy), 2)"),
    ),
    *equivalent(
        "layers.layer_norm",
        "mean_of_last",
        EMPTY,
        ("max(x.shape[-1], 1)", "x.shape[-1]"),
        ("max(x.shape[-1], 1)", "max(x.shape[-1], 0)"),
    ),
    *equivalent(
        "layers.group_norm",
        "mean_of_last",
        GROUP,
        ("max(x.shape[-1], 1)", "x.shape[-1]"),
        ("max(x.shape[-1], 1)", "max(x.shape[-1], 0)"),
    ),
    *equivalent(
        "layers.group_norm",
        "GroupNorm.forward",
        AXES,
        ("spread(weight, x)", "spread(weight, x_hat)"),
        ("spread(bias, x)", "spread(bias, x_hat)"),
    ),
    *equivalent(
        "layers.group_norm",
        "GroupNorm.forward",
        AFFINE,
        ("weight is not None", "bias is not None"),
        ("if bias is not None:", "if weight is not None:"),
        (
            "Saved(x_hat, inv_std, weight, bias is not None)",
            "Saved(x_hat, inv_std, weight, weight is not None)",
        ),
    ),
    *equivalent(
        "layers.group_norm",
        "GroupNorm.backward",
        "dx_hat has the shape of dy",
        ("dx.reshape(dy.shape)", "dx.reshape(dx_hat.shape)"),
    ),
    *equivalent(
        "layers.group_norm",
        "split_channels",
        "the rows are the same in the same order: their two counts are only multiplied",
        (
            "x.reshape(x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups)",
            "x.reshape(num_groups, x.shape[0], math.prod(x.shape[1:]) // num_groups)",
        ),
    ),
)
