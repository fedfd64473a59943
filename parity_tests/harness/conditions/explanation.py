"""Which predicates explain a pattern of failures, and in how many bits.

An explanation is a predicate, two or three joined by "and", or two joined by "or". All cases must
fail where it holds, or none where it does not; with three both, and with "or" none where it does not and
most where it does, else nobody could tell what the condition is.
Its bits name it (the cost of its predicates) and then tell which cases fail: on a side where all
are alike hardly any, else log2 of the (m + 1) C(m, k) ways for k failures among m cases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy import ndarray as Array

AND, OR = 3.0, 5.0
"""Bits for joining two predicates."""
JOINABLE = 9.0
"""What costs more is not joined to anything: nobody would call that a condition."""
ALL_FAIL, NONE_FAILS = 0.7, 0.95
"""How often everything fails under a condition, and nothing without: else numbers decide too, or
there is a second cause."""
MOSTLY = 0.75
"""This share fails at least where one of two predicates holds: the numbers of a case may save it from one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Bits, the numbers of the predicates (none: everything fails alike), and how they are joined."""

    bits: float
    parts: tuple[int, ...]
    joined: str = ""

    def holds(self, truth: Array) -> Array:
        """In which cases it holds; ``truth`` has a row for each predicate, a column for each case."""
        rows = truth[list(self.parts)]
        join = np.any if self.joined == "or" else np.all
        return np.asarray(join(rows, axis=0))


def explain(truth: Array, failed: Array, costs: Array, most: int) -> list[Explanation]:
    """The explanations in the fewest bits, the shortest first; at most so many of each form.

    >>> truth = np.array([[1, 1, 0, 0], [0, 1, 0, 1]], dtype=bool).repeat(9, axis=1)
    >>> best, *_ = explain(truth, truth.all(axis=0), np.array([2.0, 2.0]), 9)
    >>> best.parts, best.joined
    ((0, 1), 'and')
    """
    left = _bits_left(int(failed.sum()), len(failed))
    found = [Explanation(float(left[-1, -1]), ())]
    every = np.arange(len(truth))
    ways = truth[:, failed].sum(axis=1), truth.sum(axis=1)
    found += _shortest(costs + left[ways], (every,), most, "")
    few = np.flatnonzero(costs <= JOINABLE)
    first, second = np.triu_indices(len(few), 1)
    price = costs[few][first] + costs[few][second]
    pair = few[first], few[second]
    both = tuple(_together(side[few])[first, second] for side in (truth[:, failed], truth))
    either = tuple(
        alone[pair[0]] + alone[pair[1]] - joint for alone, joint in zip(ways, both, strict=True)
    )
    found += _shortest(price + AND + left[both], pair, most, "and")
    clean = (either[0] == failed.sum()) & (either[0] >= MOSTLY * either[1])
    found += _shortest(price + OR + np.where(clean, left[either], np.inf), pair, most, "or")
    found += _of_three(truth, failed, costs, left, most)
    return sorted(found, key=lambda explanation: explanation.bits)


def _of_three(
    truth: Array, failed: Array, costs: Array, left: Array, most: int
) -> Iterator[Explanation]:
    """Three joined by "and" that leave nothing open: two that all failures have in common, and a third.

    Without a failure outside, each of the three holds in every failing case.
    """
    common = np.flatnonzero((costs <= JOINABLE) & truth[:, failed].all(axis=1))
    passing = truth[np.ix_(common, ~failed)]
    failures = int(failed.sum())
    first, second = np.triu_indices(len(common), 1)
    open_cases = _together(passing)[first, second]
    for i in np.argsort(open_cases + costs[common][first] + costs[common][second])[:most]:
        a, b = first[i], second[i]
        third = np.arange(b + 1, len(common))
        third = third[~np.any(passing[third] & passing[a] & passing[b], axis=1)]
        parts = (np.full_like(third, a), np.full_like(third, b), third)
        price = costs[common][a] + costs[common][b] + costs[common][third] + 2 * AND
        bits = price + left[failures, failures]
        yield from _shortest(bits, tuple(common[part] for part in parts), most, "and")


def _together(truth: Array) -> Array:
    """In how many cases each two predicates hold together."""
    inside = truth.astype(np.float32)
    return (inside @ inside.T).astype(int)


def _shortest(
    bits: Array, parts: tuple[Array, ...], most: int, joined: str
) -> Iterator[Explanation]:
    finite = np.flatnonzero(np.isfinite(bits))
    for i in finite[np.argsort(bits[finite], kind="stable")[:most]]:
        yield Explanation(float(bits[i]), tuple(int(part[i]) for part in parts), joined)


def _bits_left(failures: int, cases: int) -> Array:
    """``[k, m]``: the bits that tell which cases fail, if an explanation holds in m and k of them fail."""
    k, m = np.ogrid[: failures + 1, : cases + 1]
    outside = failures - k, cases - m
    possible = (k <= m) & (outside[0] <= outside[1])
    within, without = _ways(k, m), _ways(*outside)
    inside = np.where(k == m, -np.log2(ALL_FAIL), within - np.log2(1 - ALL_FAIL))
    clean = outside[0] == 0
    rest = np.where(clean, -np.log2(NONE_FAILS), without - np.log2(1 - NONE_FAILS))
    bits: Array = np.where(possible & ((k == m) | clean), inside + rest, np.inf)
    return bits


def _ways(k: Array, m: Array) -> Array:
    """log2 of (m + 1) C(m, k)."""
    log = _log_factorials(int(np.max(m)))
    ways: Array = np.log2(m + 1) + log[m] - log[np.minimum(k, m)] - log[np.maximum(m - k, 0)]
    return ways


@cache
def _log_factorials(most: int) -> Array:
    logs: Array = np.concatenate([[0.0], np.cumsum(np.log2(np.arange(1, most + 1)))])
    return logs
