"""How strong the suite is: machine-made mistakes and the zoo's faults put before its checks.

:func:`measure` makes every mutant of the references' texts (``mutation.py``, by the operators in
``operators.py`` and ``returned.py``), brings it to life (``loader.py``) and lets the pair's checks judge it
(``judging.py``) until the first that sees it. What none sees is listed in ``equivalents``, with the reason why
nothing could be seen, or it is a hole of the suite.
"""

from parity_tests.strength.finding import Judged, JudgedFault, Row, Strength
from parity_tests.strength.measurement import measure, modules_of, planned

__all__ = ["Judged", "JudgedFault", "Row", "Strength", "measure", "modules_of", "planned"]
