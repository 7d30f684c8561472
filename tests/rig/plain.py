"""For clients that ask our own servers, by plain HTTP."""

import ssl

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate, as none is shown: to read the public ones takes 70 ms for each client."""
