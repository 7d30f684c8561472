"""Open a service's own database: SQLite for one process, PostgreSQL for many.

SQLite: WAL, ``synchronous=FULL``, writers begin with ``BEGIN IMMEDIATE`` and queue in this
process, because SQLite's own waiting is sleeping. PostgreSQL: every wait has an end, so that a
frozen owner of a lock cannot hold up the next owner of a partition.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Literal

from sqlalchemy import Connection, Engine, text

from huikuan.eventlog.engine import BUSY_S, open_engine
from huikuan.eventlog.floor import FLOOR
from huikuan.eventlog.prepared import translating

_IDLE_MAX = 8
Isolation = Literal["REPEATABLE READ", "AUTOCOMMIT"]


class BusyError(Exception):
    """Somebody else is doing what only one may do at a time."""


class _SharedReads:
    """The connection of one thread's reads, made when the first of them comes."""

    def __init__(self, engine: Engine, stack: ExitStack) -> None:
        self._engine, self._stack = engine, stack
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._stack.enter_context(self._engine.connect())
        return self._connection


class Database:
    """One database: short transactions that read or write, by any thread."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.is_postgres = self.engine.dialect.name == "postgresql"
        self._writer = threading.Lock()
        self._writes_here: int | None = None
        self._idle: dict[bool, list[Connection]] = {False: [], True: []}
        """SQLite's connections that nobody uses now: those that read, those that write."""
        self._alone = threading.Lock()
        self._mine = threading.local()
        """What this thread has of its own: ``reads``, while it shares them."""
        self.floor: AbstractContextManager[object] = nullcontext() if self.is_postgres else FLOOR
        """To be had for short work here; PostgreSQL lets everybody work at once."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes; not to be nested. Commits unless an exception leaves it."""
        with self._turn(), self._connected(writes=True) as connection, connection.begin():
            yield connection
            if not self.is_postgres:
                FLOOR.leave()

    @contextmanager
    def reading(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """Reads; with ``snapshot`` all of it sees the same moment."""
        shared: _SharedReads | None = getattr(self._mine, "reads", None)
        with ExitStack() as stack:
            if shared is None or snapshot:
                connection = stack.enter_context(self._connected(writes=False))
            else:
                connection = shared.connection()
            if self.is_postgres:
                # Without ``snapshot`` each statement sees what is newest anyway: a transaction
                # around them would only cost two more round trips.
                isolation: Isolation = "REPEATABLE READ" if snapshot else "AUTOCOMMIT"
                connection.execution_options(isolation_level=isolation)
            stack.enter_context(connection.begin())
            yield connection

    @contextmanager
    def sharing_reads(self) -> Iterator[None]:
        """What this thread reads meanwhile it reads on one connection of PostgreSQL.

        To have a connection looked at by the pool takes as long as a small question.
        """
        if not self.is_postgres:
            yield
            return
        with ExitStack() as stack:
            self._mine.reads = _SharedReads(self.engine, stack)
            try:
                yield
            finally:
                del self._mine.reads

    @contextmanager
    def alone(self, task: str) -> Iterator[None]:
        """Whoever does this task does it alone; raises ``BusyError`` where another does."""
        if self.is_postgres:
            with self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                query = text("select pg_try_advisory_lock(hashtext(:task))")
                if not connection.execute(query, {"task": task}).scalar_one():
                    raise BusyError(f"another process does this now: {task}")
                try:
                    yield
                finally:
                    query = text("select pg_advisory_unlock(hashtext(:task))")
                    connection.execute(query, {"task": task})
            return
        if not self._alone.acquire(blocking=False):
            raise BusyError(f"another thread does this now: {task}")
        try:
            yield
        finally:
            self._alone.release()

    def close(self) -> None:
        """Give up all connections."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()
        self.engine.dispose()

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[Connection]:
        if self.is_postgres:
            with self.engine.connect() as connection:
                yield connection
            return
        # Kept open: on SQLite, connecting by way of the pool costs more than most transactions.
        idle = self._idle[writes]
        connection = idle.pop() if idle else self._connect(writes=writes)
        try:
            yield connection
        except BaseException:
            connection.close()  # whatever state it is in, the pool brings it back to none
            raise
        if len(idle) < _IDLE_MAX:
            idle.append(connection)
        else:
            connection.close()

    def _connect(self, *, writes: bool) -> Connection:
        connection = self.engine.connect()
        connection.execution_options(huikuan_writes=writes)
        return connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self.is_postgres:
            yield
            return
        if self._writes_here == threading.get_ident():
            raise RuntimeError("a transaction that writes was begun inside another one")
        if not self._writer.acquire(blocking=False):
            FLOOR.leave()
            if not self._writer.acquire(timeout=3 * BUSY_S):
                raise TimeoutError("another transaction of this process is writing for too long")
        self._writes_here = threading.get_ident()
        try:
            yield
        finally:
            self._writes_here = None
            self._writer.release()


def copy_in(
    connection: Connection, target: str, types: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """PostgreSQL's COPY in binary format: a third of the time that text takes.

    ``target`` is a table with its columns, where not all are given; ``types`` are their types.
    """
    sql = f"COPY {target} FROM STDIN (FORMAT BINARY)"
    cursor: Any = connection.connection.cursor()
    with translating(connection, sql), cursor, cursor.copy(sql) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
