"""An embedded installation belongs to one process, by a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path
from typing import Self

_LOCK_FILE = "huikuan.lock"


class InstallationInUseError(Exception):
    """Another process holds the installation: speak to it over HTTP, or end it first."""

    def __init__(self, home: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"the installation in {home} belongs to {holder}, which is running")
        self.home = home
        self.pid = pid
        """The holder's process id, where it could be read."""


class InstallationLock:
    """Held until ``release`` or the end of the process, whichever comes first."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let others have the installation; the file stays, for a lock is on the file opened."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_installation(home: Path) -> InstallationLock:
    """Take the installation in this directory for this process, making the directory if need be.

    Raises ``InstallationInUseError`` with the holder's pid where another has it.
    """
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.read(descriptor, 20)
        os.close(descriptor)
        raise InstallationInUseError(home, int(written) if written.isdigit() else None) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return InstallationLock(descriptor)
