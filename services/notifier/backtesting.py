"""A policy document tried on the log: read partition by partition, followed debtor by debtor.

It says nothing and writes nothing. In memory are one partition's records (at most about a million)
and what came out for the debtors that differ most.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from heapq import heappush, heapreplace

import msgspec

from huikuan.eventlog.by_key import ByKey, records_by_key
from huikuan.eventlog.log import Log
from huikuan.eventlog.record import EVERYBODY, Record
from services.notifier.domain.totals import Totals
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
        self.outcome = Outcome()

    def run(self, folded: Mapping[int, int], on_progress: Progress | None = None) -> Outcome:
        """Try it on every partition, on what lies before its position in ``folded``.

        What was said because of that is looked for to the log's end.
        """
        ends = {partition: self._log.end(partition) for partition in folded}
        total = sum(ends.values())
        wanted = self._trial.debtors.__contains__ if self._trial.debtors is not None else None
        for partition, end in ends.items():
            done = self.outcome.records
            parts = records_by_key(self._log, partition, end, self._publishers, wanted=wanted)
            for by_key in parts:
                lines = self._lines(by_key.pop(EVERYBODY, []), folded[partition])
                if lines is not None:
                    self._try(by_key, lines, on_progress, total)
            self.outcome.records = done + end
            if on_progress is not None:
                on_progress(self.outcome.records, total)
        return self.outcome

    def _lines(self, everybody: Sequence[Record], stop: int) -> Lines | None:
        rules, trial, then = self._rules, self._trial, None
        now = timeline(rules, everybody, trial.period, trial.policy, stop)
        if trial.against is not None:
            then = timeline(rules, everybody, trial.period, trial.against, stop)
        return None if now is None else Lines(now, then)

    def _try(self, by_key: ByKey, lines: Lines, on_progress: Progress | None, total: int) -> None:
        trial, outcome = self._trial, self.outcome
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

    @cached_property
    def listed(self) -> list[Tried]:
        """The debtors that differ, those that differ most first; asked when it is over."""
        ordered = sorted(self._listed, key=lambda entry: (-entry[0], entry[1]))
        return [tried for _, _, tried in ordered]
