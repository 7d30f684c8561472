"""The fixtures `kafka_bootstrap` and `postgres_url`.

Each looks for its server in this order: the environment (`KAFKA_BOOTSTRAP`, `POSTGRES_URL`),
Docker, then a process on this machine (`deploy.local`). Where none works, the test fails in CI
and is skipped elsewhere, saying what is missing.
"""

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from deploy.local import kafka, postgres
from deploy.local.process import NotStartedError
from tests.rig.shared import Server, run_directory, share, stop_all

NewDatabase = Callable[[str], str]
Started = TypeVar("Started")


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the run's Kafka. Topics are shared: give yours a name that nobody else uses."""
    return _shared("kafka", tmp_path_factory, _kafka)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Make a fresh database: `postgres_url("ledger")` answers its SQLAlchemy URL."""
    server = _shared("postgres", tmp_path_factory, _postgres)
    made: list[str] = []

    def new_database(name: str) -> str:
        made.append(f"{name}_{uuid.uuid4().hex[:12]}")
        return postgres.create_database(server, made[-1])

    yield new_database
    for name in made:
        postgres.drop_database(server, name)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the run's servers when the last worker is done, which only the controller knows."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        factory: pytest.TempPathFactory | None = getattr(session.config, "_tmp_path_factory", None)
        if factory is not None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave them running
            stop_all(run_directory(factory))


def _shared(name: str, factory: pytest.TempPathFactory, start: Callable[[], Server]) -> str:
    try:
        return share(name, run_directory(factory), start).url
    except NotStartedError as reason:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {name}: {reason}")
        pytest.skip(f"no {name} here: {reason}")


def _kafka() -> Server:
    if url := os.environ.get("KAFKA_BOOTSTRAP"):
        return Server(url)
    from tests.rig import docker  # noqa: PLC0415 - takes a second, which few runs must pay

    if docker.reachable():
        return docker.start_kafka()
    started = _in_directory("kafka", kafka.start_kafka)
    return Server(started.bootstrap, started.pid, directory=str(started.directory))


def _postgres() -> Server:
    if url := os.environ.get("POSTGRES_URL"):
        return Server(postgres.sqlalchemy_url(url))
    from tests.rig import docker  # noqa: PLC0415 - takes a second, which few runs must pay

    if docker.reachable():
        return docker.start_postgres()
    started = _in_directory("postgres", postgres.start_postgres)
    return Server(started.url, started.pid, signal.SIGINT, str(started.directory))


def _in_directory(name: str, start: Callable[[Path], Started]) -> Started:
    """Start in a directory with a short path, for sockets, that root's server user may enter."""
    directory = Path(tempfile.mkdtemp(prefix=f"huikuan-{name}-"))
    try:
        return start(directory)
    except BaseException:  # also Ctrl-C
        shutil.rmtree(directory, ignore_errors=True)
        raise
