"""The ledger's rules: it folds facts into accounts and says nothing in consequence of them."""

from collections.abc import Sequence
from datetime import date

import msgspec

from huikuan.debtor.account import Account, decode, encode, new_account
from huikuan.debtor.fold import advance, leave_unsettled, receive, receive_all, refold
from huikuan.debtor.setting import Setting, adopt, open_day
from huikuan.eventlog.log import LogError
from huikuan.eventlog.record import Gist, Record, Saying
from huikuan.eventlog.rules import NOBODY, Due, Outlook
from huikuan.events import codec
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened, RecordConflicted, RulesChanged
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.settlement import SETTLING_TYPE, settled_record
from huikuan.events.values import FIRST_DAY

PUBLISHER = "ledger"
FOLD_VERSION = 5

_shared_decoder = msgspec.json.Decoder(Setting)
_shared_encoder = msgspec.json.Encoder(order="deterministic")


class LedgerRules:
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

    def blank(self, key: str) -> Account:
        """A debtor of whom nothing is known."""
        return new_account(key)

    def load(self, key: str, body: bytes) -> Account:
        """From ``body``."""
        del key
        return decode(body)

    def body(self, account: Account) -> bytes:
        """Canonical bytes."""
        return encode(account)

    def outlook(self, account: Account, shared: Setting) -> Outlook:
        """To be looked at again when the first fact that waits comes to count."""
        del shared
        return (date.fromordinal(account.waiting[0].on) if account.waiting else None), ""

    def everybody(self, shared: Setting, record: Record) -> Due:
        """A day makes due whoever has facts that wait for it; a policy may change the past."""
        match _event(record):
            case BusinessDayOpened() as event:
                open_day(shared, event)
                return Due(through=event.date)
            case PolicyAdopted() as event:
                return Due(refold=True) if adopt(shared, event) else NOBODY
            case RulesChanged(service="ledger"):
                return Due(everyone=True)
            case _:
                return NOBODY

    def fold(self, account: Account, record: Record, shared: Setting) -> bool:
        """What is no fact is read all the same: every service sets the same records aside."""
        assert record.meta is not None, "the runner sets foreign records aside"
        return receive(account, _event(record), record.meta.id, shared)

    def fold_all(self, account: Account, gists: Sequence[Gist], shared: Setting) -> bool:
        """See ``Rules``."""
        try:
            said = codec.decode_all(gists)
        except codec.UnknownTypeError as unknown:
            raise _too_old(unknown) from None
        return receive_all(account, said, shared)

    def refold(self, account: Account, records: Sequence[Record], shared: Setting) -> None:
        """Fold the debtor's facts anew."""
        refold(account, facts_of(records), shared)

    def advance(self, account: Account, shared: Setting) -> None:
        """What waited for the open day counts."""
        advance(account, shared)

    def set_aside(self, account: Account, record: Record, reason: str) -> None:
        """Remember the place."""
        del reason
        leave_unsettled(account, record.place)

    def redirect(self, record: Record, shared: Setting) -> Saying:
        """He whom it names gets no new step either, though his own records are elsewhere."""
        on = shared.open_on or FIRST_DAY
        value = codec.encode(RecordConflicted(conflict=record.place, on=on))
        identifier = f"{PUBLISHER}/{record.place}/{record.key}/0"
        return Saying(record.key, RecordConflicted.TYPE, identifier, value)

    def settled(self, record: Record) -> tuple[str, str] | None:
        """See ``Rules``."""
        return settled_record(record.value)


def facts_of(records: Sequence[Record]) -> list[tuple[str, Event]]:
    """The facts and charges among a debtor's records, with their ids."""
    return [
        (record.meta.id, _event(record))
        for record in records
        if record.meta is not None and record.meta.type in codec.FOLDED_TYPES
    ]


def _event(record: Record) -> Event:
    assert record.meta is not None, "the runner sets foreign records aside"
    try:
        return codec.decode(record.meta.type, record.value)
    except codec.UnknownTypeError as unknown:
        raise _too_old(unknown) from None


def _too_old(unknown: codec.UnknownTypeError) -> LogError:
    return LogError(f"this process is too old: the log has {unknown}, unknown to it")
