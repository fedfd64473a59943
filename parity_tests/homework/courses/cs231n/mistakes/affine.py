"""The affine layer and ReLU as they go wrong."""

from typing import Any

import numpy as np

from parity_tests.homework.courses.cs231n import layers
from parity_tests.homework.task import Mistake


class Map(layers.Affine):
    """Right; a mistake changes one part of its gradients."""

    def forward(self, x: Any, w: Any, b: Any) -> Any:
        return self.out(x.reshape(len(x), -1), w, b), (x, w)

    def out(self, rows: Any, w: Any, b: Any) -> Any:
        return rows @ w + b

    def backward(self, saved: Any, dy: Any) -> Any:
        x, w = saved
        return self.dx(x, w, dy), self.dw(x.reshape(len(x), -1), dy), self.db(dy)

    def dx(self, x: Any, w: Any, dy: Any) -> Any:
        return (dy @ w.T).reshape(x.shape)

    def dw(self, rows: Any, dy: Any) -> Any:
        return rows.T @ dy

    def db(self, dy: Any) -> Any:
        return dy.sum(axis=0)


class BiasForgotten(Map):
    def out(self, rows: Any, w: Any, b: Any) -> Any:
        return rows @ w


class NotFlattened(Map):
    """The product runs over the last axis of x, or ends in an error."""

    def forward(self, x: Any, w: Any, b: Any) -> Any:
        return np.dot(x, w) + b, (x, w)


class DwTransposed(Map):
    def dw(self, rows: Any, dy: Any) -> Any:
        return dy.T @ rows


class DwAveraged(Map):
    def dw(self, rows: Any, dy: Any) -> Any:
        return rows.T @ dy / len(rows)


class DbAveraged(Map):
    def db(self, dy: Any) -> Any:
        return dy.mean(axis=0)


class BothAveraged(DwAveraged, DbAveraged):
    pass


class DbAlongTheRow(Map):
    def db(self, dy: Any) -> Any:
        return dy.sum(axis=1)


class DbOfAll(Map):
    def db(self, dy: Any) -> Any:
        return dy.sum() * np.ones(dy.shape[1])


class DbNotSummed(Map):
    def db(self, dy: Any) -> Any:
        return dy


class DxFlat(Map):
    def dx(self, x: Any, w: Any, dy: Any) -> Any:
        return dy @ w.T


class Columns(Map):
    """reshape with the axes the other way round."""

    def forward(self, x: Any, w: Any, b: Any) -> Any:
        return self.out(x.reshape(-1, len(x)).T, w, b), (x, w)


class Gate(layers.ReLU):
    """Right; a mistake changes the gate."""

    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0), x

    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved > 0, dy, 0.0)


class OpenAtZero(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved >= 0, dy, 0.0)


class HalfOpenAtZero(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved == 0, dy / 2, super().backward(saved, dy))


class GateOfDout(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(dy > 0, dy, 0.0)


class GateOfBoth(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where((saved > 0) & (dy > 0), dy, 0.0)


class NoDout(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved > 0, np.ones_like(dy), 0.0)


class TimesX(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.maximum(saved, 0) * dy


class TimesXEverywhere(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return saved * dy


class GateAlwaysOpen(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return dy * 1.0


class GateInverted(Gate):
    def backward(self, saved: Any, dy: Any) -> Any:
        return np.where(saved <= 0, dy, 0.0)


class Leaky(Gate):
    def forward(self, x: Any) -> Any:
        return np.maximum(x, 0.01 * x), x


class AbsoluteValue(Gate):
    def forward(self, x: Any) -> Any:
        return np.abs(x), x


_AVERAGE = (
    "Who has divided by the number of samples already?",
    "The loss is averaged over the batch, so dout holds the 1/N already; layers only sum: dw = x.T @ dout and "
    "db = sum of dout over the batch.",
)
_DW = (
    "Compare the shapes of w and dw for D = 3 and M = 2.",
    "dw has the shape of w, (D, M): x, as a matrix of one row per sample, transposed, times dout.",
)
_DB = (
    "To how many rows of out is one bias added?",
    "b[m] is added to column m in every row, so db is the sum of dout over the rows: axis=0.",
)
_ROWS = (
    "What is the shape of x for four images of 2 by 3 pixels, and what does w expect?",
    "w has D = d_1 * ... * d_k rows: each sample becomes one row of D numbers first, x.reshape(N, -1).",
)
_DX = (
    "Compare the shapes of x and dx for images.",
    "dx has the shape of x: the matrix dout @ w.T has to be brought back to it.",
)
_GATE = (
    "On what does it depend whether a unit lets its gradient through?",
    "ReLU passes dout on where its input was positive, and nothing elsewhere: dout * (x > 0).",
)
_RELU = ("What becomes of -3?", "ReLU is max(0, x): all that is negative becomes 0.")
AFFINE = (
    Mistake("forgets the bias", BiasForgotten, *_DB),
    Mistake("does not make a row of each sample", NotFlattened, *_ROWS),
    Mistake("dw is transposed", DwTransposed, *_DW),
    Mistake("dw is averaged over the batch", DwAveraged, *_AVERAGE),
    Mistake("db is averaged over the batch", DbAveraged, *_AVERAGE),
    Mistake("dw and db are averaged over the batch", BothAveraged, *_AVERAGE),
    Mistake("db is summed along the row", DbAlongTheRow, *_DB),
    Mistake("db is summed without its axis", DbOfAll, *_DB),
    Mistake("db is not summed", DbNotSummed, *_DB),
    Mistake("dx is left flat", DxFlat, *_DX),
    Mistake("reshapes to columns and transposes", Columns, *_DX),
)
RELU = (
    Mistake("passes the gradient on where x is 0", OpenAtZero, harmless=True),
    Mistake("passes half of the gradient on where x is 0", HalfOpenAtZero, harmless=True),
    Mistake("asks for the sign of dout and not of x", GateOfDout, *_GATE),
    Mistake("cuts negative gradients too", GateOfBoth, *_GATE),
    Mistake("forgets dout", NoDout, *_GATE),
    Mistake("multiplies by x and not by its gate", TimesX, *_GATE),
    Mistake("multiplies by x and not by its gate", TimesXEverywhere, *_GATE),
    Mistake("passes every gradient on", GateAlwaysOpen, *_GATE),
    Mistake("passes the gradient on where x is negative", GateInverted, *_GATE),
    Mistake("lets a hundredth of negative values through", Leaky, *_RELU),
    Mistake("takes the absolute value", AbsoluteValue, *_RELU),
)
