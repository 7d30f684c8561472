"""What the notifier does with records: folds facts into accounts, decides, notes what it says."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import msgspec

from huikuan.debtor.account import decode as decode_account
from huikuan.debtor.account import encode as encode_account
from huikuan.debtor.account import new_account
from huikuan.debtor.fold import advance, leave_unsettled, receive, receive_all, refold
from huikuan.eventlog.log import LogError
from huikuan.eventlog.record import Gist, Record, Saying
from huikuan.eventlog.rules import NOBODY, Due, Outlook
from huikuan.events.codec import CHARGE_TYPES, FACT_TYPES, FOLDED_TYPES, UnknownTypeError, decode
from huikuan.events.fields import Event
from huikuan.events.ledger import (
    BusinessDayOpened,
    ExchangeRateSet,
    FeedCompleted,
    RecordConflicted,
    RecordSettled,
    RulesChanged,
)
from huikuan.events.notifier import BreakerReleased, BreakerTripped, PolicyAdopted
from huikuan.events.settlement import SETTLING_TYPE, settled_record
from services.notifier.breaking import verdict, weigh
from services.notifier.deciding import say
from services.notifier.domain.acknowledging import is_awaited
from services.notifier.domain.case import CASE_TYPES, Case, note
from services.notifier.domain.policy import hurts
from services.notifier.shared import (
    Shared,
    adopt_policy,
    complete_feed,
    open_business_day,
    release,
    set_rate,
    trip,
)
from services.notifier.watched import Watched, review_on
from services.notifier.words import PUBLISHER

_TO_ACCOUNT = FACT_TYPES | {RecordConflicted.TYPE, RecordSettled.TYPE}
HELD, AWAITED, NOTICED = "held", "awaited", "noticed"
"""Labels of debtors against whom something harder than a notice, or only notices, are in force.

