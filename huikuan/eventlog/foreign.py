"""Which records are foreign by their form: those whose key or header we would never have written.

Whether a publisher is one of ours is for the reader of the record to say, who knows them.
"""

import re

from huikuan.eventlog.record import EVERYBODY, Entry

KEY_LENGTH_MAX = 200
_CONTROL_OR_SURROGATE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def fits(key: str) -> bool:
    """Whether we would write this key: no control characters, at most 200 characters, Unicode."""
    if len(key) > KEY_LENGTH_MAX:
        return False
    # What is printable has none of them, and that is known far sooner than the search ends.
    return key.isprintable() or not _CONTROL_OR_SURROGATE.search(key)


def read_key(raw: bytes | None) -> str | None:
    """The key of a record, None where it makes the record foreign."""
    try:
        key = (raw or b"").decode()
    except UnicodeDecodeError:
        return None
    return key if fits(key) else None


def admit(entry: Entry) -> Entry:
    """The entry as it must be stored: a foreign one has no key to be found by."""
    if fits(entry.key):
        return entry
    return Entry(EVERYBODY, entry.value, None)
