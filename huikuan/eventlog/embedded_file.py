"""The SQLite file of an embedded log: its tables, and how records are read from it in lists.

Rows are packed into one by SQLite, because Python gives up the interpreter for every row that it
steps to: a list of 5,000 rows read while other threads compute costs up to 14 times as much.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from struct import Struct

import msgspec

from huikuan.eventlog.foreign import fits, read_key
from huikuan.eventlog.log import LogError, OtherPartitionsError
from huikuan.eventlog.record import EVERYBODY, Meta, Record, decode_meta

LIST_RECORDS_MAX = 2_000
"""More pack into so many bytes that the allocator fetches their pages anew for every list."""
_LIST_BYTES_MAX = 64 << 20
_BUSY_SECONDS = 60.0
_FORMAT = "1"

_TABLES = """
create table if not exists about (name text primary key, value text not null) without rowid;
create table if not exists log (
    partition integer not null,
    position integer not null,
    key text not null,
    known_at integer not null,  -- the latest recorded_at up to here, in ms since 1970
    header blob,                -- null: foreign
    value blob not null,
    primary key (partition, position)
) without rowid;
create index if not exists log_by_key on log (partition, key, position);
create table if not exists last_seq (
    partition integer not null,
    publisher text not null,
    seq integer not null,
    primary key (partition, publisher)
) without rowid;
"""
_PACKED = """
select cast(json_group_array(position) as blob),
       cast(json_group_array(key) as blob),
       cast('[' || group_concat(coalesce(header, 'null')) || ']' as blob),
       json_group_array(length(value)),
       cast(group_concat(value, '') as blob)
from (select position, key, header, value from log {index}
      where partition = ? and position >= ? and position < ? {narrower}
      order by position limit ?)
"""
_OF_ALL = _PACKED.format(index="", narrower="")
_OF_ONE_KEY = _PACKED.format(index="indexed by log_by_key", narrower="and key = ?")
_ENDS = """
select json_group_array(coalesce(
    (select max(position) + 1 from log where log.partition = asked.value), 0))
from json_each(?) as asked
"""

_positions = msgspec.json.Decoder(list[int])
_keys = msgspec.json.Decoder(list[str])
_metas = msgspec.json.Decoder(list[Meta | None])


def open_file(path: Path, partitions: int, *, create: bool) -> tuple[str, int]:
    """Make the file if there is none and it may be made; return its topic id and partitions.

    Raises ``LogError`` where there is no log, or one with other partitions.
    """
    if not create and not path.exists():
        raise LogError(f"there is no log at {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = connect(path, writing=True)
    except sqlite3.DatabaseError as error:
        raise LogError(f"{path} cannot be opened as a log: {error}") from error
    try:
        about = _read_about(connection, partitions)
    except sqlite3.DatabaseError as error:
        raise LogError(f"{path} is not a log: {error}") from error
    finally:
        connection.close()
    if about["format"] != _FORMAT:
        raise LogError(f"{path} is a log of format {about['format']}; we read format {_FORMAT}")
    if int(about["partitions"]) != partitions:
        raise OtherPartitionsError(str(path), int(about["partitions"]), partitions)
    return about["topic_id"], partitions


def connect(path: Path, *, writing: bool = False) -> sqlite3.Connection:
    """A connection for whoever sees to it that one thread at a time uses it."""
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LIST_BYTES_MAX)
    if writing:
        connection.execute("pragma page_size = 8192")  # before there is a first page
        connection.execute("pragma cache_size = -32000")
        connection.execute("pragma wal_autocheckpoint = 4000")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
    else:
        connection.execute("pragma query_only = on")
    return connection


def read_ends(connection: sqlite3.Connection, partitions: list[int]) -> list[int]:
    """The positions that the next records of these partitions will get."""
    (ends,) = connection.execute(_ENDS, (str(partitions),)).fetchone()
    return _positions.decode(ends)


def read_records(
    connection: sqlite3.Connection, partition: int, start: int, stop: int, limit: int
) -> list[Record]:
    """The first records from ``start`` on and before ``stop``, at most ``limit``."""
    return _read(connection, partition, _OF_ALL, (start, stop), limit)


def read_history(
    connection: sqlite3.Connection, partition: int, key: str, stop: int
) -> Iterator[list[Record]]:
    """One key's records before ``stop``."""
    start = 0
    while records := _read(
        connection, partition, _OF_ONE_KEY, (start, stop, key), LIST_RECORDS_MAX
    ):
        yield records
        start = records[-1].position + 1


def _read_about(connection: sqlite3.Connection, partitions: int) -> dict[str, str]:
    connection.executescript(f"begin immediate; {_TABLES}")
    connection.executemany(
        "insert or ignore into about values (?, ?)",
        [
            ("format", _FORMAT),
            ("topic_id", uuid.uuid4().hex),
            ("partitions", str(partitions)),
        ],
    )
    connection.execute("commit")
    return dict(connection.execute("select name, value from about").fetchall())


def _read(
    connection: sqlite3.Connection,
    partition: int,
    sql: str,
    where: tuple[int | str, ...],
    limit: int,
) -> list[Record]:
    try:
        packed = connection.execute(sql, (partition, *where, limit)).fetchone()
    except sqlite3.DataError:  # more bytes than a list may have
        if limit == 1:
            raise
        return _read(connection, partition, sql, where, max(1, limit // 10))
    positions, keys, headers, lengths, values = packed
    places = _positions.decode(positions)
    if not places:
        return []
    try:
        metas = _metas.decode(headers)
        names = _keys.decode(keys)
    except (msgspec.DecodeError, UnicodeDecodeError):
        metas, names = [], []
    if len(metas) != len(places) or not _all_fit(names, metas):
        # Somebody wrote past us what we would never have written.
        return [_read_one(connection, partition, position) for position in places]
    # "[12,34]" becomes "12s34s": SQLite would take longer to write it so.
    unpacked = Struct(lengths[1:-1].replace(",", "s") + "s").unpack(values)
    return list(map(Record, repeat(partition), places, names, unpacked, metas))


def _all_fit(names: list[str], metas: list[Meta | None]) -> bool:
    """Whether each foreign record has a key that we could answer it under."""
    return None not in metas or all(
        fits(name) for name, meta in zip(names, metas, strict=True) if meta is None
    )


def _read_one(connection: sqlite3.Connection, partition: int, position: int) -> Record:
    """One record, whatever its key and its header are."""
    raw_key, header, value = connection.execute(
        "select cast(key as blob), cast(header as blob), cast(value as blob) from log "
        "where partition = ? and position = ?",
        (partition, position),
    ).fetchone()
    key = read_key(raw_key)
    if key is None:
        return Record(partition, position, EVERYBODY, value, None)
    return Record(partition, position, key, value, decode_meta(header))
