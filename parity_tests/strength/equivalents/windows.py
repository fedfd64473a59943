"""Equivalent mutants of convolution and pooling."""

from parity_tests.strength.equivalent import equivalent

CANVAS = "the canvas only gets larger: no window reads the rest, and the result is cut out of it"
FASTER = "the same numbers, only slower"
DTYPE = "padded has the dtype of x; of the array only that and the shape are asked"

EQUIVALENT = (
    *equivalent(
        "layers.conv2d",
        "Conv2d.parameter_gradients",
        "both have n for their first axis",
        ("x.shape[0]", "windows.shape[0]"),
    ),
    *equivalent(
        "layers.conv2d",
        "rows_of",
        "what is multiplied in float64 is added up in arrays of the dtype of x and weight",
        (
            "return dy.reshape(n, layer.groups, c_out // layer.groups, h_out * w_out)",
            "return dy.reshape(n, layer.groups, c_out // layer.groups, h_out * w_out).astype(float)",
        ),
    ),
    *equivalent(
        "layers.conv2d", "scatter_windows", CANVAS, ("2 * ph", "3 * ph"), ("2 * pw", "3 * pw")
    ),
    *equivalent(
        "layers.max_pool2d",
        "MaxPool2d.forward",
        DTYPE,
        (
            "np.full_like(x, -np.inf, shape=(n, c, *out))",
            "np.full_like(padded, -np.inf, shape=(n, c, *out))",
        ),
    ),
    *equivalent(
        "layers.max_pool2d",
        "MaxPool2d.forward",
        FASTER,
        ("padded[:, :, rows, cols].copy()", "padded[:, :, rows, cols]"),
    ),
    *equivalent(
        "layers.max_pool2d",
        "MaxPool2d.backward",
        FASTER,
        (
            "dy * won if finite else np.where(won, dy, 0.0)",
            "dy * won if False else np.where(won, dy, 0.0)",
        ),
    ),
    *equivalent("layers.max_pool2d", "pad", FASTER, ("size == [h, w]", "False")),
    *equivalent(
        "layers.max_pool2d layers.avg_pool2d",
        "output_size",
        "without ceil_mode a window begins in the far padding only where padding > kernel // 2",
        (
            "pool.ceil_mode and (count - 1) * stride >= length + padding",
            "(count - 1) * stride >= length + padding",
        ),
    ),
    *equivalent(
        "layers.max_pool2d layers.avg_pool2d",
        "canvas_size",
        CANVAS,
        ("count - 1", "count + 1"),
        ("count - 1", "count"),
        ("count - 1", "count - 0"),
    ),
    *equivalent(
        "layers.max_pool2d",
        "canvas_size",
        CANVAS,
        ("kernel - 1", "kernel + 1"),
        ("kernel - 1", "kernel"),
        ("kernel - 1", "kernel - 0"),
        (
            "stride * (count - 1) + dilation * (kernel - 1) + 1",
            "stride * (count - 1) + dilation * (kernel - 1) + 2",
        ),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "AvgPool2d.forward",
        "every divisor is written before it is read",
        ("np.zeros_like(x, shape=tuple(out))", "np.ones_like(x, shape=tuple(out))"),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "AvgPool2d.forward",
        DTYPE,
        ("np.zeros_like(x, shape=tuple(out))", "np.zeros_like(padded, shape=tuple(out))"),
        ("np.zeros_like(x, shape=(n, c, *out))", "np.zeros_like(padded, shape=(n, c, *out))"),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "canvas_size",
        f"kernel >= padding; {CANVAS}",
        ("padding + length", "kernel + length"),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "canvas_size",
        "where stride < padding the windows leave less than a stride of the far padding out, "
        f"and reach beyond padding + length; else {CANVAS}",
        (
            "zip(size, out, pool.kernel_size, pool.stride, pool.padding, strict=True)",
            "zip(size, out, pool.kernel_size, pool.stride, pool.stride, strict=True)",
        ),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "window_area",
        "small whole numbers are exact in float64, and are stored in the dtype of x",
        (
            "return lengths[0].reshape(-1, 1) * lengths[1]",
            "return (lengths[0].reshape(-1, 1) * lengths[1]).astype(float)",
        ),
    ),
    *equivalent(
        "layers.avg_pool2d",
        "window_area",
        "NumPy takes any negative length for the one to be found",
        ("lengths[0].reshape(-1, 1)", "lengths[0].reshape(-2, 1)"),
    ),
)
