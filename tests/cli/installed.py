"""A real ``huikuan`` on a home of its own: commands and servers as people start them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec
from typer.testing import CliRunner

from services.cli import app
from services.commands import server_file
from services.commands.server_file import ALL, Server
from tests.rig.plain import NOBODY

HUIKUAN = str(Path(sys.executable).with_name("huikuan"))
START_SECONDS = 60
_OURS = ("HUIKUAN_", "LC_ALL", "LC_MESSAGES", "LANG")


def surroundings(home: Path, **more: str) -> dict[str, str]:
    """This process's environment without anything of Huikuan's but the home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # or every start compiles all imports anew
    return {**kept, "HUIKUAN_HOME": str(home), "HUIKUAN_LANG": "en", **more}


def run(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [HUIKUAN, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=surroundings(home, **more),
    )


class Told(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run_here(home: Path, *words: str, **more: str) -> Told:
    """One command, to its end, in this process: a start takes a second, most commands less.

    Not for those that begin something: what they do to a process they would do to this one.
    """
    others: dict[str, str | None] = {name: None for name in os.environ if name.startswith(_OURS)}
    env = {**others, "HUIKUAN_HOME": str(home), "HUIKUAN_LANG": "en", **more}
    done = CliRunner().invoke(app, words, env=env)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Told(done.exit_code, done.stdout, done.stderr)


class Served:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], server: Server, said: Path) -> None:
        self.process = process
        self.server = server
        self.said = said
        headers = {"Authorization": f"Bearer {server.key}"}
        self.client = httpx2.Client(base_url=server.url, headers=headers, timeout=30, verify=NOBODY)

    def get(self, path: str, **parameters: str) -> Any:
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, content: object) -> Any:
        answer = self.client.post(path, content=msgspec.json.encode(content))
        assert answer.is_success, answer.text
        return answer.json()

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(30)


@contextmanager
def serving(home: Path, *words: str, name: str = ALL, **more: str) -> Iterator[Served]:
    """``huikuan serve`` on any free port; ended with the block, if the test has not ended it."""
    said = home / "said.txt"
    home.mkdir(parents=True, exist_ok=True)
    command = [HUIKUAN, "serve", *words, "--port", "0", "--clock", "manual"]
    with said.open("w") as lines:
        process = subprocess.Popen(
            command, stdout=lines, stderr=lines, text=True, env=surroundings(home, **more)
        )
    served = None
    try:
        served = Served(process, _wait_ready(home, name, process, said), said)
        yield served
    finally:
        if served is not None:
            served.client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_ready(home: Path, name: str, process: subprocess.Popen[str], said: Path) -> Server:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, said.read_text()
        server = server_file.read_running(home, name)
        if server is not None and server.pid == process.pid and _is_ready(server):
            return server
        time.sleep(0.05)
    raise AssertionError(said.read_text())


def _is_ready(server: Server) -> bool:
    try:
        return httpx2.get(f"{server.url}/health/ready", timeout=5, verify=NOBODY).is_success
    except httpx2.TransportError:
        return False


def fact(identifier: str, kind: str, debtor: str, data: Mapping[str, object]) -> dict[str, object]:
    """A CloudEvent."""
    return {
        "specversion": "1.0",
        "id": identifier,
        "source": "test-erp",
        "type": f"huikuan.{kind}.v1",
        "subject": debtor,
        "data": data,
    }
