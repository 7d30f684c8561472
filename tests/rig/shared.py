"""One server for all workers of one run: the first to ask starts it, the controller ends it.

What runs is written to a file that pytest-xdist's workers share; a lock keeps two from starting.
"""

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from deploy.local.process import end

_SUFFIX = ".server.json"


@dataclass(frozen=True)
class Server:
    """A running server: its address, and what ends it (neither, when it is not ours)."""

    url: str
    pid: int | None = None
    sign: int = signal.SIGTERM
    directory: str | None = None
    container: str | None = None

    def stop(self) -> None:
        """End the server, and remove what it stored."""
        if self.pid is not None:
            end(self.pid, signal.Signals(self.sign))
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
        if self.container is not None:
            from tests.rig import docker  # noqa: PLC0415 - takes a second, seldom needed

            docker.remove(self.container)


def share(name: str, directory: Path, start: Callable[[], Server]) -> Server:
    """Return the server of this name in this run, starting it when nobody has."""
    note = directory / f"{name}{_SUFFIX}"
    with _locked(directory / f"{name}.lock"):
        if note.exists():
            return Server(**json.loads(note.read_text()))
        server = start()
        note.write_text(json.dumps(asdict(server)))
        return server


def stop_all(directory: Path) -> None:
    """End every server that this run started."""
    for note in directory.glob(f"*{_SUFFIX}"):
        Server(**json.loads(note.read_text())).stop()
        note.unlink(missing_ok=True)


def run_directory(factory: pytest.TempPathFactory) -> Path:
    """Return the directory that all workers of this run see, and no other run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
