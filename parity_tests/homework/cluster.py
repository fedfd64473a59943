"""A class judged on a Dask cluster.

Submissions travel as bytes, so no folder has to be shared. The scheduler and every worker need nnparity.
"""

from typing import Any

from parity_tests.homework.class_member import Work, judged_there
from parity_tests.homework.class_run import ClassError
from parity_tests.homework.judgement import HomeworkReport, Judgement

PATIENCE = 30
"""Seconds in which the scheduler has to answer."""


class Cluster:
    """Judges on the workers of a cluster; each submission in a process of its own there too."""

    def __init__(self, address: str) -> None:
        """Connects.

        Args:
            address: of the scheduler, as ``tcp://10.0.0.1:8786``.

        Raises:
            ClassError: Dask is not installed, or nobody answers there.
        """
        try:
            from distributed import Client
        except ImportError:
            raise ClassError("a cluster needs Dask: pip install 'nnparity[cluster]'") from None
        try:
            self._client: Any = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:  # a time-out among them
            raise ClassError(f"no Dask scheduler answers at {address!r}: {error}") from None

    @property
    def jobs(self) -> int:
        """How many submissions it judges at once."""
        return max(1, sum(self._client.nthreads().values()))  # type: ignore[no-any-return]

    def __call__(self, work: Work) -> HomeworkReport:
        """The report; a worker of the cluster that is lost is no fault of the submission."""
        future = self._client.submit(judged_there, work, pure=False)
        error = future.exception()  # waits
        if error is None:
            report: HomeworkReport = future.result()
            return report
        why = f"the cluster lost it: {type(error).__name__}: {' '.join(str(error).split())}"
        return work.report({}, Judgement("", "not judged", message=why, our_failure=True))

    def stop(self) -> None:
        """Leave the cluster; what is under way there is given up."""
        self._client.close()
