"""An installation as anybody outside sees it: three services that answer over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

import httpx2
import msgspec

from deploy.local.distributed import Distributed, running
from tests.journeys.facts import Fact
from tests.rig import nursery
from tests.rig.parts import SERVICES, Settings
from tests.rig.plain import NOBODY

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("huikuan")
KEY = "hk_live_only-for-the-journeys-0123456789"
START_SECONDS = 30.0
WAIT_SECONDS = 60.0
_PAGE = 1000
_QUIET_LOOKS = 5
"""What was read last lets something out, or is answered by a last word: so look again."""

Answer = dict[str, Any]
NO_SETTINGS: Settings = {}


class Installation:
    """Speaks to the services, and remembers how far it has written, to read its own writes."""

    def __init__(self, urls: Mapping[str, str], key: str = KEY) -> None:
        self.urls = dict(urls)
        """Of each service, without ``/v1``."""
        self._http = httpx2.Client(
            headers={"Authorization": f"Bearer {key}"},
            timeout=WAIT_SECONDS,
            trust_env=False,
            verify=NOBODY,
        )
        self.position = ""
        """Of the last write."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, service: str, path: str, **options: Any) -> httpx2.Response:
        """The bare answer to any request."""
        return self._http.request(method, self.urls[service] + path, **options)

    def get(self, service: str, path: str, **parameters: object) -> Answer:
        """The JSON of an answer that is as it should be, having folded what we wrote."""
        asked = {name: str(value) for name, value in parameters.items() if value is not None}
        if self.position:
            asked.setdefault("after_position", self.position)
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            answer = self.ask("GET", service, path, params=asked)
            if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                return _good(answer)
            assert time.monotonic() < deadline, answer.text

    def send(self, facts: Sequence[Fact]) -> list[Answer]:
        """Post facts to intake; what became of each row."""
        answer = _good(self.ask("POST", "ledger", "/v1/events", json=list(facts)))
        self.position = answer["position"] or self.position
        rows: list[Answer] = answer["results"]
        assert [row["id"] for row in rows] == [each["id"] for each in facts]
        return rows

    def tell(self, *facts: Fact) -> None:
        """Post facts, every one of which must be accepted."""
        rows = self.send(facts)
        assert [row["status"] for row in rows] == ["accepted"] * len(facts), rows

    def open_day(self, day: object) -> None:
        """Open the business days up to this one."""
        answer = _good(self.ask("POST", "ledger", "/v1/days", json={"date": str(day)}))
        self.position = answer["position"] or self.position

    def adopt(self, policy: str) -> None:
        """Adopt a policy document, and wait until the notifier has read it back."""
        answer = _good(
            self.ask(
                "PUT",
                "notifier",
                "/v1/policy",
                content=policy,
                headers={"Content-Type": "application/yaml"},
            )
        )
        self.get("notifier", "/v1/escalations", after_position=answer["position"])

    def settle(self) -> None:
        """Wait until every service has read all that was said, its own words too."""
        for service in self.urls:
            self.get(service, "/v1/position")
        deadline = time.monotonic() + WAIT_SECONDS
        quiet = 0
        while quiet < _QUIET_LOOKS:
            assert time.monotonic() < deadline, "they do not come to an end"
            quiet = quiet + 1 if all(map(self._has_read_all, self.urls)) else 0
            time.sleep(0.1)

    def _has_read_all(self, service: str) -> bool:
        parts = _good(self.ask("GET", service, "/health/parts"))
        return bool(parts["ready"]) and parts["lag"] == 0

    def escalations(self, debtor: str, as_of: object = None) -> Answer:
        """State, steps in force and history of a debtor."""
        return self.get("notifier", f"/v1/debtors/{debtor}/escalations", as_of=as_of)

    def debtor(self, debtor: str, as_of: object = None) -> Answer:
        """What the ledger knows of a debtor."""
        return self.get("ledger", f"/v1/debtors/{debtor}", as_of=as_of)

    def feed(self) -> list[Answer]:
        """Everything said about escalations, page by page, once all that was raised is let out."""
        self.settle()
        return list(self.pages("notifier", "/v1/escalations"))

    def pages(
        self, service: str, path: str, limit: int = _PAGE, **asked: object
    ) -> Iterator[Answer]:
        """Every entry of a list."""
        after: str | None = None
        while True:
            page = self.get(service, path, after=after, limit=limit, **asked)
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return


@dataclass
class Served:
    """A ``huikuan serve`` that runs."""

    process: BaseProcess
    home: Path
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self._written()["url"])

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGINT)
        self.process.join(START_SECONDS)
        assert self.process.exitcode in {0, 130}, self.log.read_text()[-3000:]

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.join()

    def is_up(self) -> bool:
        """Whether it has written itself down."""
        assert self.process.is_alive(), self.log.read_text()[-3000:]
        return self._written().get("pid") == self.process.pid

    def _written(self) -> Answer:
        try:
            written: Answer = msgspec.json.decode((self.home / "server.json").read_bytes())
        except FileNotFoundError:
            return {}
        return written


def start(home: Path, settings: Settings = NO_SETTINGS) -> Served:
    """Start ``huikuan serve --clock manual`` and wait until it answers."""
    home.mkdir(parents=True, exist_ok=True)
    words = ["serve", "--clock", "manual", "--port", "0"]
    log = home / "serve.log"
    served = Served(nursery.begin(words, log, environment(home, settings)), home, log)
    deadline = time.monotonic() + START_SECONDS
    while not served.is_up():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.02)
    return served


@contextmanager
def serving(home: Path, settings: Settings = NO_SETTINGS) -> Iterator[Installation]:
    """All services in one process of their own, until the block ends."""
    served = start(home, settings)
    try:
        with Installation({name: f"{served.url}/{name}" for name in SERVICES}) as installation:
            yield installation
        served.stop()
    finally:
        served.kill()


@contextmanager
def apart(
    home: Path, settings: Settings, **environment: str
) -> Iterator[tuple[Installation, Distributed]]:
    """Each service a process of its own, over the Kafka and PostgreSQL of ``settings``."""
    databases = {name: settings[f"HUIKUAN_{name.upper()}_DB_URL"] for name in SERVICES}
    log_url = settings["HUIKUAN_LOG_URL"]
    with (
        running(
            home,
            log_url=log_url,
            database_urls=databases,
            environment=environment,
            spawning=nursery.spawn,
        ) as system,
        Installation(system.urls, system.key) as installation,
    ):
        yield installation, system


def run(
    home: Path, *command: str, settings: Settings = NO_SETTINGS
) -> subprocess.CompletedProcess[str]:
    """Run a ``huikuan`` command on this installation."""
    return subprocess.run(
        [str(COMMAND), *command],
        env=environment(home, settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def environment(home: Path, settings: Settings) -> dict[str, str]:
    """Nothing of the developer's own settings comes through."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HUIKUAN_")}
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**ours, "HUIKUAN_HOME": str(home), "HUIKUAN_API_KEY": KEY, "LANG": "C", **settings}


def _good(answer: httpx2.Response) -> Answer:
    assert answer.is_success, f"{answer.status_code} {answer.request.url}: {answer.text}"
    content: Answer = answer.json()
    return content
