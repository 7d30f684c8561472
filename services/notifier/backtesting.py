"""A policy document tried on the log: read partition by partition, followed debtor by debtor.

It says nothing and writes nothing. In memory are one partition's records (at most about a million)
and what came out for the debtors that differ most.
"""

from collections.abc import Callable, Mapping
from heapq import heappush, heapreplace

import msgspec

from huikuan.eventlog.by_key import ByKey, records_by_key
from huikuan.eventlog.log import Log
from huikuan.eventlog.record import EVERYBODY
from services.notifier.domain.backtest import Totals
from services.notifier.rules import NotifierRules
from services.notifier.timeline import timeline
from services.notifier.told import Told
from services.notifier.trying import Lines, Trial, Tried, try_debtor

LISTED_MAX = 100_000
"""Debtors whose steps are kept; those that differ most."""

Progress = Callable[[int, int], None]
"""Records done, and how many there are. May raise to end it: it is called between two debtors."""


class Outcome(msgspec.Struct):
    """What came out over all debtors."""

    champion: Totals = msgspec.field(default_factory=Totals)
    """Those that stayed as they were."""
    challenger: Totals = msgspec.field(default_factory=Totals)
    """Those that had the policy."""
    records: int = 0


class Backtest:
    """One trial over a log."""

    def __init__(self, log: Log, publishers: frozenset[str], trial: Trial) -> None:
        self._log, self._publishers, self._trial = log, publishers, trial
        self._rules = NotifierRules()
        self._listed: list[tuple[int, str, Tried]] = []
        self._left_out = 0
        self.outcome = Outcome()

    def run(self, stops: Mapping[int, int], on_progress: Progress | None = None) -> Outcome:
        """Try it on every partition up to its position in ``stops``."""
        total = sum(stops.values())
        wanted = self._trial.debtors.__contains__ if self._trial.debtors is not None else None
        for partition, stop in stops.items():
            done = self.outcome.records
            for by_key in records_by_key(
                self._log, partition, stop, self._publishers, wanted=wanted
            ):
                self._try(by_key, on_progress, total)
            self.outcome.records = done + stop
        return self.outcome

    def _try(self, by_key: ByKey, on_progress: Progress | None, total: int) -> None:
        trial, outcome = self._trial, self.outcome
        everybody = by_key.pop(EVERYBODY, [])
        now = timeline(self._rules, everybody, trial.period, trial.policy)
        then = None
        if trial.against is not None:
            then = timeline(self._rules, everybody, trial.period, trial.against)
        if now is None:
            return
        lines = Lines(now, then)
        for debtor, records in by_key.items():
            tried = try_debtor(self._rules, trial, Told(debtor, records, trial.period), lines)
            group = outcome.challenger if tried.challenged else outcome.champion
            group.add(tried.then, tried.now, tried.found)
            if tried.found:
                self._list(tried)
            outcome.records += len(records)
            if on_progress is not None:
                on_progress(outcome.records, total)

    def _list(self, tried: Tried) -> None:
        entry = (len(tried.found), tried.debtor, tried)
        if len(self._listed) < LISTED_MAX:
            heappush(self._listed, entry)
        else:
            heapreplace(self._listed, max(entry, self._listed[0]))
            self._left_out += 1

    def listed(self) -> list[Tried]:
        """The debtors that differ, those that differ most first."""
        ordered = sorted(self._listed, key=lambda entry: (-entry[0], entry[1]))
        return [tried for _, _, tried in ordered]
