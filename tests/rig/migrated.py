"""Databases that have all their tables: making them takes longer than many a test does."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from huikuan.eventlog.database import Database
from huikuan.eventlog.migrate import upgrade


def new_database(path: Path, migrations: Path | None = None) -> str:
    """The URL of a database in this file, made where it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_with_tables(migrations))
    return f"sqlite:///{path}"


@cache
def _with_tables(migrations: Path | None) -> bytes:
    with TemporaryDirectory(prefix="hk-tables-") as directory:
        path = Path(directory) / "new.db"
        database = Database(f"sqlite:///{path}")
        with database.writing() as connection:
            upgrade(connection, migrations)
        database.close()
        return path.read_bytes()