Where a harder step must still be acknowledged, the label is ``AWAITED``.
"""


_shared_encoder = msgspec.json.Encoder(order="deterministic")
_shared_decoder = msgspec.json.Decoder(Shared)
_case_encoder = msgspec.msgpack.Encoder()
_case_decoder = msgspec.msgpack.Decoder(Case)


class NotifierRules:
    """``huikuan.eventlog.rules.Rules`` of the notifier."""

    publisher = PUBLISHER
    fold_version = 5
    settling_type = SETTLING_TYPE

    def blank_shared(self) -> Shared:
        """No day, no policy."""
        return Shared()

    def load_shared(self, body: bytes) -> Shared:
        """See ``Rules``."""
        return _shared_decoder.decode(body)

    def dump_shared(self, shared: Shared) -> bytes:
        """See ``Rules``."""
        return _shared_encoder.encode(shared)

    def blank(self, key: str) -> Watched:
        """A debtor of whom nothing is known."""
        return Watched(key, new_account(key), Case())

    def load(self, key: str, body: bytes) -> Watched:
        """See ``Rules``."""
        end = 4 + int.from_bytes(body[:4])
        watched = Watched(key, decode_account(body[end:]), _case_decoder.decode(body[4:end]))
        watched.case_body = body[4:end]
        return watched

    def body(self, account: Watched) -> bytes:
        """See ``Rules``."""
        case, book = account.case_body, encode_account(account.account)
        if case is None:
            case = account.case_body = _case_encoder.encode(account.case)
        return b"".join((len(case).to_bytes(4), case, book))

    def outlook(self, account: Watched, shared: Shared) -> Outlook:
        """See ``Rules``; the label says whether anything is in force."""
        kinds = {each.kind for each in account.case.in_force()}
        label = NOTICED if kinds else ""
        if any(map(hurts, kinds)):
            label = AWAITED if is_awaited(account.case, shared.policies) else HELD
        return review_on(account, shared), label

    def everybody(self, shared: Shared, record: Record) -> Due:
        """See ``Rules``."""
        match _decode(record):
            case BusinessDayOpened() as event:
                return open_business_day(shared, event)
            case PolicyAdopted() as event:
                return adopt_policy(shared, event)
            case RulesChanged(service="notifier"):
                shared.judge_from = shared.setting.open_on
                return Due(everyone=True)
            case FeedCompleted() as event:
                complete_feed(shared, event)
            case ExchangeRateSet() as event:
                set_rate(shared, event)
            case BreakerTripped() as event:
                trip(shared, event)
            case BreakerReleased() as event:
                release(shared, event)
            case _:
                pass
        return NOBODY

    def fold(self, account: Watched, record: Record, shared: Shared) -> bool:
        """See ``Rules``."""
        meta = record.meta
        assert meta is not None, "the runner sets foreign records aside"
        account.look_again()
        if meta.type in _TO_ACCOUNT:
            account.fact = event = decode(meta.type, record.value)
            return receive(account.account, event, meta.id, shared.setting)
        if meta.type in CASE_TYPES:
            account.case_body = None
            event = decode(meta.type, record.value)
            note(account.case, event, meta.recorded_at)
            if meta.type in CHARGE_TYPES:
                return receive(account.account, event, meta.id, shared.setting)
        else:
            _decode(record)  # nothing to us, but every service sets the same records aside
        return True

    def fold_all(self, account: Watched, gists: Sequence[Gist], shared: Shared) -> bool:
        """See ``Rules``."""
        account.look_again()
        try:
            said = [(event_id, kind, at, decode(kind, v)) for _, event_id, kind, at, v in gists]
        except UnknownTypeError as unknown:
            raise _too_old(unknown) from None
        facts = [(event_id, event) for event_id, kind, _, event in said if kind in _TO_ACCOUNT]
        if len(facts) < len(said):
            account.case_body = None
            for event_id, kind, recorded_at, event in said:
                if kind in CASE_TYPES:
                    note(account.case, event, recorded_at)
                if kind in CHARGE_TYPES:
                    facts.append((event_id, event))
        return receive_all(account.account, facts, shared.setting)

    def refold(self, account: Watched, records: Sequence[Record], shared: Shared) -> None:
        """See ``Rules``; the case stays as it is, and what it charged may not be on the log yet."""
        account.sight = account.plain = account.weighed = None
        account.waits_for_opening = account.quiet_until = None
        facts = chain(facts_of(records), account.case.charges())
        refold(account.account, facts, shared.setting)

    def advance(self, account: Watched, shared: Shared) -> None:
        """See ``Rules``."""
        # The sight stays: of another day, or under another policy, it is not used again.
        account.fact = account.waits_for_opening = account.quiet_until = None
        if account.account.waiting:
            account.sight = account.plain = None
            advance(account.account, shared.setting)

    def set_aside(self, account: Watched, record: Record, reason: str) -> None:
        """See ``Rules``."""
        del reason
        account.look_again()
        leave_unsettled(account.account, record.place)

    def settled(self, record: Record) -> tuple[str, str] | None:
        """See ``Rules``."""
        return settled_record(record.value)

    def decide(self, account: Watched, record: Record, shared: Shared) -> list[Saying]:
        """See ``Rules``."""
        return say(account, record, shared)

    def weigh(self, account: Watched, record: Record, shared: Shared) -> int:
        """See ``Weighing``: how many steps that hurt would be raised."""
        del record
        return weigh(account, shared)

    def weighed(
        self, weight: int, count: Callable[[int], int], record: Record, shared: Shared
    ) -> list[Saying]:
        """See ``Weighing``: whether the breaker trips."""
        return verdict(weight, count, record, shared)


def case_in(body: bytes) -> Case:
    """The case in a debtor's state, without his account."""
    return _case_decoder.decode(body[4 : 4 + int.from_bytes(body[:4])])


def _type(record: Record) -> str:
    return record.meta.type if record.meta else ""


def _decode(record: Record) -> Event:
    try:
        return decode(_type(record), record.value)
    except UnknownTypeError as unknown:
        raise _too_old(unknown) from None


def _too_old(unknown: UnknownTypeError) -> LogError:
    return LogError(f"unknown type {unknown}: this process is too old for the log")


def facts_of(records: Sequence[Record]) -> Iterator[tuple[str, Event]]:
    """The facts and charges among records, each with its id."""
    for record in records:
        if record.meta is not None and record.meta.type in FOLDED_TYPES:
            yield record.meta.id, _decode(record)
