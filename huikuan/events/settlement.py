"""Which record that was set aside a person has settled."""

from huikuan.events import codec
from huikuan.events.ledger import RecordSettled

SETTLING_TYPE = RecordSettled.TYPE


def settled_record(value: bytes) -> tuple[str, str] | None:
    """Its place and the outcome, of a ``record.settled``; None where that is about a conflict.

    Raises ``msgspec.DecodeError`` as ``codec.decode`` does.
    """
    event = codec.decode(SETTLING_TYPE, value)
    if not isinstance(event, RecordSettled) or event.place is None:
        return None
    return event.place, event.outcome
