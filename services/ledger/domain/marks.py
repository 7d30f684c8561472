"""By what intake knows a fact again: its id, its document, its bank reference, its likeness.

Of pauses the days are remembered, too.
"""

from datetime import date
from hashlib import blake2b

import msgspec

from huikuan.events import codec
from huikuan.events.cash import PaymentReceived
from huikuan.events.fields import Event
from huikuan.events.relations import DunningPaused, DunningResumed

ID = "id"
DOCUMENT = "document"
BANK = "bank"
LIKENESS = "likeness"
PAUSES = "pauses"

_SEPARATOR = "\x1f"
"""No checked text contains it."""
_KEY_CHARACTERS_MAX = 240
"""PostgreSQL indexes no more than 2,700 bytes; longer keys end in a digest."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A fact as somebody sent it, checked and with its amounts normalised."""

    source: str
    id: str
    debtor: str
    event: Event
    trace: str = ""

    @property
    def event_id(self) -> str:
        """Its id on the log: CloudEvents ids are unique only within their source."""
        return f"{self.source}|{self.id}"


class Mark(msgspec.Struct, frozen=True, gc=False):
    """What intake remembers under one key."""

    digest: bytes
    """Of the data that was accepted under this key."""
    event_id: str
    """The fact that was accepted under it."""
    debtor: str
    freed_on: date | None = None
    """The document was cancelled from this date: its number is free again."""
    conflict: str = ""
    """The fact was not accepted but kept for review under this id."""


def id_key(sent: Sent) -> str:
    """Every fact is known by (source, id)."""
    return _key(ID, sent.source, sent.id)


def document_key(event: Event) -> str | None:
    """A fact that creates a document is known by (company, its own id)."""
    return _document(event, event.NAME) if event.CREATES else None


def freed_key(event: Event) -> str | None:
    """The document whose number a cancellation frees."""
    return _document(event, "invoice") if event.TYPE == _INVOICE_CANCELLED else None


def bank_key(sent: Sent) -> str | None:
    """A payment with a bank reference is known by it, with account, debtor, amount, value date."""
    event = sent.event
    if not isinstance(event, PaymentReceived) or not event.bank_reference:
        return None
    return _key(
        BANK, event.company, event.bank_account or "", event.bank_reference, *_money(sent, event)
    )


def likeness_key(sent: Sent) -> str | None:
    """Payments of one debtor, amount and value date look alike."""
    event = sent.event
    if not isinstance(event, PaymentReceived):
        return None
    return _key(LIKENESS, event.company, *_money(sent, event))


def pauses_key(sent: Sent) -> str | None:
    """Under this one all pauses of a debtor are remembered, in place of a digest."""
    if not isinstance(sent.event, DunningPaused | DunningResumed):
        return None
    return _key(PAUSES, sent.debtor)


def keys_of(sent: Sent) -> list[str]:
    """Every key under which this fact may be known."""
    keys = (
        id_key(sent),
        document_key(sent.event),
        freed_key(sent.event),
        bank_key(sent),
        likeness_key(sent),
        pauses_key(sent),
    )
    return [key for key in keys if key is not None]


def digest_of(sent: Sent) -> bytes:
    """Of type, debtor and normalised data; not of time, trace or extension attributes."""
    return _digest(sent.event.TYPE, sent.debtor, codec.encode(sent.event))


def bank_digest_of(sent: Sent) -> bytes:
    """Likewise without the names by which the sending system calls the payment."""
    nameless = msgspec.structs.replace(
        sent.event, payment="", number=None, source_key=None, reference=None
    )
    return _digest(sent.event.TYPE, sent.debtor, codec.encode(nameless))


def conflict_id(sent: Sent, digest: bytes) -> str:
    """The id of a conflict: from what was sent, so that sending it again is the same conflict."""
    return _digest(sent.source, sent.id, digest).hex()


_INVOICE_CANCELLED = "huikuan.invoice.cancelled.v1"


def _document(event: Event, noun: str) -> str:
    return _key(DOCUMENT, noun, event.company, getattr(event, noun))


def _money(sent: Sent, event: PaymentReceived) -> tuple[str, str, str, str]:
    return (sent.debtor, event.currency, event.amount, event.value_on.isoformat())


def _key(*parts: str) -> str:
    key = _SEPARATOR.join(parts)
    if len(key) <= _KEY_CHARACTERS_MAX:
        return key
    return _SEPARATOR.join((parts[0], _digest(*parts).hex()))


def _digest(*parts: str | bytes) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.digest()
