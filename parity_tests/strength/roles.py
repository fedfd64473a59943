"""Names that play the same role, so that one is easily written for another."""

from collections.abc import Collection

ROLES: tuple[tuple[str, ...], ...] = (
    ("x", "x_hat", "y", "centred", "padded", "shifted", "windows", "columns", "difference"),
    ("dy", "dx_hat", "dx", "g", "dcentred", "dscaled", "grouped", "rows", "dcolumns"),
    ("dvar", "dstd", "dinv_std", "dmean", "inv_std"),
    ("dweight", "dbias"),
    ("weight", "bias"),
    ("mean", "var", "unbiased"),
    ("running_mean", "running_var"),
    ("h", "w"),
    ("n", "c"),
    ("kh", "kw"),
    ("ph", "pw"),
    ("sh", "sw"),
    ("dh", "dw"),
    ("h_out", "w_out"),
    ("span_h", "span_w"),
    ("k", "l"),
    ("rows", "cols"),
    ("stride", "padding", "dilation", "kernel", "length", "count"),
    ("kernel_size", "stride", "padding", "dilation"),
    ("pool_size", "pool_stride"),
    ("begin", "end"),
    ("start", "end"),
    ("start_dim", "end_dim"),
    ("param", "grad", "g", "m", "v", "step"),
    ("beta1", "beta2"),
    ("square_avg", "average", "spread", "buffer"),
    ("lr", "weight_decay", "eps", "momentum", "dampening", "alpha", "margin"),
    ("loss", "smooth", "log_p", "total", "hinges"),
    ("candidate", "y"),
    ("d_in", "d_out", "d"),
    ("c_in", "c_out"),
    ("num_filters", "hidden_dim", "num_classes", "input_dim"),
)


def partner(name: str, known: Collection[str]) -> str | None:
    """The next name after ``name`` of the same role among the known ones, round the circle.

    >>> partner("x_hat", {"x", "weight", "x_hat"}), partner("weight", {"weight"})
    ('x', None)
    """
    for role in ROLES:
        if name in role:
            at = role.index(name)
            for other in (*role[at + 1 :], *role[:at]):
                if other in known:
                    return other
    return None
