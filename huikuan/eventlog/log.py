"""The port to a log: partitions of records, in order, kept for ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from huikuan.eventlog.record import Entry, Record


class LogError(Exception):
    """The log is not as it must be: another topic, other partitions, positions that are gone."""


class OtherPartitionsError(LogError):
    """There is a log, of ``found`` partitions where ``wanted`` are needed."""

    def __init__(self, log: str, found: int, wanted: int) -> None:
        super().__init__(
            f"{log} has {found} partitions, not {wanted}: their number is fixed at creation"
        )
        self.found, self.wanted = found, wanted


class ForgetfulLogError(LogError):
    """The log throws records away, or would: ``settings`` names each that says so, as it is."""

    def __init__(self, log: str, settings: str) -> None:
        super().__init__(f"{log} throws records away: {settings}")
        self.settings = settings


class LogAwayError(Exception):
    """The log cannot be reached just now. Ask again: nothing that it holds is in doubt."""


class AppendUnknownError(Exception):
    """An append was not acknowledged: it may or may not have been written. Send it again."""


class Reader(Protocol):
    """Reads some partitions onwards from given positions. Used by one thread at a time."""

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read exactly these partitions, each from its next position on."""

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        """Up to about ``limit`` records, waiting at most ``timeout_s`` for the first.

        Records of a partition are in order; partitions with nothing new are absent.
        """

    def close(self) -> None:
        """Give up connections."""


class Log(Protocol):
    """A log of records. All methods may be called by several threads."""

    @property
    def topic_id(self) -> str:
        """Tells this topic from one of the same name made anew."""

    @property
    def partitions(self) -> int:
        """How many partitions there are, fixed at creation."""

    def append_each(
        self, batches: Mapping[int, Sequence[Entry]]
    ) -> Mapping[int, AppendUnknownError]:
        """Append to several partitions; answers those whose append is unknown."""

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        """Write in order and return when durable; raises ``AppendUnknownError`` where unknown."""

    def end(self, partition: int) -> int:
        """The position that the next record of this partition will get."""

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """All records with ``start <= position < stop``, in order, in lists of convenient size."""

    def reader(self) -> Reader:
        """A new reader, for one thread."""

    def close(self) -> None:
        """Give up connections and files."""


class KeyedLog(Log, Protocol):
    """A log that can itself be asked for one key's records (the embedded and memory logs)."""

    def history(self, partition: int, key: str, stop: int) -> list[Record]:
        """One key's records before position ``stop``, in order, each (publisher, seq) once."""


def refuse_strange(log: Log, partitions: Iterable[int]) -> None:
    """Raise ``LogError`` where a log does not have one of these partitions."""
    for partition in partitions:
        if not 0 <= partition < log.partitions:
            raise LogError(f"there is no partition {partition}")
