r"""An array type that carries, for each element, a bound on what rounding can do to it.

Running error analysis (Wilkinson 1963, *Rounding Errors in Algebraic Processes*; Higham 2002, *Accuracy
and Stability of Numerical Algorithms*, 2nd ed., section 3.3): the reference's own text is run once
more on :class:`Bounded` arrays, and each operation bounds its own error from those of its operands.

**What is claimed.** Let x be what the text gives for the case's inputs in exact arithmetic. Then
|x' - x| <= E for three computed numbers x': the subject's, the twin's, and ``value``, which this run
computes in float64. A text rounded with u64 <= u keeps every bound that is made with u, since no rule
shrinks when u grows. So ``value`` is never taken for x: where a rule needs the size of a, it takes
A = |a| + 2 E_a, which is at least |a'| for each of the three and for the exact one. That is also why the
bounds hold for float64 cases, in which ``value`` is no better than the numbers it judges.

**Rules.** In the standard model fl(a op b) = (a op b)(1 + d) + e with |d| <= u (Higham 2002, equations 2.4
and 2.8); k roundings in a row make at most g(k) = k u / (1 - k u) (lemma 3.1: not k u, which misses
the products of roundings):

==============  ==============================================================
a + b, a - b    E_a + E_b + u (A + B)
sum of n        sum of E + g(n - 1) · sum of A, in whatever order (section 4.2)
a b             (|a| + E_a) E_b + E_a (|b| + 2 E_b) + u |a b|_x
a / b           (E_a + C E_b) / (|b| - 2 E_b) + g(2) C,  C = A / (|b| - 2 E_b)
a @ b           what the K products carry, + u A @ B, then a sum of K terms
sqrt(a)         min(sqrt E_a, E_a / (sqrt(a - E_a) + sqrt(a - 2 E_a))) + u sqrt A
f(a)            steepest slope within 2 E_a · E_a + k · u |f|, k documented (``formats.py``)
max, min        the largest error of whatever may win
constants       u |c| for one that the format does not hold, integers too
==============  ==============================================================

Copies, selections, sign changes, masks and factors that are powers of two are exact. What is added
to zeros in place (``total += term``), and what is added to a sum or a matrix product (a bias), is a further
term of that sum: the bound holds for every bracketing of all of them, for sums that begin with the bias, and
with fused multiply-adds, which round less often. Where k u reaches 1 the bound is infinite.

**Underflow.** A product, quotient or square below the normal numbers is off by half a spacing more (e above).
A sum is not: a sum of two floating-point numbers that underflows is exact when underflow is gradual (Hauser 1996,
ACM TOPLAS 18, p. 139, theorem 3.1), and neither NumPy nor PyTorch flushes on the CPU unless told to
(``torch.set_flush_denormal``). Library functions are documented for normal results only, so that below them
the whole smallest normal number is granted. A result that may exceed the largest number has an infinite bound.

**The twin** computes the same quantity in another order, which sums are charged for, and with these
differences in kind:

- *Brackets multiplied out.* x scale + shift for (x - mean) scale + bias in normalisations; sums of dy x for
  sums of dy (x - mean) in their gradients. So |a b|_x is taken with one bracket multiplied out, (A + B) C for
  (a + b) c, and sums of such products add up these sizes. One, not two: what rounding does to the factor
  that stays is common to all terms of the other.
- *Quotients.* a (1 / b) for a / b (softmax, means): a quotient is charged for two roundings. 1 / sqrt(v)
  for rsqrt is the same two.
- *Variances.* Welford's update (layer and group norm) is off by about n u · sqrt(mean x^2) · std (Chan, Golub and
  LeVeque 1983, *American Statistician* 37, table 1). The reference's two passes are charged n u · mean of
  |x - mean| (|x| + |mean|), which is as much. Batch norm's statistics are added in double precision
  there, and need less. E[x^2] - E[x]^2, which group norm takes for channels-last images, loses more and
  is granted nothing: no layout of a case is that one on purpose.
- *Sigmoid* as 1 / (1 + exp(-x)) on both sides of 0: where exp(-x) overflows it gives 0 for a number below
  the normal ones, which the rule for exp grants.
- *Optimizers.* ``lerp``, ``addcdiv`` and ``addcmul`` round as often as the reference's text, which is written
  after them.
- *Cross entropy, softmax, log-softmax* shift by the maximum as the reference does.
- What is left over is granted by name: ``Pair.twin_roundings``.

**Whose text.** A text is bounded by what it loses itself: E[x^2] - E[x]^2 in the reference's own text gets a bound
in which all its lost digits have room. So the definition (``reference/naive``) is run too, one number at a time
(:mod:`~parity_tests.harness.bounds.number`), by the same rules and with the same freedoms for the order of sums,
brackets and quotients. On a sample of the cases the reference's outputs must lie within twice that bound of the
definition's. A text may be another than the definition's, as long as rounding carries it no further; one that cancels
where the definition does not is told. Gradients are held to this only where the definition has a backward,
and optimizers, whose averages are ``lerp``'s, are not; there the reference's text alone bounds them.

A bound tells nothing about a branch: a comparison whose operands are closer than their errors sets
``Analysis.undecided``. Operands that are equal are taken for one number computed in one way.

**The bound's own rounding.** Bounds are sums, products and quotients of positive numbers computed in
float64, so each is off by a relative g64(steps) at most (lemma 3.1); every rule ends with
``Analysis.outward``, which is more. The one subtraction, in |b| - 2 E_b, is rounded down.
"""

from parity_tests.harness.bounds import functions, sums, ufuncs
from parity_tests.harness.bounds.array import Analysis, Bounded, Unanalysed, operand

__all__ = ["Analysis", "Bounded", "Unanalysed", "operand"]

RULES = (functions, sums, ufuncs)
"""The modules that fill the tables of :mod:`parity_tests.harness.bounds.array`."""
