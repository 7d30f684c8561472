"""Which texts may enter the log: what people and programs alike see as the same id.

A control character breaks a log line, a bidirectional one makes two ids look alike, and text that
is not in Unicode's composed form (NFC) makes one id into two.
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
ID_LENGTH_MAX = 200
SIGN = r"[a-z][a-z0-9_]{0,59}"
"""How what is seen in a signal is called, by who reports it and in policies."""
WORD_LENGTH_MAX = 500


def fault_of_id(text: str) -> str | None:
    """Why this is no business id, with what to do, or None where it is one."""
    if not text:
        return "is empty; an id has 1 to 200 characters"
    if len(text) > ID_LENGTH_MAX:
        return "is longer than 200 characters"
    if text != text.strip():
        return "begins or ends with a space; send it without"
    if not text.isprintable():
        return "has a character that cannot be seen; send letters, digits and signs only"
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode's composed form (NFC); normalise it before sending"
    return None


def fault_of_word(text: str) -> str | None:
    """Why this is no word, with what to do, or None where it is one."""
    if len(text) > WORD_LENGTH_MAX:
        return "is longer than 500 characters"
    if _UNSEEN.search(text):
        return "has a control character; send it as one line of plain text"
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode's composed form (NFC); normalise it before sending"
    return None


def fault_of_reason(text: str) -> str | None:
    """Why this is no reason that a person gives, or None where it is one."""
    return fault_of_word(text) or (None if text.strip() else "is empty; say why")
