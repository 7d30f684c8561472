"""Starting and ending the processes of local servers, also those that another process started."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_CHILDREN: list[subprocess.Popen[bytes]] = []
"""Kept for ever: a Popen that is collected while its process runs raises a ResourceWarning."""


class NotStartedError(RuntimeError):
    """A server that should have come up did not; the message says where its log is."""


def spawn(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Start a server in a session of its own, so that Ctrl-C reaches us first; return its pid.

    `environment` is added to ours: secrets go there, for everybody can read the command.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
    _CHILDREN.append(child)
    return child.pid


def is_running(pid: int) -> bool:
    """Whether the process still runs. Our own ended children are reaped on the way."""
    for child in _CHILDREN:
        if child.pid == pid:
            return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def end(pid: int, sign: signal.Signals, seconds: float = STOP_SECONDS) -> None:
    """Send the signal, wait, and after `seconds` end the process for certain."""
    for attempt in (sign, signal.SIGKILL):
        try:
            os.kill(pid, attempt)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_running(pid), seconds):
            return


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when it did not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def free_ports(count: int) -> list[int]:
    """Return loopback TCP ports that nobody listens on; all held at once, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
