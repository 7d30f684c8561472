"""``server.json`` in the home: where the running server is, and a key for this machine's commands.

Only its owner can read the file; the key in it is drawn at each start and dies with the server.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

ALL = "all"
"""One process serves everything; otherwise the service's name."""
SERVICES = ("ledger", "promises", "notifier")


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """One server that runs, or ran when the file was written."""

    url: str
    pid: int
    key: str
    clock: str = ""


def home_of(environment: Mapping[str, str]) -> Path:
    """Where the installation's state lives."""
    return Path(environment.get("HUIKUAN_HOME") or "var").resolve()


def path_of(home: Path, name: str = ALL) -> Path:
    """Where a server of this name writes itself down."""
    return home / ("server.json" if name == ALL else f"server-{name}.json")


def write(home: Path, server: Server, name: str = ALL) -> None:
    """Replace the file at once, so that nobody reads half of it."""
    path = path_of(home, name)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(server))
    draft.replace(path)


def remove(home: Path, name: str = ALL) -> None:
    """Take the file away, where it is this process's own."""
    found = _read(path_of(home, name))
    if found is not None and found.pid == os.getpid():
        path_of(home, name).unlink(missing_ok=True)


def read_running(home: Path, name: str = ALL) -> Server | None:
    """The server of this name, where the process that wrote the file still runs."""
    found = _read(path_of(home, name))
    return found if found is not None and _runs(found.pid) else None


def _read(path: Path) -> Server | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Server)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process: it runs
        return True
    return True
