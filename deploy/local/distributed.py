"""The three services as processes of their own, over Kafka and PostgreSQL, without Docker.

`make distributed`, or for tests::

    with running(directory) as system:
        httpx2.get(system["ledger"].url + "/v1/position", headers=system.headers)
        system["notifier"].kill()
        system["notifier"].start()
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from psycopg.errors import DuplicateDatabase
from sqlalchemy import make_url

from deploy.local.kafka import start_kafka
from deploy.local.postgres import create_database, start_postgres
from deploy.local.process import NotStartedError, end, free_ports, is_running, spawn, wait_until

SERVICES = ("ledger", "promises", "notifier")
PORTS = {"ledger": 8081, "promises": 8082, "notifier": 8083}
READY_SECONDS = 60.0
_HUIKUAN = Path(sys.executable).with_name("huikuan")
Spawn = Callable[[Sequence[str], Path, Mapping[str, str]], int]
"""Starts a command with a log and more of an environment than ours; answers its pid."""


@dataclass
class ServiceProcess:
    """One service. It can be killed and started again; its port, log and database stay."""

    name: str
    port: int
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    clock: str = "manual"
    spawning: Spawn = spawn
    pid: int = 0

    @property
    def url(self) -> str:
        """Where its API is, as it is below the one port of `huikuan serve`."""
        return f"http://127.0.0.1:{self.port}/{self.name}"

    @property
    def log(self) -> Path:
        """What the process has said."""
        return self.directory / f"{self.name}.log"

    def start(self) -> None:
        """Start the process and wait until it is ready; raises `NotStartedError`."""
        self.spawn()
        if not self.wait_ready():
            self.kill()
            raise NotStartedError(f"{self.name} is not ready:\n{self.log.read_text()[-2000:]}")

    def spawn(self) -> None:
        """Start the process and wait for nothing."""
        where = ["--port", str(self.port), "--clock", self.clock]
        command = [str(_HUIKUAN), "serve", self.name, *where]
        self.pid = self.spawning(command, self.log, self.environment)

    def wait_ready(self, seconds: float = READY_SECONDS) -> bool:
        """Whether it answers that it is ready, within so many seconds."""
        ended_or_ready = wait_until(lambda: not is_running(self.pid) or self.is_ready(), seconds)
        return ended_or_ready and is_running(self.pid)

    def is_ready(self) -> bool:
        """Whether it says so now."""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            asking.request("GET", f"/{self.name}/health/ready")
            return asking.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()

    def kill(self) -> None:
        """End it as a crash would."""
        end(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        end(self.pid, signal.SIGTERM)


@dataclass
class Distributed:
    """The system that runs."""

    services: dict[str, ServiceProcess]
    key: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    """What a command needs to reach it."""

    def __getitem__(self, name: str) -> ServiceProcess:
        return self.services[name]

    @property
    def headers(self) -> dict[str, str]:
        """For requests."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def urls(self) -> dict[str, str]:
        """By service."""
        return {name: service.url for name, service in self.services.items()}


@contextmanager
def running(
    directory: Path,
    *,
    log_url: str = "",
    database_urls: Mapping[str, str] | None = None,
    ports: Mapping[str, int] | None = None,
    environment: Mapping[str, str] | None = None,
    clock: str = "manual",
    spawning: Spawn = spawn,
) -> Iterator[Distributed]:
    """Run it all until the block ends; what is not given (log, databases) is started here too.

    The key is `HUIKUAN_API_KEY` where set, else a new one. State stays in `directory` (keep it
    short: PostgreSQL's socket lies there) and in the log and databases.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as started:
        log_url = log_url or _kafka(directory, started)
        databases = dict(database_urls or _databases(directory, started))
        key = os.environ.get("HUIKUAN_API_KEY") or f"hk_live_{secrets.token_urlsafe(32)}"
        common = {
            **(environment or {}),
            "HUIKUAN_HOME": str(directory),
            "HUIKUAN_LOG_URL": log_url,
            "HUIKUAN_API_KEY": key,
            **{f"HUIKUAN_{name.upper()}_DB_URL": url for name, url in databases.items()},
        }
        _migrate(common)
        chosen = ports or dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        services = {
            name: ServiceProcess(name, chosen[name], directory, common, clock, spawning)
            for name in SERVICES
        }
        for service in services.values():
            service.spawn()
            started.callback(service.stop)
        for service in services.values():
            if not service.wait_ready():
                raise NotStartedError(f"{service.name}:\n{service.log.read_text()[-2000:]}")
        urls = {f"HUIKUAN_{name.upper()}_URL": service.url for name, service in services.items()}
        yield Distributed(services, key, {**common, **urls})


def _kafka(directory: Path, started: ExitStack) -> str:
    kafka = start_kafka(directory / "kafka")
    started.callback(kafka.stop)
    return f"kafka://{kafka.bootstrap}"


def _databases(directory: Path, started: ExitStack) -> dict[str, str]:
    postgres = start_postgres(directory / "postgres")
    started.callback(postgres.stop)
    return {name: _database(postgres.url, name) for name in SERVICES}


def _database(server: str, name: str) -> str:
    """The database of this name, made at the first start."""
    try:
        return create_database(server, name)
    except DuplicateDatabase:
        return make_url(server).set(database=name).render_as_string(hide_password=False)


def _migrate(environment: Mapping[str, str]) -> None:
    """Bring the three databases to the newest schema, before anybody opens them."""
    command = [str(_HUIKUAN), "migrate"]
    surroundings = {**os.environ, **environment}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStartedError(f"the migrations failed:\n{done.stdout}\n{done.stderr}")


def main() -> None:
    """Run the distributed layout until Ctrl-C: `python -m deploy.local.distributed`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default=Path("var/distributed"))
    parser.add_argument("--clock", choices=("system", "manual"), default="system")
    options = parser.parse_args()
    for sign in (signal.SIGINT, signal.SIGTERM):  # in the background, a shell ignores Ctrl-C for us
        signal.signal(sign, signal.default_int_handler)
    try:
        with running(options.directory.resolve(), ports=PORTS, clock=options.clock) as system:
            print(_described(system), flush=True)
            signal.pause()
    except NotStartedError as error:
        sys.exit(f"not started: {error}")
    except KeyboardInterrupt:
        print("stopped")


def _described(system: Distributed) -> str:
    home = system.environment["HUIKUAN_HOME"]
    lines = [f"{service.url}  (log: {service.log})" for service in system.services.values()]
    return "\n".join(
        [
            *lines,
            f"log: {system.environment['HUIKUAN_LOG_URL']}",
            f"Commands: HUIKUAN_HOME={home} huikuan …",
            "Ctrl-C stops everything; what is recorded stays.",
        ]
    )


if __name__ == "__main__":
    main()
