"""Which records of a debtor stand behind what a rule saw: the ids of the events, for people."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from huikuan.debtor.account import Account
from huikuan.debtor.standing import Line, Standing
from huikuan.eventlog.record import Record
from huikuan.events.cash import PaymentReceived
from huikuan.events.codec import FACT_TYPES, FACTS, TYPES, decode, effective_on
from huikuan.events.fields import Event
from huikuan.events.ledger import RecordConflicted
from huikuan.events.relations import CreditLimitSet, DebtorRegistered
from services.notifier.domain.age import age_days
from services.notifier.domain.counting import Question, counted_minor
from services.notifier.domain.reading import Reading
from services.notifier.domain.view import Subject

_NAMED = (
    "invoice",
    "payment",
    "credit_note",
    "dispute",
    "promise",
    "pause",
    "override",
    "signal",
    "order",
    "shipment",
)
"""Fields by which a fact names what it is about."""
_ANY = ""
_KINDS = frozenset(FACTS)
_TOLD_NOTHING = TYPES.keys() - FACT_TYPES - {RecordConflicted.TYPE}
"""What our services say stands behind nothing that a rule saw."""

Named = tuple[str, str, str]
"""Field, company and name."""


class Sources:
    """The ids of a debtor's facts effective by a day, by what they are about, as on the log."""

    def __init__(self, account: Account, records: Iterable[Record], day: date) -> None:
        self._account, self._day = account, day
        self._ids: defaultdict[Named, list[str]] = defaultdict(list)
        self._order: dict[str, int] = {}
        for record in records:
            if record.meta is not None and record.meta.type not in _TOLD_NOTHING:
                self._index(record.meta.id, record.meta.type, record.value)

    def _index(self, event_id: str, type_: str, value: bytes) -> None:
        event = decode(type_, value)
        if isinstance(event, RecordConflicted):
            self._add(("conflict", _ANY, event.conflict), event_id)
        if type(event) not in _KINDS:
            return
        if effective_on(event) > self._day:
            if isinstance(event, PaymentReceived):
                self._add(("coming", _ANY, _ANY), event_id)
            return
        if isinstance(event, DebtorRegistered):
            self._add(("profile", _ANY, _ANY), event_id)
        if isinstance(event, CreditLimitSet):
            self._add(("limit", _ANY, _ANY), event_id)
        for field in _fields_that_name(type(event)):
            name = getattr(event, field)
            if isinstance(name, str):
                self._add((field, event.company, name), event_id)
                self._add((field, _ANY, _ANY), event_id)

    def _add(self, named: Named, event_id: str) -> None:
        self._order.setdefault(event_id, len(self._order))
        self._ids[named].append(event_id)

    def of(self, field: str, company: str = _ANY, name: str = _ANY) -> list[str]:
        """The facts that name this; without a name all that name such a thing."""
        return self._sorted(self._ids.get((field, company, name), ()))

    def of_lines(self, lines: Iterable[Line]) -> list[str]:
        """What made items what they are: issued, amended, disputed, paid, credited."""
        return self._sorted(
            event_id
            for line in lines
            for named in self._about(line)
            for event_id in self._ids.get(named, ())
        )

    def _about(self, line: Line) -> Iterator[Named]:
        yield ("invoice", line.company, line.item)
        account, last = self._account, self._day.toordinal()
        for entry in account.journal:
            if entry.on > last or entry.item < 0 or entry.money < 0:
                continue
            item, money = account.items[entry.item], account.moneys[entry.money]
            names = (account.books[item.book].company, item.invoice, item.instalment)
            if names == (line.company, line.item, line.instalment):
                yield ("credit_note" if money.credit else "payment", line.company, money.id)

    def _sorted(self, ids: Iterable[str]) -> list[str]:
        return sorted(set(ids), key=self._order.__getitem__)


@cache
def _fields_that_name(kind: type[Event]) -> tuple[str, ...]:
    return tuple(field for field in _NAMED if field in kind.__struct_fields__)


def behind(
    threshold: str,
    sources: Sources,
    standing: Standing,
    lines: Sequence[Line],
    counting: tuple[Question, Reading],
) -> list[str]:
    """The events behind what one threshold saw; ``lines``: those of the subject."""
    question, reading = counting
    counted = [line for line in lines if counted_minor(line, question, reading) > 0]
    match threshold:
        case "days_overdue":
            return sources.of_lines(_oldest(counted, counting))
        case "overdue_amount" | "overdue_items":
            return sources.of_lines(line for line in counted if (_age(line, counting) or 0) > 0)
        case "balance" | "open_items":
            return sources.of_lines(counted)
        case "broken_promises" | "promise_shortfall":
            return [*sources.of("promise"), *sources.of("payment")]
        case "exposure" | "limit_used":
            ids = sources.of_lines(standing.lines)
            for field in ("limit", "order", "shipment", "payment"):
                ids += sources.of(field)
            return list(dict.fromkeys(ids))
        case "signals":
            held = [sources.of("signal", each.company, each.signal) for each in standing.signals]
            return [event_id for ids in held for event_id in ids]
        case "segment" | "tag":
            return sources.of("profile")
        case _:
            return []


def lines_of(standing: Standing, subject: Subject) -> Sequence[Line]:
    """The lines that a step against this subject may count."""
    return standing.lines if subject.line is None else (subject.line,)


def _oldest(counted: Sequence[Line], counting: tuple[Question, Reading]) -> Iterator[Line]:
    ages = {id(line): _age(line, counting) for line in counted}
    oldest = max((age for age in ages.values() if age is not None), default=None)
    return (line for line in counted if oldest is not None and ages[id(line)] == oldest)


def _age(line: Line, counting: tuple[Question, Reading]) -> int | None:
    question, reading = counting
    return age_days(line, reading.aging, without_pauses=question == "raise")
