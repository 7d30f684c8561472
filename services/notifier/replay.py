"""One debtor's records followed once more, as under another policy: by the very rules that follow.

His facts come in the order in which they were recorded, each on the business day that was open
then, so late ones retract as they would have. What people approved, acknowledged or delivered
counts where the same step of the same subject waits for it here too; with ``assume_approved``
whatever is proposed is approved at once, so that it is raised when its hold ends, and where the
policy waits for deliveries every notice arrives at once.
"""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from huikuan.debtor.fold import receive, receive_all
from huikuan.debtor.things import Day
from huikuan.eventlog.record import Record, gists
from huikuan.events.fields import Event
from services.notifier.deciding import speak
from services.notifier.domain.case import Case
from services.notifier.domain.holding import Holding
from services.notifier.domain.plain import Plain
from services.notifier.drifting import drift, sort_after
from services.notifier.rules import NotifierRules
from services.notifier.shared import Shared
from services.notifier.timeline import END, Timeline, day_of
from services.notifier.told import Told
from services.notifier.trial_answers import addressed, assumed
from services.notifier.unseen import fold_unseen
from services.notifier.watched import loud_from, review_on


class Replay:
    """One debtor under one timeline."""

    def __init__(
        self,
        rules: NotifierRules,
        told: Told,
        line: Timeline,
        holding: Holding,
        *,
        assume_approved: bool,
    ) -> None:
        self._rules, self._told, self._line, self._holding = rules, told, line, holding
        self._inputs = told.inputs
        self._assume_approved = assume_approved
        self._watched = rules.blank(told.debtor)
        self._unread: set[int] = set()
        self._at = 0
        """Which of his records comes next."""

    def run(self, case: Case) -> Case:
        """His case when the period is over, from the one with which it began."""
        self._watched.case = case
        line, at = self._line, 0
        self._begin()
        while at < len(line.entries):
            self._review(at)
            at = self._take_until_due(at)
        self._holding.begin(self._watched.account, line.days_on[-1])
        return case

    def _begin(self) -> None:
        """Fold what came before the period: nothing is decided about it."""
        first = self._line.positions[0]
        self._at = bisect_left(self._inputs, first, key=_position)
        self._fold_earlier(self._line.before)
        if any(True for _ in self._watched.case.charges()):
            self._refold(first, self._line.before)

    def _fold_earlier(self, before: Shared) -> None:
        earlier = self._inputs[: self._at]
        if all(record.meta for record in earlier):
            try:
                self._rules.fold_all(self._watched, gists(earlier), before)
            except msgspec.MsgspecError:
                pass  # one of them cannot be read: find out which
            else:
                return
        for record in earlier:
            self._fold(record, before)

    def _review(self, at: int) -> None:
        """Look at him because of an entry."""
        entry, watched = self._line.entries[at], self._watched
        shared, on = entry.shared, self._line.days_on[at]
        self._holding.begin(watched.account, on)
        if entry.due.refold:
            self._refold(entry.record.position, shared)
        if entry.due.refold or watched.account.waiting:
            self._holding.change()
        self._rules.advance(watched, shared)
        self._decide(entry.record, shared)
        self._look(on)

    def _take_until_due(self, at: int) -> int:
        """Take what is recorded until an entry makes him due again; answers that entry."""
        line, due = self._line, -1
        while True:
            if due < 0:  # not known, or no longer
                at = self._drift(at)
                if at == len(line.entries):
                    return at
                shared = line.entries[at].shared
                due = line.next_due(at, review_on(self._watched, shared, Plain.next_other_view))
            position = self._next()
            if position >= line.start(due):
                return due
            at = line.at(position)
            if self._take(at):
                due = -1

    def _drift(self, at: int) -> int:
        """Take what comes while nothing is demanded of him; answers the entry reached.

        What comes last is not even folded where nobody looks at him to the end.
        """
        line, inputs = self._line, self._inputs
        while self._is_quiet(at):
            stop = line.start(line.next_due(at, None))
            facts, loud_on = drift(self._watched, inputs[self._at :], stop, line)
            is_last = self._next(len(facts)) >= line.stop == min(stop, line.stop_before(loud_on))
            count = self._fold_ahead(facts, is_last=is_last) if facts else 0
            if is_last and count == len(facts) and not self._watched.account.waiting:
                return len(line.entries)
            if not count:
                break
            at = line.at(inputs[self._at - 1].position)
        return at

    def _is_quiet(self, at: int) -> bool:
        """Whether nothing is demanded of him, and nothing waits that may change that."""
        account = self._watched.account
        if account.waiting or account.early or account.refunds:
            return False
        return loud_from(self._watched, self._line.ladder) > self._line.days_on[at]

    def _next(self, count: int = 0) -> int:
        """The position of the record that comes after so many more."""
        at = self._at + count
        return self._inputs[at].position if at < len(self._inputs) else END

    def _fold_ahead(self, facts: Sequence[tuple[str, Event]], *, is_last: bool) -> int:
        """Fold facts of a quiet debtor; answers how many of them were taken.

        Together where nobody looks, not at all where nobody ever will (``is_last``), and one by
        one where the other policy's escalations are looked at.
        """
        account, first, end = self._watched.account, self._at, self._at + len(facts)
        while self._at < end and not account.waiting:
            alone_to, unseen = 0, self._at
            if idle_until := self._holding.idle_until:
                alone_to = self._line.stop_before(idle_until)
                unseen = bisect_left(self._inputs, alone_to, unseen, end, key=_position)
            coming = facts[self._at - first : unseen - first]
            if is_last and alone_to >= self._line.stop:
                self._at = end
            elif coming and (self._at == first or sort_after(account, coming)):
                self._fold_together(coming)
            elif not self._fold_one(facts[self._at - first]):
                break
        self._watched.look_again()
        return self._at - first

    def _fold_together(self, facts: Sequence[tuple[str, Event]]) -> None:
        self._at += len(facts)
        at = self._line.at(self._inputs[self._at - 1].position)
        receive_all(self._watched.account, facts, self._line.entries[at].shared.setting)
        self._holding.change()

    def _fold_one(self, fact: tuple[str, Event]) -> bool:
        """Fold a fact, and look at what the other policy wants; False where it sorts earlier."""
        line, account = self._line, self._watched.account
        at = line.at(self._next())
        on = line.days_on[at]
        self._holding.begin(account, on)
        if not receive(account, fact[1], fact[0], line.entries[at].shared.setting):
            return False
        self._at += 1
        self._holding.change()
        self._look(on)
        return True

    def _take(self, at: int) -> bool:
        """Take what was recorded while an entry was the last; whether he had to be looked at."""
        shared, on, bound = (
            self._line.entries[at].shared,
            self._line.days_on[at],
            self._line.bound(at),
        )
        inputs, is_seen = self._inputs, False
        self._holding.begin(self._watched.account, on)
        self._holding.change()
        while self._at < len(inputs) and inputs[self._at].position < bound:
            record = addressed(inputs[self._at], self._told, self._watched.case)
            self._at += 1
            if record is None or fold_unseen(self._watched, record, shared):
                continue
            is_seen = True
            if self._fold(record, shared):
                self._decide(record, shared)
        self._look(on)
        return is_seen

    def _fold(self, record: Record, shared: Shared) -> bool:
        """Let one record count; False where nobody can read it."""
        if record.meta is None:
            self._set_aside(record, "foreign")
            return False
        try:
            folded = self._rules.fold(self._watched, record, shared)
        except msgspec.MsgspecError as unreadable:
            self._set_aside(record, str(unreadable))
            return False
        if not folded:
            self._refold(record.position + 1, shared)
        return True

    def _refold(self, stop: int, shared: Shared) -> None:
        unread = self._unread
        known = self._inputs[: bisect_left(self._inputs, stop, key=_position)]
        records = [record for record in known if record.position not in unread]
        self._rules.refold(self._watched, records, shared)

    def _set_aside(self, record: Record, reason: str) -> None:
        self._unread.add(record.position)
        self._rules.set_aside(self._watched, record, reason)

    def _decide(self, record: Record, shared: Shared) -> None:
        watched, ladder = self._watched, self._line.ladder
        if speak(watched, record, shared) and self._assume_approved:
            for answer in assumed(watched.case, ladder, record, self._told, day_of(shared)):
                self._rules.fold(watched, answer, shared)
                speak(watched, answer, shared)

    def _look(self, on: Day) -> None:
        case, holding = self._watched.case, self._holding
        if case.open or not holding.is_idle:
            holding.look(self._watched.account, on, case.open)


_position = attrgetter("position")
