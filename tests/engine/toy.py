"""A toy service: counts points per key in order of their dates, warns above a limit.

Small, and yet everything that rules may ask of the engine: dated facts that arrive late or wait
for their day, a review date, what is shared, a policy that changes the past, things said, and a
day that is hushed where too many keys would be reminded at once: they are reminded a day later.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec

from huikuan.eventlog.log import LogError
from huikuan.eventlog.record import EVERYBODY, Gist, Meta, Record, Saying
from huikuan.eventlog.rules import NOBODY, Due, Outlook

FEED, TOY = "feed", "toy"
PUBLISHERS = frozenset({FEED, TOY})
DAYS_TO_REMINDER = 3
REMINDERS_MAX, REMINDED_SHARE_MAX = 1, 2
"""A day is hushed that would remind more keys than this, and more than half of all."""


class Points(msgspec.Struct, frozen=True):
    """Points that count from a date; negative ones are taken back."""

    on: date
    points: int


class Shared(msgspec.Struct):
    """What the keys of a partition share."""

    open_on: date | None = None
    limit: int = 10
    factor: int = 1
    hushed: list[date] = []


class Account(msgspec.Struct):
    """One key. ``peak`` depends on the order of facts, so that a wrong order shows."""

    key: str
    total: int = 0
    peak: int = 0
    last: tuple[date, str] | None = None
    waiting: list[tuple[date, str, int]] = []
    warned: str = ""
    said: list[str] = []
    unreadable: list[str] = []
    reminded: list[date] = []


_points = msgspec.json.Decoder(Points)
_account = msgspec.json.Decoder(Account)
_shared = msgspec.json.Decoder(Shared)
_encode = msgspec.json.Encoder(order="sorted").encode


class CountingRules:
    """Rules that only fold; ``fold_version`` may be raised to ask for a rebuild."""

    publisher = TOY
    settling_type = "put right"

    def __init__(self, fold_version: int = 1) -> None:
        self.fold_version = fold_version

    def blank_shared(self) -> Shared:
        return Shared()

    def load_shared(self, body: bytes) -> Shared:
        return _shared.decode(body)

    def dump_shared(self, shared: Shared) -> bytes:
        return _encode(shared)

    def blank(self, key: str) -> Account:
        return Account(key)

    def load(self, key: str, body: bytes) -> Account:
        assert key
        return _account.decode(body)

    def body(self, account: Account) -> bytes:
        return _encode(account)

    def outlook(self, account: Account, shared: Shared) -> Outlook:
        del shared
        return min((on for on, _, _ in account.waiting), default=None), ""

    def everybody(self, shared: Shared, record: Record) -> Due:
        assert record.meta
        match record.meta.type:
            case "day":
                shared.open_on = msgspec.json.decode(record.value, type=date)
                return Due(through=shared.open_on, weighed=True)
            case "hushed":
                hush(shared, msgspec.json.decode(record.value, type=date))
                return NOBODY
            case "limit":
                shared.limit = msgspec.json.decode(record.value, type=int)
                return Due(everyone=True)
            case "factor":
                shared.factor = msgspec.json.decode(record.value, type=int)
                return Due(refold=True)
            case "nothing":
                return NOBODY
        raise LogError(f"unknown type {record.meta.type}: this process is too old")

    def fold(self, account: Account, record: Record, shared: Shared) -> bool:
        assert record.meta
        match record.meta.type:
            case "points":
                return self._count(account, record, shared)
            case "warned":
                account.warned = record.meta.id
                account.said.append(record.meta.id)
            case "cleared":
                account.warned = ""
                account.said.append(record.meta.id)
            case "reminded":
                account.reminded.append(msgspec.json.decode(record.value, type=date))
            case "settled":
                account.unreadable.remove(msgspec.json.decode(record.value, type=str))
            case "put right":
                pass
            case unknown:
                raise LogError(f"unknown type {unknown}: this process is too old")
        return True

    def fold_all(self, account: Account, gists: Sequence[Gist], shared: Shared) -> bool:
        for _, _, kind, _, value in gists:
            if kind == "points":
                _points.decode(value)
        records = [
            Record(0, position, account.key, value, Meta(TOY, 0, event_id, kind, recorded_at))
            for position, event_id, kind, recorded_at, value in gists
        ]
        in_order = [self.fold(account, record, shared) for record in records]
        return all(in_order)

    def refold(self, account: Account, records: Sequence[Record], shared: Shared) -> None:
        account.total, account.peak, account.last, account.waiting = 0, 0, None, []
        facts = [
            (_points.decode(r.value), r) for r in records if r.meta and r.meta.type == "points"
        ]
        for fact, record in sorted(facts, key=lambda each: (each[0].on, _id(each[1]))):
            self._take(account, (fact.on, _id(record)), fact.points, shared)

    def advance(self, account: Account, shared: Shared) -> None:
        waiting, account.waiting = account.waiting, []
        for on, name, points in sorted(waiting):
            self._take(account, (on, name), points, shared)

    def set_aside(self, account: Account, record: Record, reason: str) -> None:
        # Not its place: what is said in between shifts it, and must change nothing else.
        account.unreadable.append(f"{reason} {record.value!r}")

    def settled(self, record: Record) -> tuple[str, str] | None:
        place = msgspec.json.decode(record.value, type=str)
        return (place, "released") if place else None

    def _count(self, account: Account, record: Record, shared: Shared) -> bool:
        fact = _points.decode(record.value)
        place = (fact.on, _id(record))
        if account.last is not None and place < account.last:
            return False
        self._take(account, place, fact.points, shared)
        return True

    def _take(self, account: Account, place: tuple[date, str], points: int, shared: Shared) -> None:
        if shared.open_on is None or place[0] > shared.open_on:
            account.waiting.append((*place, points))
            account.waiting.sort()
            return
        account.total += points * shared.factor
        account.peak = max(account.peak, account.total)
        account.last = place


class ToyRules(CountingRules):
    """Rules that warn and remind, too."""

    def outlook(self, account: Account, shared: Shared) -> Outlook:
        dates = [on for on, _, _ in account.waiting]
        reminder = reminder_on(account)
        if reminder and shared.open_on and reminder > shared.open_on:
            dates.append(reminder)
        elif reminder and shared.open_on:
            dates.append(shared.open_on + timedelta(days=1))
        label = "warned" if account.warned else ""
        return min(dates, default=None), label

    def decide(self, account: Account, record: Record, shared: Shared) -> list[Saying]:
        cause = _id(record)
        said: list[Saying] = []
        if account.total >= shared.limit and not account.warned and not account.unreadable:
            account.warned = f"{TOY}/{cause}/{account.key}/0"
            account.said.append(account.warned)
            said.append(Saying(account.key, "warned", account.warned, b"%d" % account.total))
        elif account.total < shared.limit and account.warned:
            name = f"{TOY}/{cause}/{account.key}/1"
            account.warned = ""
            account.said.append(name)
            said.append(Saying(account.key, "cleared", name, b"%d" % account.total))
        due = reminder_on(account)
        if due and is_time(due, shared) and shared.open_on not in shared.hushed:
            account.reminded.append(due)
            name = f"{TOY}/{cause}/{account.key}/2"
            said.append(Saying(account.key, "reminded", name, _encode(due)))
        return said

    def weigh(self, account: Account, record: Record, shared: Shared) -> int:
        assert record.meta
        due = reminder_on(account)
        return int(due is not None and is_time(due, shared))

    def weighed(
        self, weight: int, count: Callable[[int], int], record: Record, shared: Shared
    ) -> list[Saying]:
        most = REMINDED_SHARE_MAX * weight
        day = shared.open_on
        if day is None or day in shared.hushed or weight <= REMINDERS_MAX or most <= count(most):
            return []
        hush(shared, day)
        return [Saying(EVERYBODY, "hushed", f"{TOY}/{_id(record)}//0", _encode(day))]


def reminder_on(account: Account) -> date | None:
    """A key with points is reminded three days after its last fact, once."""
    if account.last is None or account.total <= 0:
        return None
    on = account.last[0] + timedelta(days=DAYS_TO_REMINDER)
    return None if on in account.reminded else on


def is_time(due: date, shared: Shared) -> bool:
    """Whether its day came."""
    return shared.open_on is not None and due <= shared.open_on


def hush(shared: Shared, day: date) -> None:
    """Nobody is reminded that day."""
    shared.hushed = sorted({*shared.hushed, day})


def _id(record: Record) -> str:
    assert record.meta
    return record.meta.id
