"""A record of the log: a key, a value, and who said it.

The publisher's words about a record ride in one header, ``huikuan``, as a JSON array: one header
because kafka-python pays for each, an array because it decodes in a third of a microsecond.
A record without a readable header of one of our publishers is *foreign*: ``meta`` is None.
"""

from collections.abc import Iterable

import msgspec

HEADER = "huikuan"
EVERYBODY = ""
"""The key of a record that is about everybody in its partition."""


class Meta(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who said a record, and what it is."""

    publisher: str
    seq: int
    """Gapless per publisher and partition, from 1."""
    id: str
    """Unique among the publisher's records; made from its cause, never from a place or a clock."""
    type: str
    recorded_at: int
    """Milliseconds since 1970 UTC: when the fact was accepted; of what is said, its cause's."""
    source: str = ""
    """Who sent the fact (a CloudEvents source), or empty."""
    said: bool = False
    """Said in consequence of a record: its publisher acted on it when it handled the cause."""
    cause: str = ""
    """The id of the record that it is a consequence of, or empty."""
    trace: str = ""
    """W3C traceparent, or empty."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One place in the log."""

    partition: int
    position: int
    key: str
    value: bytes
    meta: Meta | None
    """None where the record is foreign."""

    @property
    def place(self) -> str:
        """How people and events name this place: ``partition/position``."""
        return f"{self.partition}/{self.position}"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What is appended: a record that has no position yet."""

    key: str
    value: bytes
    meta: Meta | None


class Saying(msgspec.Struct, frozen=True, gc=False):
    """What a service wants to say; the outbox gives it its seq."""

    key: str
    type: str
    id: str
    value: bytes
    source: str = ""
    recorded_at: int = 0
    said: bool = False
    cause: str = ""
    trace: str = ""
    public: bool = False
    """Also to be published on the service's public topic."""


Gist = tuple[int, str, str, int, bytes]
"""What a fold looks at of a record of ours: position, id, type, recorded_at, value.

A tuple of few: a rebuild holds many, and what is not kept is not fetched from memory again.
"""


def gists(records: Iterable[Record]) -> list[Gist]:
    """Of each record that is not foreign, what a fold looks at."""
    return [
        (record.position, meta.id, meta.type, meta.recorded_at, record.value)
        for record in records
        if (meta := record.meta)
    ]


_decoder = msgspec.json.Decoder(Meta)
_encoder = msgspec.json.Encoder()


def encode_meta(meta: Meta) -> bytes:
    """The bytes of the ``huikuan`` header."""
    return _encoder.encode(meta)


def decode_meta(header: bytes | None) -> Meta | None:
    """The header's words, or None where there are none that can be read."""
    if header is None:
        return None
    try:
        return _decoder.decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
