"""Every service, or one, in one process: one log, one installation, one HTTP server.

The same loop, outbox and relay as over Kafka: embedded is a backend, not a second program.
"""

import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from huikuan.eventlog.installation import lock_installation
from huikuan.eventlog.log import Log
from huikuan.eventlog.open import PARTITIONS, open_log
from huikuan.web.front import front_of
from huikuan.web.keys import Keys, new_key
from services.commands.server_file import SERVICES, Server
from services.opening import opening_log, opening_service, reading_settings

SWITCH_SECONDS = 0.001
"""A thread that folds gives way to a request after a millisecond instead of five."""
GRACE_SECONDS = 3
"""For answers under way when the server ends; a stream would otherwise hold it for ever."""
START_SECONDS = 30.0


class Part(NamedTuple):
    """One service that runs here."""

    name: str
    built: Any
    app: FastAPI


class Installation:
    """The services of one home, opened. Nothing runs before ``start``."""

    def __init__(
        self,
        home: Path,
        names: Sequence[str],
        keys: Keys,
        clock: str = "",
        partitions: int = PARTITIONS,
    ) -> None:
        """Raises ``InstallationInUseError`` where another process holds an embedded home.

        Raises ``SettingError`` for a setting with which it cannot be opened.
        """
        with ExitStack() as opened:
            settings = {name: settings_of(name, home, clock) for name in names}
            self.log = _open_log(home, settings[names[0]].log, partitions, opened)
            self.parts = [_open_part(name, settings[name], self.log, keys) for name in names]
            for part in self.parts:
                opened.callback(part.built.close)
            self._opened = opened.pop_all()

    def check(self) -> None:
        """Raises ``RestoredBackupError`` where a service must be recovered before it starts."""
        for part in self.parts:
            part.built.service.check()

    def start(self) -> None:
        """Let the services follow the log."""
        for part in self.parts:
            part.built.start()

    def close(self) -> None:
        """Stop them, send what is to be sent, and let the installation go."""
        # Each may be waiting for its log for a second: together they wait one second, not three.
        with ThreadPoolExecutor(len(self.parts)) as pool:
            for stopped in [pool.submit(part.built.stop) for part in self.parts]:
                stopped.result()
        self._opened.close()

    def app(self) -> Starlette:
        """The app of this process; it starts and stops the services with the server."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            await run_in_threadpool(self.start)
            try:
                yield
            finally:
                await run_in_threadpool(self.close)

        apps = {part.name: part.app for part in self.parts}
        services = {part.name: part.built.service for part in self.parts}
        return front_of(apps, services, lifespan)


def settings_of(name: str, home: Path, clock: str = "") -> Any:
    """The settings of a service, from the environment."""
    given: dict[str, object] = {"home": home}
    if clock and name == "ledger":
        given["clock"] = clock
    with reading_settings():
        return import_module(f"services.{name}.settings").Settings(**given)


def _open_log(home: Path, url: str, partitions: int, opened: ExitStack) -> Log:
    home.mkdir(parents=True, exist_ok=True)
    if url.startswith("embedded:"):
        opened.enter_context(lock_installation(home))
    with opening_log():
        log = open_log(url, partitions=partitions)
    opened.callback(log.close)
    return log


def _open_part(name: str, settings: Any, log: Log, keys: Keys) -> Part:
    module = import_module(f"services.{name}.service")
    with opening_service(name):
        built = module.build(settings, log)
        built.service.migrate()
    return Part(name, built, import_module(f"services.{name}.app").make_app(built, keys))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that whoever is told the address can connect."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(2048)
    except OSError:
        opened.close()
        raise
    return opened


def server_of(app: Starlette) -> uvicorn.Server:
    """The HTTP server for an app."""
    sys.setswitchinterval(SWITCH_SECONDS)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


@contextmanager
def serving(home: Path, clock: str = "manual", partitions: int = PARTITIONS) -> Iterator[Server]:
    """Serve an installation from a thread, for as long as the block takes.

    By default no clock opens days: a command does what it is told, and no more.
    """
    key = new_key()
    installation = Installation(home, SERVICES, Keys.of(key), clock, partitions)
    try:
        installation.check()
    except BaseException:
        installation.close()
        raise
    opened = listen("127.0.0.1", 0)
    server = server_of(installation.app())
    thread = threading.Thread(target=server.run, args=([opened],), name="http", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        if not server.started:
            raise RuntimeError("the server did not start; see the log lines above")
        port = opened.getsockname()[1]
        yield Server(url=f"http://127.0.0.1:{port}", pid=0, key=key, clock=clock)
    finally:
        server.should_exit = True
        thread.join()
        opened.close()
