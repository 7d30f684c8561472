"""Make a service's database ready: its core at the newest revision, a row per partition."""

from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from huikuan.eventlog.core import Core
from huikuan.eventlog.database import Database
from huikuan.eventlog.log import Log, LogError
from huikuan.eventlog.state import state_numbered

_FIRST_STATE = 1
_REVISION = text("select version_num from alembic_version")
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('huikuan.migrate'))")


class OtherDatabaseError(LogError):
    """The database was made for another number of partitions than the log has."""

    def __init__(self, partitions: int, *, made_for: int) -> None:
        super().__init__(
            f"the log has {partitions} partitions, this database was made for {made_for}: "
            "a debtor's records would no longer be in one place"
        )
        self.partitions, self.made_for = partitions, made_for


def prepare(
    database: Database, core: Core, log: Log, fold_version: int, migrations: Path | None
) -> None:
    """Migrate, and begin at the log's start where nothing was folded yet.

    Raises ``OtherDatabaseError`` where the database was made for another number of partitions.
    """
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(_ONE_AT_A_TIME)
        _migrate(connection, migrations)
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(_ONE_AT_A_TIME)
        _add_partitions(connection, core, log)
        if connection.execute(select(core.pointer.c.id)).first() is None:
            state_numbered(_FIRST_STATE, is_postgres=database.is_postgres).create(connection)
            first = {"id": 1, "state": _FIRST_STATE, "fold_version": fold_version}
            connection.execute(core.pointer.insert(), first)


def _migrate(connection: Connection, migrations: Path | None) -> None:
    if migrations is not None and _is_newest(connection, migrations):
        return
    # Alembic is a fifth of what a service imports, and most starts have nothing to migrate.
    from huikuan.eventlog.migrate import upgrade  # noqa: PLC0415

    upgrade(connection, migrations)


def _is_newest(connection: Connection, migrations: Path) -> bool:
    """Whether the newest revision is in force, by the names of their files: 0001_intake.py."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.name for path in migrations.glob("versions/[0-9]*.py"))
    found: object = connection.scalar(_REVISION)
    return found == newest.partition("_")[0]


def _add_partitions(connection: Connection, core: Core, log: Log) -> None:
    known = set(connection.scalars(select(core.progress.c.partition)))
    if not known:
        blank = {"topic_id": log.topic_id, "position": 0, "seqs": "{}", "known_at": 0}
        every = range(log.partitions)
        lease = {"epoch": 0, "lease_until": 0}
        connection.execute(
            core.progress.insert(), [{"partition": p, **blank, **lease} for p in every]
        )
        heads = [{"partition": p, "seq": 0, "acknowledged": 0} for p in every]
        connection.execute(core.heads.insert(), heads)
    elif known != set(range(log.partitions)):
        raise OtherDatabaseError(log.partitions, made_for=len(known))
