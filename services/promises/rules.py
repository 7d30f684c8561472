"""What the promises service does with records: folds facts, judges promises, says outcomes."""

from collections.abc import Sequence
from datetime import date

import msgspec

from huikuan.debtor import account as accounts
from huikuan.debtor.account import Account, new_account
from huikuan.debtor.fold import advance, leave_unsettled, receive, receive_all, refold
from huikuan.debtor.promises import JudgedPromise, judge
from huikuan.debtor.setting import Setting, Terms, adopt, open_day, terms_on
from huikuan.eventlog.log import LogError
from huikuan.eventlog.record import Gist, Record, Saying
from huikuan.eventlog.rules import NOBODY, Due, Outlook
from huikuan.events import codec
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened, RecordConflicted, RecordSettled, RulesChanged
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.promises import PromiseOutcome
from huikuan.events.settlement import SETTLING_TYPE, settled_record
from services.promises.domain.outcomes import (
    OUTCOME_TYPES,
    new_outcomes,
    next_end,
    place_of,
    state_of,
)

PUBLISHER = "promises"
SOURCE = "/huikuan/promises"
FOLD_VERSION = 5
_READ = codec.FOLDED_TYPES | OUTCOME_TYPES | {RecordConflicted.TYPE, RecordSettled.TYPE}

_shared_decoder = msgspec.json.Decoder(Setting)
_shared_encoder = msgspec.json.Encoder(order="deterministic")
_body_decoder = msgspec.msgpack.Decoder(tuple[dict[str, str], bytes])
_body_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Promisor:
    """A debtor as one who promises: his account, and what was said of his promises."""

    __slots__ = ("account", "judged", "said")

    def __init__(self, account: Account, said: dict[str, str]) -> None:
        self.account = account
        self.said = said
        self.judged: list[JudgedPromise] | None = None
        """As of the open day; None where something has changed since."""

    def judge(self, setting: Setting) -> list[JudgedPromise]:
        """His promises as of the open day; none before the first."""
        if self.judged is None:
            day = setting.open_on
            nothing = day is None or not self.account.promises
            self.judged = [] if nothing or day is None else judge(self.account, day, setting)
        return self.judged


class PromiseRules:
    """See ``huikuan.eventlog.rules.Rules``."""

    publisher = PUBLISHER
    fold_version = FOLD_VERSION
    settling_type = SETTLING_TYPE

    def blank_shared(self) -> Setting:
        """No open day, no policy."""
        return Setting()

    def load_shared(self, body: bytes) -> Setting:
        """From ``dump_shared``."""
        return _shared_decoder.decode(body)

    def dump_shared(self, shared: Setting) -> bytes:
        """Canonical bytes."""
        return _shared_encoder.encode(shared)

    def blank(self, key: str) -> Promisor:
        """A debtor of whom nothing is known."""
        return Promisor(new_account(key), {})

    def load(self, key: str, body: bytes) -> Promisor:
        """From ``body``."""
        del key
        said, account = _body_decoder.decode(body)
        return Promisor(accounts.decode(account), said)

    def body(self, account: Promisor) -> bytes:
        """Canonical bytes."""
        return _body_encoder.encode((account.said, accounts.encode(account.account)))

    def outlook(self, account: Promisor, shared: Setting) -> Outlook:
        """To be looked at again when a window ends, or a fact that waits comes to count."""
        waiting = account.account.waiting
        days = [next_end(account.judge(shared))] if account.account.promises else []
        days += [date.fromordinal(waiting[0].on)] if waiting else []
        return min((day for day in days if day is not None), default=None), ""

    def everybody(self, shared: Setting, record: Record) -> Due:
        """A day ends windows; a policy may move their ends, or change the past."""
        match event_of(record):
            case BusinessDayOpened() as event:
                open_day(shared, event)
                return Due(through=event.date)
            case PolicyAdopted() as event:
                before = terms_on(shared, event.effective_on)
                past_changed = adopt(shared, event)
                moved = _window(before) != _window(terms_on(shared, event.effective_on))
                return Due(everyone=moved, refold=past_changed)
            case RulesChanged(service="promises"):
                return Due(everyone=True)
            case _:
                return NOBODY

    def fold(self, account: Promisor, record: Record, shared: Setting) -> bool:
        """Facts change the account; what we said ourselves is remembered."""
        meta = record.meta
        assert meta is not None, "the runner sets foreign records aside"
        event = event_of(record)
        if meta.type not in _READ:  # nothing to us, but every service sets the same records aside
            return True
        account.judged = None
        if isinstance(event, PromiseOutcome):
            account.said[place_of(event)] = state_of(event)
            return True
        return receive(account.account, event, meta.id, shared)

    def fold_all(self, account: Promisor, gists: Sequence[Gist], shared: Setting) -> bool:
        """See ``Rules``."""
        account.judged = None
        try:
            said = codec.decode_all(gists)
        except codec.UnknownTypeError as unknown:
            raise _too_old(unknown) from None
        outcomes = (event for _, event in said if isinstance(event, PromiseOutcome))
        account.said.update((place_of(each), state_of(each)) for each in outcomes)
        return receive_all(account.account, said, shared)

    def refold(self, account: Promisor, records: Sequence[Record], shared: Setting) -> None:
        """Fold the debtor's facts anew; what was said stays said."""
        account.judged = None
        refold(account.account, facts_of(records), shared)

    def advance(self, account: Promisor, shared: Setting) -> None:
        """What waited for the open day counts."""
        account.judged = None
        advance(account.account, shared)

    def set_aside(self, account: Promisor, record: Record, reason: str) -> None:
        """Remember the place."""
        del reason
        leave_unsettled(account.account, record.place)

    def settled(self, record: Record) -> tuple[str, str] | None:
        """See ``Rules``."""
        return settled_record(record.value)

    def decide(self, account: Promisor, record: Record, shared: Setting) -> list[Saying]:
        """Say what promises have come to, if that is new."""
        day, meta = shared.open_on, record.meta
        if day is None or meta is None or not account.account.promises:
            return []
        outcomes = new_outcomes(account.judge(shared), account.said, day)
        for outcome in outcomes:
            account.said[place_of(outcome)] = state_of(outcome)
        debtor = account.account.debtor
        return [
            Saying(
                key=debtor,
                type=outcome.TYPE,
                id=f"{PUBLISHER}/{meta.id}/{debtor}/{ordinal}",
                value=codec.encode(outcome),
                source=SOURCE,
                said=True,
                cause=meta.id,
            )
            for ordinal, outcome in enumerate(outcomes)
        ]


def _window(terms: Terms) -> tuple[int, int]:
    return terms.tolerance_days, terms.keep_threshold_percent


def facts_of(records: Sequence[Record]) -> list[tuple[str, Event]]:
    """The facts and charges among a debtor's records, with their ids."""
    return [
        (record.meta.id, event_of(record))
        for record in records
        if record.meta is not None and record.meta.type in codec.FOLDED_TYPES
    ]


def event_of(record: Record) -> Event:
    """What a record of one of our publishers says; ``LogError`` where we are too old for it."""
    assert record.meta is not None, "the runner sets foreign records aside"
    try:
        return codec.decode(record.meta.type, record.value)
    except codec.UnknownTypeError as unknown:
        raise _too_old(unknown) from None


def _too_old(unknown: codec.UnknownTypeError) -> LogError:
    return LogError(f"this process is too old: the log has {unknown}, unknown to it")
