"""The trace of a request: W3C ``traceparent``, taken over where valid, else begun here."""

import re
import secrets

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def traceparent_of(header: str) -> str:
    """The caller's trace with a span of ours, or a new trace."""
    if _TRACEPARENT.fullmatch(header):
        return f"{header[:36]}{secrets.token_hex(8)}{header[52:]}"
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def request_id_of(header: str, traceparent: str) -> str:
    """The caller's ``X-Request-Id`` where it is harmless, else the trace's id."""
    return header if _REQUEST_ID.fullmatch(header) else traceparent[3:35]
