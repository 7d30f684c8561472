"""A thread that turns one of a service's loops, and what happens when the loop fails."""

import logging
import os
import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from huikuan.eventlog.engine import AWAY
from huikuan.eventlog.lease import FencedError
from huikuan.eventlog.log import AppendUnknownError, LogAwayError, LogError
from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.eventlog.ownership import RebuildNeededError
from huikuan.eventlog.restored import RestoredBackupError

logger = logging.getLogger(__name__)

STOPS: tuple[type[Exception], ...] = (
    LogError,
    RebuildNeededError,
    RestoredBackupError,
    SaidOtherwiseError,
)
"""Waiting does not help: a person must look."""
WORLD: tuple[type[Exception], ...] = (
    DBAPIError,
    *AWAY,
    AppendUnknownError,
    LogAwayError,
    OSError,
)
"""What may be well again by itself."""
_WORLD_FAILURES_MAX = 120
_OWN_FAILURES_MAX = 5
_PAUSE_S = 0.1
_PAUSE_MAX_S = 5.0


END_CODE = 70


def end_process(failure: str) -> None:
    """End this process at once, as a crash would, which loses and repeats nothing."""
    logger.critical("this process ends: %s", failure)
    logging.shutdown()
    os._exit(END_CODE)


class Turning:
    """Calls ``turn`` again and again until stopped; after a failure ``recover``, then a pause.

    When failures do not end, the loop ends: ``failure`` says why, and ``ended`` is called.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], object],
        recover: Callable[[], None],
        ended: Callable[[str], None],
    ) -> None:
        self.name = name
        self.failure: str | None = None
        self.trouble: str | None = None
        """What went wrong last, until a turn succeeds."""
        self._turn, self._recover, self._ended = turn, recover, ended
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the loop to end after its turn."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether it turns."""
        return self._thread.is_alive()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self._turn()
            except FencedError as fenced:
                logger.warning("%s: %s", self.name, fenced)
                self._recover()
            except STOPS as refusal:
                self._end(refusal)
                return
            except Exception as problem:  # noqa: BLE001 - counted, logged, and not for ever
                failures += 1
                most = _WORLD_FAILURES_MAX if isinstance(problem, WORLD) else _OWN_FAILURES_MAX
                if not self._survive(problem, failures, most):
                    return
            else:
                failures, self.trouble = 0, None

    def _survive(self, problem: Exception, failures: int, most: int) -> bool:
        self.trouble = f"{type(problem).__name__}: {problem}"
        logger.error("%s failed (%d of %d)", self.name, failures, most, exc_info=problem)
        if failures >= most:
            self._end(problem)
            return False
        self._recover()
        self._stopping.wait(min(_PAUSE_MAX_S, _PAUSE_S * 2 ** min(failures, 10)))
        return True

    def _end(self, reason: Exception) -> None:
        self.failure = f"{type(reason).__name__}: {reason}"
        logger.critical("%s ends: %s", self.name, self.failure, exc_info=reason)
        self._ended(self.failure)
