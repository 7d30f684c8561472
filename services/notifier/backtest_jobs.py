"""Backtests that run beside the service: one at a time in a process, each with its progress.

The latest ones are kept in this process's memory until as many others have come or it ends: what
they found can be found again, and belongs to nobody's records.
"""

import logging
import threading
import time
from typing import Literal

import uuid_utils

from huikuan.web.problems import Problem
from huikuan.web.wording import Words
from services.notifier.backtesting import Backtest
from services.notifier.following import Following
from services.notifier.trying import Trial

State = Literal["running", "done", "failed", "cancelled"]
KEPT_MAX = 5
_UNSENT_S, _LOOK_S = 30.0, 0.02
_log = logging.getLogger("huikuan.notifier")
_UNKNOWN = Words("No such backtest is kept here.", "此处没有该回测。")
_RUNNING = Words(
    "Another backtest is running: wait for its end, or cancel it.",
    "另一回测正在运行：请等待其结束，或先取消它。",
)


class CancelledError(Exception):
    """Somebody wants no more of it."""


class Job:
    """One backtest and how far it is."""

    def __init__(self, trial: Trial, backtest: Backtest) -> None:
        self.id = str(uuid_utils.uuid7())
        self.trial, self.backtest = trial, backtest
        self.state: State = "running"
        self.records = self.records_in_all = 0
        self.seconds = 0.0
        self.cancelled = threading.Event()

    def advance(self, records: int, in_all: int) -> None:
        """So many records are done. Raises ``CancelledError`` where no more is wanted."""
        self.records, self.records_in_all = records, in_all
        if self.cancelled.is_set():
            raise CancelledError
        # Somebody may be waiting for the interpreter: the loop that follows, or an answer.
        time.sleep(0)


class Backtests:
    """The backtests of this process."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._thread: threading.Thread | None = None

    def begin(self, trial: Trial) -> Job:
        """Begin one; raises the ``Problem`` 409 while another runs."""
        backtest = Backtest(self._service.log, self._service.publishers, trial)
        job = Job(trial, backtest)
        with self._lock:
            if any(each.state == "running" for each in self._jobs.values()):
                raise Problem(409, "backtest_running", _RUNNING)
            while len(self._jobs) >= KEPT_MAX:
                self._jobs.pop(next(iter(self._jobs)))
            self._jobs[job.id] = job
            self._thread = threading.Thread(
                target=self._run, args=(job,), name="backtest", daemon=True
            )
            self._thread.start()
        return job

    def all(self) -> list[Job]:
        """Those that are kept, the latest first."""
        return list(self._jobs.values())[::-1]

    def find(self, job_id: str) -> Job:
        """One of them; raises the ``Problem`` 404."""
        job = self._jobs.get(job_id)
        if job is None:
            raise Problem(404, "unknown_backtest", _UNKNOWN)
        return job

    def cancel(self, job_id: str) -> Job:
        """End one that runs, between two debtors; forget one that has ended."""
        job = self.find(job_id)
        if job.state == "running":
            job.cancelled.set()
        else:
            self._jobs.pop(job_id, None)
        return job

    def wait(self, seconds_max: float) -> None:
        """Return when none runs any more, or when so much time has passed."""
        if self._thread is not None:
            self._thread.join(seconds_max)

    def stop(self) -> None:
        """End what runs, and wait for it."""
        for job in self.all():
            job.cancelled.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, job: Job) -> None:
        began_s = time.monotonic()
        try:
            folded = self._service.positions()
            self._wait_until_sent(job)
            job.backtest.run(folded, job.advance)
            job.state = "done"
        except CancelledError:
            job.state = "cancelled"
        except Exception:  # noqa: BLE001 - told to the log and to whoever asks; the service goes on
            _log.exception("the backtest failed")
            job.state = "failed"
        job.seconds = time.monotonic() - began_s

    def _wait_until_sent(self, job: Job) -> None:
        """What was said because of what is folded must be on the log, to be read there."""
        database, outbox, began_s = self._service.database, self._service.outbox, time.monotonic()
        with database.reading() as connection:
            wanted = {p: last for p, (_, last) in outbox.unacknowledged(connection).items()}
        while wanted:
            if time.monotonic() - began_s > _UNSENT_S:
                raise TimeoutError("what was said has been waiting to be sent for too long")
            time.sleep(_LOOK_S)
            job.advance(0, 0)
            with database.reading() as connection:
                waiting = outbox.unacknowledged(connection)
            wanted = {
                p: last for p, last in wanted.items() if p in waiting and waiting[p][0] < last
            }
