"""The definition of every operation in plain loops over its elements: slow, obviously right.

Each stands at the address of the reference and has its name, hyper-parameters and ``forward``. It
imports nothing of the reference: two texts with one mistake in common would agree. Only ``+ - * /``,
comparisons, ``abs`` and functions of one number touch an element, so a definition also runs on arrays
of objects: of fractions, or of numbers with as many digits as one likes. Most have no backward: their
derivative can be taken through such numbers.
"""
