"""API keys: who may ask. A key is 256 random bits; what is kept of it is its SHA-256.

Keys come from the environment (``HUIKUAN_API_KEY``; several, separated by commas, while one
replaces another), else from the file ``api_keys`` of the home, where one is made at first start
and its hash kept. A running server also accepts a key of its own, which lives in its 0600 file
``server.json`` for commands on this machine and dies with it.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from huikuan.web.wording import Words

PREFIX = "hk_live_"
SHORT_BELOW = 20
"""A key of fewer characters may serve on this machine only."""
_FILE = "api_keys"
_SHORT = Words(
    f"HUIKUAN_API_KEY has fewer than {SHORT_BELOW} characters, which only this machine may use.",
    f"HUIKUAN_API_KEY 少于 {SHORT_BELOW} 个字符，只可供本机使用。",
)
_GUESSED_FIRST = Words(
    "HUIKUAN_API_KEY is a word that everybody tries first.",
    "HUIKUAN_API_KEY 是人人都会先猜的词。",
)
_GUESSED = frozenset({"admin", "apikey", "changeme", "default", "huikuan", "password", "secret"})


class UnsafeKeyError(ValueError):
    """The key is one that everybody would try first, or too short; ``words`` tell it to people."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Keys:
    """The keys that open an app. Knows only their hashes, and says nothing in its repr."""

    def __init__(self, digests: frozenset[bytes]) -> None:
        self._digests = digests

    @classmethod
    def of(cls, *plain: str) -> "Keys":
        """Keys made of plain ones."""
        return cls(frozenset(_digest(key) for key in plain))

    def plus(self, *plain: str) -> "Keys":
        """These keys and others."""
        return Keys(self._digests | {_digest(key) for key in plain})

    def open_by(self, authorization: str) -> bool:
        """Whether this ``Authorization`` header carries one of the keys, in constant time."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return False
        asked = _digest(key.strip())
        found = False
        for digest in self._digests:
            found |= hmac.compare_digest(asked, digest)
        return found

    def __repr__(self) -> str:
        return f"Keys({len(self._digests)})"


def new_key() -> str:
    """A new key, to be shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def keys_of(home: Path, configured: str, *, only_local: bool = True) -> tuple[Keys, str | None]:
    """The keys of an installation, and the one that was made just now, to be shown this once.

    Raises ``UnsafeKeyError`` for a configured key that everybody guesses, or one that is short
    although others than this machine can reach the server.
    """
    plain = [key.strip() for key in configured.split(",") if key.strip()]
    for key in plain:
        _refuse_unsafe(key, only_local=only_local)
    if plain:
        return Keys.of(*plain), None
    path = home / _FILE
    fresh = None if path.exists() else _make_first(path)
    digests = frozenset(bytes.fromhex(line.split()[0]) for line in path.read_text().splitlines())
    return Keys(digests), fresh


def _refuse_unsafe(key: str, *, only_local: bool) -> None:
    if key.lower().replace("-", "").replace("_", "") in _GUESSED:
        raise UnsafeKeyError(_GUESSED_FIRST)
    if not only_local and len(key) < SHORT_BELOW:
        raise UnsafeKeyError(_SHORT)


def _make_first(path: Path) -> str | None:
    """Make the first key; None where another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = new_key()
    opened, name = tempfile.mkstemp(prefix=f"{_FILE}.", dir=path.parent)
    draft = Path(name)
    with os.fdopen(opened, "w") as file:
        file.write(f"{_digest(key).hex()} first\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return key


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
