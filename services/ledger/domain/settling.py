"""What settling a conflict, or a record that was set aside, puts on the log."""

from datetime import date
from hashlib import blake2b
from typing import Literal

import msgspec

from huikuan.events import codec
from huikuan.events.check import decode_checked
from huikuan.events.codec import UnknownTypeError
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.ledger import RecordConflicted, RecordSettled
from huikuan.events.texts import fault_of_id
from huikuan.events.wire import parse_one
from services.ledger.domain.intake import Conflict
from services.ledger.domain.marks import Sent
from services.ledger.domain.reading import read_fact

Outcome = Literal["released", "discarded"]
SOURCE = "huikuan-quarantine"
"""The source of facts that are released without an envelope of their own."""


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided about a conflict or a record."""

    outcome: Outcome
    by: str
    reason: str
    type: str = ""
    """What a record is whose value is only data: ``huikuan.invoice.issued.v1``, say."""


def conflicted(conflict: Conflict, on: date) -> bytes:
    """What is said when a conflict is kept."""
    return codec.encode(RecordConflicted(conflict=conflict.id, on=on))


def settled(outcome: Outcome, on: date, *, conflict: str = "", place: str = "") -> bytes:
    """What is said when a conflict, or a record at a place, is settled."""
    return codec.encode(
        RecordSettled(outcome=outcome, on=on, conflict=conflict or None, place=place or None)
    )


def fact_in(value: bytes, key: str, type_name: str) -> Sent:
    """The fact in a record that nobody could read as it stood.

    Its value is a CloudEvent, or the data of an event whose type the person names: then its
    debtor is the record's key, and its id is made from its content, so that the same record at
    two places is one fact. Raises ``InvalidFieldError``.
    """
    if not type_name:
        return read_fact(parse_one(value))
    if type_name not in codec.FACT_TYPES:
        raise InvalidFieldError("/type", "is no type of fact from outside")
    if fault := fault_of_id(key):
        raise InvalidFieldError("", f"the record's key {fault}, so it names no debtor")
    try:
        event = decode_checked(type_name, value)
    except UnknownTypeError:  # pragma: no cover - it is among the types of facts
        raise InvalidFieldError("/type", "is not known here") from None
    digest = blake2b(digest_size=16)
    for part in (type_name.encode(), key.encode(), codec.encode(event)):
        digest.update(b"%d:" % len(part) + part)
    return Sent(SOURCE, digest.hexdigest(), key, event)


def sent_again(source: str, identifier: str, debtor: str, type_name: str, value: bytes) -> Sent:
    """The fact that was kept as a conflict."""
    return Sent(source, identifier, debtor, codec.decode(type_name, value))
